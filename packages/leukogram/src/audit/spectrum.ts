// The strengths of a picture's waves, and what they say of how another picture is turned and zoomed.

/** Height and width of the grey picture that {@link spectrumOf} takes, pixels. */
export const GREY_SIZE = 64;
/** Waves over a picture's side: the innermost ring of a spectrum, and how many times larger each next ring is. */
const FIRST_WAVE = 3.5;
const RING_STEP = 1.12;
const RINGS = 16;
/** Directions of waves over half a turn; the other half has the same strengths. */
const DIRECTIONS = 40;
const MOST_WAVES = Math.ceil(FIRST_WAVE * RING_STEP ** (RINGS - 1)) + 1;
/** Rings by which two spectra may be apart: a zoom of 1.4 either way. */
const MOST_ZOOM = 3;
/** Spectra that fit less are of different cells: of crops of one cell of PBC the least was 0.39, of different ones nine in ten were below 0.33. */
const LEAST_FIT = 0.3;

/** Length of a spectrum. */
export const SPECTRUM = RINGS * DIRECTIONS;

// Where each point of each ring lies in the half plane of waves down: [column of `strengths`, row], and shares.
const WIDTH = 2 * MOST_WAVES + 1;
const POINTS = Array.from({ length: SPECTRUM }, (_, i) => {
  const radius = FIRST_WAVE * RING_STEP ** Math.floor(i / DIRECTIONS);
  const angle = (Math.PI * (i % DIRECTIONS)) / DIRECTIONS;
  const x = radius * Math.cos(angle) + MOST_WAVES;
  const y = radius * Math.sin(angle);
  return { at: Math.floor(y) * WIDTH + Math.floor(x), across: x % 1, down: y % 1 };
});

/** A unit of the kept logarithm. */
const FINENESS = 32;

/**
 * The strength of waves in a grey picture [64 * 64] by length, ring by ring, and direction, as logarithm less the ring's
 * mean, [16 * 40]: the same however the picture is moved.
 */
export function spectrumOf(grey: ArrayLike<number>): Int8Array {
  const strengths = waveStrengths(windowed(grey));
  const out = new Int8Array(SPECTRUM);
  const ring = new Float32Array(DIRECTIONS);
  for (let r = 0; r < RINGS; r++) {
    let mean = 0;
    for (let a = 0; a < DIRECTIONS; a++) {
      const { at, across, down } = POINTS[r * DIRECTIONS + a]!;
      const upper = strengths[at]! + (strengths[at + 1]! - strengths[at]!) * across;
      const lower = strengths[at + WIDTH]! + (strengths[at + WIDTH + 1]! - strengths[at + WIDTH]!) * across;
      ring[a] = upper + (lower - upper) * down;
      mean += ring[a]! / DIRECTIONS;
    }
    for (let a = 0; a < DIRECTIONS; a++)
      out[r * DIRECTIONS + a] = Math.max(-127, Math.min(127, Math.round(FINENESS * (ring[a]! - mean))));
  }
  return out;
}

const MIDDLE = (GREY_SIZE - 1) / 2;
// Hann's, round, so that edges make no waves.
const WINDOW = Float32Array.from({ length: GREY_SIZE * GREY_SIZE }, (_, i) => {
  const distance = Math.hypot((i % GREY_SIZE) - MIDDLE, Math.floor(i / GREY_SIZE) - MIDDLE) / (GREY_SIZE / 2);
  return distance < 1 ? 0.5 + 0.5 * Math.cos(Math.PI * distance) : 0;
});

function windowed(grey: ArrayLike<number>): Float32Array {
  let mean = 0;
  for (let i = 0; i < grey.length; i++) mean += grey[i]! / grey.length;
  return WINDOW.map((share, i) => share * (grey[i]! - mean));
}

const wave = (of: (angle: number) => number) =>
  Float32Array.from({ length: (MOST_WAVES + 1) * GREY_SIZE }, (_, i) =>
    of((2 * Math.PI * Math.floor(i / GREY_SIZE) * (i % GREY_SIZE)) / GREY_SIZE),
  );
const COSINES = wave(Math.cos);
const SINES = wave(Math.sin);

