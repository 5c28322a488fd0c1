import { requireProbabilities } from "./checkInputs.ts";
import { mean } from "./pairwiseSum.ts";
import { rankByScore, requireScored } from "./rocCurve.ts";

/** Gives the area under the ROC curve with image i counted `weights[i]` times; NaN if one side is empty. */
export type WeightedAuc = (weights: ArrayLike<number>) => number;

/**
 * Ranks once, so that the area under the ROC curve of many resamples costs one pass each. Weights are
 * not checked, as they are asked for once a resample.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 */
export function prepareAuc(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): WeightedAuc {
  requireScored("prepareAuc", positive, scores);
  const { order, endsTie } = rankByScore(scores);
  const isPositive = Uint8Array.from(order, (image) => (positive[image] ? 1 : 0));
  if (!endsTie.includes(0)) return (weights) => untiedArea(order, isPositive, weights);
  return (weights) => {
    let above = 0;
    let negatives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    let wins = 0;
    for (let i = 0; i < order.length; i++) {
      const weight = weights[order[i]!]!;
      if (isPositive[i] === 1) tiedPositives += weight;
      else tiedNegatives += weight;
      if (endsTie[i] === 0) continue;
      wins += tiedNegatives * (above + tiedPositives / 2);
      above += tiedPositives;
      negatives += tiedNegatives;
      tiedPositives = 0;
      tiedNegatives = 0;
    }
    return wins / (above * negatives);
  };
}

// Without ties a pass has less to do, and gives the same to the last bit.
function untiedArea(order: Int32Array, isPositive: Uint8Array, weights: ArrayLike<number>): number {
  let above = 0;
  let negatives = 0;
  let wins = 0;
  for (let i = 0; i < order.length; i++) {
    // Which side comes next can't be foreseen, and a branch that is guessed wrongly costs more than a product with 0.
    const weight = weights[order[i]!]!;
    const positive = isPositive[i]! * weight;
    const negative = weight - positive;
    above += positive;
    wins += negative * above;
    negatives += negative;
  }
  return wins / (above * negatives);
}

/**
 * The probability that an image of the class scores above one of another class, ties counting half.
 *
 * @returns a number in [0, 1], or undefined if either side has no image.
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a score is not finite.
 * Source: Hanley and McNeil 1982; scikit-learn `roc_auc_score`.
 */
export function binaryRocAuc(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): number | undefined {
  requireScored("binaryRocAuc", positive, scores);
  const area = prepareAuc(positive, scores)(new Uint8Array(scores.length).fill(1));
  return Number.isNaN(area) ? undefined : area;
}

/** Each class against the rest, averaged over classes or by images; or each pair of classes, averaged over pairs. */
export type AucAverage = "ovr-macro" | "ovr-weighted" | "ovo-macro";

/**
 * Area under the ROC curve for many classes, in [0, 1]; undefined if a class has no image.
 *
 * Source: scikit-learn `roc_auc_score`; one against one after Hand and Till 2001.
 *
 * @param probabilities `[N, K]`.
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA if a label is no index of a class.
 */
export function rocAuc(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  { average = "ovr-macro" }: { readonly average?: AucAverage } = {},
): number | undefined {
  const numClasses = requireProbabilities("rocAuc", labels, probabilities);
  const images = Array.from({ length: numClasses }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) images[labels[i]!]!.push(i);
  if (numClasses < 2 || images.some((own) => own.length === 0)) return undefined;
  if (average === "ovo-macro") return mean(pairAreas(images, probabilities));
  const areas = images.map((own, k) => {
    const positive = new Uint8Array(labels.length);
    for (const i of own) positive[i] = 1;
    return binaryRocAuc(positive, scoresOf(probabilities, k))!;
  });
  if (average === "ovr-macro") return mean(areas);
  return areas.reduce((sum, area, k) => sum + area * images[k]!.length, 0) / labels.length;
}

function pairAreas(images: readonly (readonly number[])[], probabilities: readonly ArrayLike<number>[]): number[] {
  const areas: number[] = [];
  for (let a = 0; a < images.length; a++) {
    for (let b = a + 1; b < images.length; b++) {
      const rows = [...images[a]!, ...images[b]!].map((i) => probabilities[i]!);
      const isFirst = rows.map((_, i) => i < images[a]!.length);
      const first = binaryRocAuc(isFirst, scoresOf(rows, a))!;
      const isSecond = isFirst.map((first) => !first);
      areas.push((first + binaryRocAuc(isSecond, scoresOf(rows, b))!) / 2);
    }
  }
  return areas;
}

function scoresOf(probabilities: readonly ArrayLike<number>[], column: number): Float64Array {
  return Float64Array.from(probabilities, (row) => row[column]!);
}
