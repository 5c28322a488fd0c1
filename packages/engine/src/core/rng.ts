/**
 * A seeded source of random numbers (sfc32 by Chris Doty-Humphrey, from PractRand).
 *
 * `fork(label)` gives an independent stream, so that a new consumer can't shift another's draws.
 *
 * @example
 * const rng = new Rng(0);
 * const order = rng.fork("shuffle").permutation(10);
 */
export class Rng {
  readonly #key: string;
  readonly #state: Uint32Array;

  /** @param seed any number or text; equal seeds give equal streams on every machine. */
  constructor(seed: number | string) {
    this.#key = String(seed);
    this.#state = seedState(this.#key);
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** An independent stream, named by `label`; it does not depend on what was drawn from this one. */
  fork(label: number | string): Rng {
    return new Rng(`${this.#key}/${label}`);
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const s = this.#state;
    const sum = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return sum;
  }

  /** A number in [low, high), 53 bits fine. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 2 ** 53;
    return low + unit * (high - low);
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A draw from the normal distribution (Box and Muller 1958). */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A draw from the gamma distribution of scale 1 and any `shape` above 0 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /** Shares that sum to 1, drawn from the Dirichlet distribution with these weights, each above 0. */
  dirichlet(weights: readonly number[]): number[] {
    const drawn = weights.map((weight) => this.gamma(weight));
    const sum = drawn.reduce((a, b) => a + b, 0);
    return drawn.map((value) => value / sum);
  }

  /** Puts `items` in random order, in place (Fisher and Yates), and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }

  /** The numbers 0 to count - 1 in random order. */
  permutation(count: number): number[] {
    return this.shuffle(Array.from({ length: count }, (_, i) => i));
  }
}

// xmur3 spreads any text over 128 bits of state.
function seedState(text: string): Uint32Array {
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  return Uint32Array.from({ length: 4 }, () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h;
  });
}