// Logarithm of the strength of each wave, [waves down, waves across]: a Fourier transform of the few that count.
function waveStrengths(picture: Float32Array): Float32Array {
  const even = new Float32Array((MOST_WAVES + 1) * GREY_SIZE);
  const odd = new Float32Array((MOST_WAVES + 1) * GREY_SIZE);
  for (let k = 0; k <= MOST_WAVES; k++)
    for (let y = 0; y < GREY_SIZE; y++) {
      let [a, b] = [0, 0];
      for (let x = 0; x < GREY_SIZE; x++) {
        const value = picture[y * GREY_SIZE + x]!;
        a += value * COSINES[k * GREY_SIZE + x]!;
        b += value * SINES[k * GREY_SIZE + x]!;
      }
      even[k * GREY_SIZE + y] = a;
      odd[k * GREY_SIZE + y] = b;
    }
  const out = new Float32Array((MOST_WAVES + 2) * WIDTH);
  for (let down = 0; down <= MOST_WAVES; down++)
    for (let across = 0; across <= MOST_WAVES; across++) {
      let [cc, cs, sc, ss] = [0, 0, 0, 0];
      for (let y = 0; y < GREY_SIZE; y++) {
        const [cosine, sine] = [COSINES[down * GREY_SIZE + y]!, SINES[down * GREY_SIZE + y]!];
        const [a, b] = [even[across * GREY_SIZE + y]!, odd[across * GREY_SIZE + y]!];
        cc += a * cosine;
        cs += a * sine;
        sc += b * cosine;
        ss += b * sine;
      }
      // exp(-i(kx + ly)) and exp(-i(-kx + ly)) share these four sums.
      out[down * WIDTH + MOST_WAVES + across] = Math.log1p(Math.hypot(cc - ss, cs + sc));
      out[down * WIDTH + MOST_WAVES - across] = Math.log1p(Math.hypot(cc + ss, cs - sc));
    }
  return out;
}

/** How a picture is turned against another. */
export interface Turn {
  /** Degrees by which the first is turned, after mirroring. */
  readonly turn: number;
  readonly mirrored: boolean;
  /** How many times larger the cell is in the second. */
  readonly zoom: number;
}

/**
 * The turn, in steps of 4.5 degrees, and the zoom, in steps of 12 %, at which two spectra fit best: that of a turned picture is
 * turned, that of a larger one shrunk, that of a moved one the same (Reddy and Chatterji 1996). Half a turn more fits as well.
 *
 * @returns undefined if none fits.
 */
export function likelyTurn(first: Int8Array, second: Int8Array): Turn | undefined {
  const doubled = ringsTwice(second);
  const products = new Int32Array(DIRECTIONS);
  let [best, most]: [Turn | undefined, number] = [undefined, LEAST_FIT];
  for (const mirrored of [false, true]) {
    const seen = mirrored ? mirroredRings(first) : first;
    for (let rings = -MOST_ZOOM; rings <= MOST_ZOOM; rings++) {
      const scale = 1 / Math.sqrt(sharedEnergy(first, rings) * sharedEnergy(second, -rings) + 1e-9);
      overlaps(seen, doubled, rings, products);
      for (let steps = 0; steps < DIRECTIONS; steps++) {
        const fit = scale * products[steps]!;
        if (fit <= most) continue;
        most = fit;
        best = { mirrored, turn: (180 * steps) / DIRECTIONS, zoom: RING_STEP ** -rings };
      }
    }
  }
  return best;
}

// Products of the first's rings and the second's, `rings` further out and turned by each number of steps, [40]; four at a time.
function overlaps(first: Int8Array, doubled: Int8Array, rings: number, out: Int32Array): void {
  for (let steps = 0; steps < DIRECTIONS; steps += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let r = Math.max(0, -rings); r < Math.min(RINGS, RINGS - rings); r++) {
      const start = r * DIRECTIONS;
      const other = 2 * (r + rings) * DIRECTIONS + steps;
      for (let i = 0; i < DIRECTIONS; i++) {
        const own = first[start + i]!;
        const at = other + i;
        a = (a + Math.imul(own, doubled[at]!)) | 0;
        b = (b + Math.imul(own, doubled[at + 1]!)) | 0;
        c = (c + Math.imul(own, doubled[at + 2]!)) | 0;
        d = (d + Math.imul(own, doubled[at + 3]!)) | 0;
      }
    }
    out[steps] = a;
    out[steps + 1] = b;
    out[steps + 2] = c;
    out[steps + 3] = d;
  }
}

// Each ring twice in a row, so that a turned one lies in one piece.
function ringsTwice(spectrum: Int8Array): Int8Array {
  const out = new Int8Array(2 * SPECTRUM);
  for (let r = 0; r < RINGS; r++) {
    const ring = spectrum.subarray(r * DIRECTIONS, (r + 1) * DIRECTIONS);
    out.set(ring, 2 * r * DIRECTIONS);
    out.set(ring, (2 * r + 1) * DIRECTIONS);
  }
  return out;
}

function mirroredRings(spectrum: Int8Array): Int8Array {
  return spectrum.map((_, i) => {
    const direction = i % DIRECTIONS;
    return spectrum[direction === 0 ? i : i - direction + DIRECTIONS - direction]!;
  });
}

// The squares of the rings that have a partner `rings` further out.
function sharedEnergy(spectrum: Int8Array, rings: number): number {
  const [from, to] = [Math.max(0, -rings), Math.min(RINGS, RINGS - rings)];
  let sum = 0;
  for (let i = from * DIRECTIONS; i < to * DIRECTIONS; i++) sum += spectrum[i]! * spectrum[i]!;
  return sum;
}
