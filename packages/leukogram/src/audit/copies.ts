import { Rng } from "@leukogram/engine/core/rng";
import { align, INVARIANTS } from "./fingerprint.ts";
import { nearPairs, type PointCloud } from "./nearPairs.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { principalAxes } from "./principalAxes.ts";
import { type Registration, type RegistrationPrint, register } from "./registration.ts";

/** Two pictures of the same cell. */
export interface CopyPair {
  /** Indices; the first comes earlier. */
  readonly first: number;
  readonly second: number;
  /**
   * The same pixels; the same picture saved again, turned or mirrored; or another crop of it, zoomed or moved.
   */
  readonly kind: "identical" | "near" | "cropped";
  readonly alignment: Registration;
}

/** What {@link findCopies} takes. What readers give is good until their next call. */
export interface CopySource {
  readonly count: number;
  /** Hash of a picture's size and pixels. */
  readonly hash: (index: number) => string;
  readonly invariants: (index: number) => Float32Array;
  /** Two readers, as two pictures are looked at together. */
  readonly polar: Two<(index: number) => Int8Array>;
  /** What a classifier sees in a picture, any length. */
  readonly embedding: (index: number) => Float32Array;
  readonly registration: Two<(index: number) => RegistrationPrint>;
}

type Two<T> = readonly [T, T];

/**
 * Pictures whose {@link align} correlates at least so much are copies. Of copies of PBC's images, turned by any angle,
 * mirrored or saved as JPEG of quality 40, the least had 0.89; of different cells, the most 0.71. On JTSC the most was 0.82.
 */
const LEAST_ALIGNED = 0.85;
/**
 * Pictures whose {@link register} correlates at least so much are crops of one. Of crops of PBC's images, zoomed by up to
 * 1.3, moved by up to an eighth, turned and mirrored, the least had 0.99; of different cells, simple round ones of JTSC came
 * nearest, with 0.983.
 */
const LEAST_REGISTERED = 0.985;
/** Directions in which pictures differ most, on which candidates are looked for. */
const AXES = 10;
/** Directions that say which candidates are nearest. */
const RANKED_AXES = 24;
/** Nearest pictures that each is laid on. */
const NEIGHBOURS = 4;
/** Rows that the directions are taken from. */
const SAMPLE = 2000;

const SAME: Registration = { correlation: 1, turn: 0, mirrored: false, zoom: 1 };

/**
 * Finds pictures of the same cell among many: the same pixels by their hash; then, among the others, those whose
 * fingerprints are alike and lie on each other in some turn or mirroring; then those that a classifier sees as alike
 * and that lie on each other when also zoomed and moved. Of several identical pictures each is paired with the first.
 */
export function findCopies(source: CopySource): CopyPair[] {
  const { pairs, unique } = identicalPairs(source);
  if (unique.length >= 2) {
    const rng = new Rng(0).fork("copies");
    pairs.push(...alignedPairs(source, unique, rng));
    const known = new Set(pairs.map(({ first, second }) => `${first} ${second}`));
    for (const pair of croppedPairs(source, unique, rng.fork("crops")))
      if (!known.has(`${pair.first} ${pair.second}`)) pairs.push(pair);
  }
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second);
}

function identicalPairs({ count, hash }: CopySource): { pairs: CopyPair[]; unique: Uint32Array } {
  const firsts = new Map<string, number>();
  const pairs: CopyPair[] = [];
  for (let i = 0; i < count; i++) {
    const first = firsts.get(hash(i));
    if (first !== undefined) pairs.push({ first, second: i, kind: "identical", alignment: SAME });
    else firsts.set(hash(i), i);
  }
  return { pairs, unique: Uint32Array.from(firsts.values()) };
}

function* alignedPairs(
  { invariants, polar: [polarOf, otherPolarOf] }: CopySource,
  unique: Uint32Array,
  rng: Rng,
): Generator<CopyPair> {
  const cloud = cloudOf((i) => damped(invariants(i)), { unique, axes: AXES, rng });
  for (const [a, b] of nearPairs(cloud, { rng: rng.fork("grids") })) {
    const [first, second] = [unique[a]!, unique[b]!];
    const alignment = align(polarOf(first), otherPolarOf(second));
    if (alignment.correlation >= LEAST_ALIGNED)
      yield { first, second, kind: "near", alignment: { ...alignment, zoom: 1 } };
  }
}

function* croppedPairs(
  { embedding, registration: [printOf, otherPrintOf] }: CopySource,
  unique: Uint32Array,
  rng: Rng,
): Generator<CopyPair> {
  const cloud = cloudOf(embedding, { unique, axes: RANKED_AXES, rng });
  const axes = Math.min(AXES, cloud.width);
  for (const [a, b] of nearestNeighbours(cloud, { each: NEIGHBOURS, axes, rng: rng.fork("grids") })) {
    const [first, second] = [unique[a]!, unique[b]!];
    const alignment = register(printOf(first), otherPrintOf(second));
    if (alignment !== undefined && alignment.correlation >= LEAST_REGISTERED)
      yield { first, second, kind: "cropped", alignment };
  }
}

interface CloudOptions {
  readonly unique: Uint32Array;
  readonly axes: number;
  readonly rng: Rng;
}

// Pictures as points along the directions in which they differ most.
function cloudOf(rowOf: (index: number) => Float32Array, { unique, axes, rng }: CloudOptions): PointCloud {
  const sample = rng.fork("sample").permutation(unique.length).slice(0, SAMPLE);
  const whitening = principalAxes(
    sample.map((i) => rowOf(unique[i]!).slice()),
    axes,
  );
  const { width } = whitening;
  const data = new Float32Array(unique.length * width);
  for (const [i, index] of unique.entries()) data.set(whitening.apply(rowOf(index)), i * width);
  return { count: unique.length, width, data };
}

// Large values vary more, so roots make their errors alike.
function damped(row: Float32Array): Float32Array {
  if (row.length !== INVARIANTS) throw new RangeError(`a fingerprint of ${row.length} numbers`);
  return row.map((value) => Math.sqrt(Math.max(0, value)));
}
