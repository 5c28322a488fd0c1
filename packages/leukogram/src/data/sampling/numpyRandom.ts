const SIZE = 624;

/**
 * Numpy's legacy generator `numpy.random.RandomState`: MT19937 (Matsumoto and Nishimura 1998), seeded by
 * `init_genrand`. It exists to repeat what Keras did with a seed; new code draws from `Rng`.
 */
export class NumpyRandomState {
  readonly #key = new Uint32Array(SIZE);
  #position = SIZE;

  /**
   * @param seed a whole number in [0, 2^32).
   * @throws RangeError if it is not one, as numpy does.
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`NumpyRandomState: the seed must be a whole number in [0, 2^32), received ${seed}`);
    }
    let word = seed;
    for (let i = 0; i < SIZE; i++) {
      this.#key[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    if (this.#position === SIZE) this.#twist();
    let y = this.#key[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A whole number in [0, max], by masked rejection (numpy's `random_interval`); max below 2^32. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.uint32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** Puts `items` in the order that `RandomState.shuffle` gives a list, in place, and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.interval(i);
      const held = items[i]!;
      items[i] = items[j]!;
      items[j] = held;
    }
    return items;
  }

  #twist(): void {
    const key = this.#key;
    for (let i = 0; i < SIZE; i++) {
      const y = (key[i]! & 0x80000000) | (key[(i + 1) % SIZE]! & 0x7fffffff);
      key[i] = key[(i + 397) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#position = 0;
  }
}
