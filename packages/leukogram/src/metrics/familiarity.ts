import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { requireCounts, requireNumbers, requireSomeNumbers } from "./checkInputs.ts";
import { clopperPearson } from "./limits/proportion.ts";

/** How the pictures of one laboratory spread over a few measures, and how far they lie from their own middle. */
export interface Familiarity {
  /** [M]. */
  readonly mean: readonly number[];
  /** Lower triangle, row by row, of the matrix that makes the measures' covariance the unit matrix: [M (M + 1) / 2]. */
  readonly whitening: readonly number[];
  /** Squared distances of its own pictures, each by a fit without it, rising; at most {@link MOST_DISTANCES}. */
  readonly distances: readonly number[];
}

/** Fewer pictures than this say too little of how a laboratory's pictures vary. */
export const FEWEST_PICTURES = 20;
const MOST_DISTANCES = 120;
const FOLDS = 5;
/** How far the covariance is drawn to its diagonal, against chance in small sets. */
const SHRINKAGE = 0.05;

/**
 * Learns how pictures look: mean and covariance of their measures, and how far each lies out by what was learned from
 * the others (Mahalanobis distance, five folds). Undefined for fewer than {@link FEWEST_PICTURES}.
 *
 * @param rows measures of each picture, [N, M].
 * @throws ERR_SHAPE if the pictures have not equally many measures, ERR_DATA if one is not finite.
 */
export function fitFamiliarity(rows: readonly (readonly number[])[]): Familiarity | undefined {
  for (const [i, row] of rows.entries()) {
    requireSomeNumbers(`fitFamiliarity row ${i}`, row);
    if (row.length !== rows[0]!.length)
      throw new LeukogramError(
        "ERR_SHAPE",
        `fitFamiliarity row ${i} has ${row.length} measures, row 0 ${rows[0]!.length}`,
      );
  }
  if (rows.length < FEWEST_PICTURES) return undefined;
  const order = new Rng(0).fork("familiarity").shuffle([...rows.keys()]);
  const distances: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const fit = fitSpread(order.filter((_, i) => i % FOLDS !== fold).map((i) => rows[i]!));
    for (const i of order.filter((_, place) => place % FOLDS === fold)) distances.push(distanceOf(fit, rows[i]!));
  }
  distances.sort((a, b) => a - b);
  const kept = Math.min(MOST_DISTANCES, distances.length);
  const spread = Array.from(
    { length: kept },
    (_, i) => distances[Math.round((i * (distances.length - 1)) / (kept - 1))]!,
  );
  const { mean, whitening } = fitSpread(rows);
  return { mean: mean.map(short), whitening: whitening.map(short), distances: spread.map(short) };
}

/**
 * The share of a laboratory's own pictures that lie as far out as this one: below 0.01, one in a hundred of its own
 * would look so strange (conformal p-value; Bates et al. 2023, "Testing for outliers with conformal p-values"). Beyond
 * the farthest of its own it goes on falling with the distance, so that stranger pictures rank below.
 *
 * @throws ERR_SHAPE if the measures are not as many as those that were learned from, ERR_DATA if a number is not finite.
 */
export function familiarityP(familiarity: Familiarity, row: readonly number[]): number {
  requireMeasures("familiarityP", familiarity, row);
  const { distances } = familiarity;
  requireSomeNumbers("familiarityP distances", distances, { least: 0 });
  const distance = distanceOf(familiarity, row);
  const share = (1 + distances.filter((own) => own >= distance).length) / (1 + distances.length);
  const farthest = distances.at(-1)!;
  return distance > farthest ? share * (farthest / distance) : share;
}

type Spread = Pick<Familiarity, "mean" | "whitening">;

/** Squared Mahalanobis distance from the laboratory's middle. @throws ERR_SHAPE and ERR_DATA as {@link familiarityP}. */
export function squaredDistance(spread: Spread, row: readonly number[]): number {
  requireMeasures("squaredDistance", spread, row);
  return distanceOf(spread, row);
}

