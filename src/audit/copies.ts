import { Rng } from "../core/rng.ts";
import { type Alignment, align, INVARIANTS } from "./fingerprint.ts";
import { nearPairs } from "./nearPairs.ts";
import { principalAxes } from "./principalAxes.ts";

/** Two pictures of the same cell. */
export interface CopyPair {
  /** Indices; the first comes earlier. */
  readonly first: number;
  readonly second: number;
  /** The same pixels, or the same picture saved anew, turned or mirrored. */
  readonly kind: "identical" | "near";
  readonly alignment: Alignment;
}

/** What {@link findCopies} takes. */
export interface CopySource {
  readonly count: number;
  /** Hash of a picture's size and pixels. */
  readonly hash: (index: number) => string;
  readonly invariants: (index: number) => Float32Array;
  readonly polar: (index: number) => Int8Array;
}

/**
 * Pictures whose {@link align} correlates at least so much are copies. Of copies of PBC's images, turned by any angle,
 * mirrored or saved as JPEG of quality 40, the least had 0.89; of different cells, the most 0.71.
 */
const LEAST_CORRELATION = 0.82;
/** Directions in which pictures differ most, on which candidates are looked for. */
const AXES = 10;
/** Rows that the directions are taken from. */
const SAMPLE = 2000;

const SAME: Alignment = { correlation: 1, turn: 0, mirrored: false };

/**
 * Finds pictures of the same cell among many: the same pixels by their hash; then, among the others, those whose
 * fingerprints are alike and lie on each other in some turn or mirroring. Of several identical pictures each is paired with the first.
 */
export function findCopies({ count, hash, invariants, polar }: CopySource): CopyPair[] {
  const firsts = new Map<string, number>();
  const pairs: CopyPair[] = [];
  const unique: number[] = [];
  for (let i = 0; i < count; i++) {
    const first = firsts.get(hash(i));
    if (first !== undefined) pairs.push({ first, second: i, kind: "identical", alignment: SAME });
    else {
      firsts.set(hash(i), i);
      unique.push(i);
    }
  }
  if (unique.length < 2) return pairs;
  const rng = new Rng(0).fork("copies");
  const sample = rng.fork("sample").permutation(unique.length).slice(0, SAMPLE);
  const axes = principalAxes(
    sample.map((i) => damped(invariants(unique[i]!))),
    AXES,
  );
  const points = unique.map((index) => axes.apply(damped(invariants(index))));
  for (const [a, b] of nearPairs(points, { rng: rng.fork("grids") })) {
    const [first, second] = [unique[a]!, unique[b]!];
    const alignment = align(polar(first), polar(second));
    if (alignment.correlation >= LEAST_CORRELATION) pairs.push({ first, second, kind: "near", alignment });
  }
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second);
}

// Large values vary more, so roots make their errors alike.
function damped(row: Float32Array): Float32Array {
  if (row.length !== INVARIANTS) throw new RangeError(`a fingerprint of ${row.length} numbers`);
  return row.map((value) => Math.sqrt(Math.max(0, value)));
}
