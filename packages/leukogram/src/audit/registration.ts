// Lays two pictures on each other that may be turned, mirrored, zoomed and moved, and says how well they fit.
import { GREY_SIZE, likelyTurn, spectrumOf, type Turn } from "./spectrum.ts";

/** Height and width of the smaller picture that a place is looked for on, pixels. */
const LOW_SIZE = GREY_SIZE / 2;
/** Pixels of the smaller picture by which one may be moved against the other. */
const MOST_SHIFT = 7;
/** Share of the picture that must lie on the other. */
const LEAST_OVERLAP = 0.4;
/** Pictures that fit less on the smaller one are not fitted further. */
const LEAST_LOW = 0.85;
/** Times that steps are halved in the search for the best fit. */
const HALVINGS = 4;

/** Length of {@link RegistrationPrint.grey}. */
export const GREY = GREY_SIZE * GREY_SIZE;

/** What is kept of a picture, to lay others on it. */
export interface RegistrationPrint {
  /** Of `spectrumOf`. */
  readonly spectrum: Int8Array;
  /** [64 * 64]; grey levels. */
  readonly grey: Uint8Array;
}

/** How a picture lies on another. */
export interface Registration extends Turn {
  /** Correlation of grey levels where both are, -1 to 1. */
  readonly correlation: number;
}

/** Takes the print of a picture [64, 64, 3]. */
export function registrationPrint(picture: Uint8Array): RegistrationPrint {
  const grey = new Uint8Array(GREY);
  for (let i = 0; i < GREY; i++) grey[i] = (picture[3 * i]! + picture[3 * i + 1]! + picture[3 * i + 2]!) / 3 + 0.5;
  return { spectrum: spectrumOf(grey), grey };
}

/**
 * Lays the second picture on the first: turn and zoom by their spectra, the place by trying all, then all four in ever
 * smaller steps.
 *
 * @returns undefined if they do not fit even roughly.
 */
export function register(first: RegistrationPrint, second: RegistrationPrint): Registration | undefined {
  const likely = likelyTurn(first.spectrum, second.spectrum);
  if (likely === undefined) return undefined;
  const low = [halved(first.grey), halved(second.grey)] as const;
  const start = [0, 180].map((half) => bestShift(...low, { ...likely, turn: likely.turn + half })).reduce(better);
  if (start.correlation < LEAST_LOW) return undefined;
  const { turn, mirrored, zoom, correlation } = refined(first.grey, second.grey, start);
  return { turn: ((turn % 360) + 360) % 360, mirrored, zoom, correlation };
}

function halved(grey: Uint8Array): Uint8Array {
  const out = new Uint8Array(LOW_SIZE * LOW_SIZE);
  for (let i = 0; i < out.length; i++) {
    const at = 2 * (Math.floor(i / LOW_SIZE) * GREY_SIZE + (i % LOW_SIZE));
    out[i] = (grey[at]! + grey[at + 1]! + grey[at + GREY_SIZE]! + grey[at + GREY_SIZE + 1]!) / 4 + 0.5;
  }
  return out;
}

/** Where a picture lies on another. */
interface Place extends Turn {
  /** Shift in shares of the picture's side. */
  readonly right: number;
  readonly down: number;
}

type Fit = Place & Registration;

const better = (best: Fit, other: Fit) => (other.correlation > best.correlation ? other : best);

// Every third shift first, then those around the best.
function bestShift(first: Uint8Array, second: Uint8Array, turn: Turn): Fit {
  const at = (right: number, down: number) =>
    fitted(first, second, { ...turn, right: right / LOW_SIZE, down: down / LOW_SIZE });
  let best = at(0, 0);
  for (let down = 1 - MOST_SHIFT; down < MOST_SHIFT; down += 3)
    for (let right = 1 - MOST_SHIFT; right < MOST_SHIFT; right += 3) best = better(best, at(right, down));
  const [x, y] = [best.right * LOW_SIZE, best.down * LOW_SIZE];
  for (let down = y - 1; down <= y + 1; down++)
    for (let right = x - 1; right <= x + 1; right++) best = better(best, at(right, down));
  return best;
}

// Steps along each of the four while that is better, then half of them.
function refined(first: Uint8Array, second: Uint8Array, start: Fit): Fit {
  let best = fitted(first, second, start);
  for (let step = 1, halvings = 0; halvings < HALVINGS; ) {
    const { turn, zoom, right, down } = best;
    const around = [-step, step].flatMap((change) => [
      { ...best, turn: turn + 2 * change },
      { ...best, zoom: zoom * 1.05 ** change },
      { ...best, right: right + change / GREY_SIZE },
      { ...best, down: down + change / GREY_SIZE },
    ]);
    const next = around.map((place) => fitted(first, second, place)).reduce(better, best);
    if (next === best) {
      step /= 2;
      halvings++;
    }
    best = next;
  }
  return best;
}

const fitted = (first: Uint8Array, second: Uint8Array, place: Place): Fit => ({
  ...place,
  correlation: correlationAt(first, second, place),
});

// Pictures are squares of any size.
function correlationAt(first: Uint8Array, second: Uint8Array, { turn, mirrored, zoom, right, down }: Place): number {
  const size = Math.sqrt(first.length);
  const middle = (size - 1) / 2;
  const cosine = zoom * Math.cos((turn * Math.PI) / 180);
  const sine = zoom * Math.sin((turn * Math.PI) / 180);
  let [count, a, b, ab, aa, bb] = [0, 0, 0, 0, 0, 0];
  for (let row = 0, i = 0; row < size; row++) {
    const y = (row - middle - down * size) * (mirrored ? -1 : 1);
    for (let column = 0; column < size; column++, i++) {
      const x = column - middle - right * size;
      const u = cosine * x - sine * y + middle;
      const v = sine * x + cosine * y + middle;
      if (u < 0 || v < 0 || u >= size - 1 || v >= size - 1) continue;
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const at = top * size + left;
      const upper = second[at]! + (second[at + 1]! - second[at]!) * (u - left);
      const lower = second[at + size]! + (second[at + size + 1]! - second[at + size]!) * (u - left);
      const other = upper + (lower - upper) * (v - top);
      const own = first[i]!;
      count++;
      a += own;
      b += other;
      ab += own * other;
      aa += own * own;
      bb += other * other;
    }
  }
  if (count < LEAST_OVERLAP * first.length) return -1;
  const spread = (aa - (a * a) / count) * (bb - (b * b) / count);
  return spread <= 0 ? -1 : (ab - (a * b) / count) / Math.sqrt(spread);
}