function requireMeasures(where: string, { mean, whitening }: Spread, row: readonly number[]): void {
  if (row.length !== mean.length)
    throw new LeukogramError("ERR_SHAPE", `${where}: expected ${mean.length} measures, received ${row.length}`);
  const entries = (mean.length * (mean.length + 1)) / 2;
  if (whitening.length !== entries)
    throw new LeukogramError(
      "ERR_SHAPE",
      `${where}: expected ${entries} numbers of whitening, received ${whitening.length}`,
    );
  requireSomeNumbers(`${where} row`, row);
  requireNumbers(`${where} mean`, mean);
  requireNumbers(`${where} whitening`, whitening);
}

function distanceOf({ mean, whitening }: Spread, row: readonly number[]): number {
  const apart = row.map((value, i) => value - mean[i]!);
  let [sum, at] = [0, 0];
  for (let i = 0; i < apart.length; i++) {
    let along = 0;
    for (let j = 0; j <= i; j++) along += whitening[at++]! * apart[j]!;
    sum += along * along;
  }
  return sum;
}

// Six digits are more than the measures have.
const short = (value: number) => Number(value.toPrecision(6));

function fitSpread(rows: readonly (readonly number[])[]): Spread {
  const width = rows[0]!.length;
  const mean = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const covariance = mean.map((_, i) =>
    mean.map((__, j) => {
      const sum = rows.reduce((total, row) => total + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0);
      return (sum / (rows.length - 1)) * (i === j ? 1 : 1 - SHRINKAGE);
    }),
  );
  return { mean, whitening: invertedFactor(covariance) };
}

// The inverse of the lower Cholesky factor, row by row. What does not vary counts as varying by a trace.
function invertedFactor(matrix: readonly (readonly number[])[]): number[] {
  const size = matrix.length;
  const factor = matrix.map(() => new Array<number>(size).fill(0));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const rest = matrix[i]![j]! - factor[i]!.slice(0, j).reduce((sum, value, k) => sum + value * factor[j]![k]!, 0);
      factor[i]![j] = i === j ? Math.sqrt(Math.max(rest, 1e-9)) : rest / factor[j]![j]!;
    }
  const inverse = factor.map(() => new Array<number>(size).fill(0));
  for (let i = 0; i < size; i++) {
    inverse[i]![i] = 1 / factor[i]![i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += factor[i]![k]! * inverse[k]![j]!;
      inverse[i]![j] = -sum / factor[i]![i]!;
    }
  }
  return inverse.flatMap((row, i) => row.slice(0, i + 1));
}

/** A picture of which fewer of a model's own are as strange as this share is called unfamiliar. */
export const UNFAMILIAR = 0.01;

/** Whether a picture is unfamiliar: stranger than 99 of 100 of the model's own. One that nothing is known of is not called so. */
export function isUnfamiliar(familiarity: number | null | undefined): boolean {
  return typeof familiarity === "number" && familiarity < UNFAMILIAR;
}

/** Whether images look like those that a model was trained on. */
export interface FamiliarityFigures {
  /** Images that were looked at. */
  readonly count: number;
  /** Share of them that is stranger than 99 of 100 of the model's own, with Clopper and Pearson's 95 % limits. */
  readonly unfamiliar: Estimate;
  /** Whether that is more than chance and a few odd pictures explain. */
  readonly warns: boolean;
}

/** A set with more unfamiliar images than this, limits included, is another laboratory's. */
const MANY = 5 * UNFAMILIAR;

/**
 * Whether a set of `count` images looks like the model's own, of which so many are unfamiliar.
 *
 * @throws LeukogramError ERR_DATA if these are no whole numbers with 0 <= strange <= count.
 */
export function familiarityOf(strange: number, count: number): FamiliarityFigures {
  requireCounts("familiarityOf", strange, count);
  if (count === 0) return { count, unfamiliar: { value: 0, low: 0, high: 1 }, warns: false };
  const unfamiliar = { value: strange / count, ...clopperPearson(strange, count) };
  return { count, unfamiliar, warns: unfamiliar.low > MANY };
}
