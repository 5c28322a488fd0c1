import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { stratifiedBootstrap } from "../../metrics/limits/bootstrap.ts";
import { differenceOfEstimates, groupedShare } from "../../metrics/limits/groupedShare.ts";
import { prepareAuc } from "../../metrics/rocAuc.ts";
import { predictedClass } from "../checkPredictions.ts";
import { type KnownPrediction, knownRows, type ResamplingOptions } from "../evaluate.ts";
import { accuracyStatistic } from "../figures.ts";
import { areaEstimate, meanRecall } from "../limits.ts";
import type { Evaluation, Predictions } from "../types.ts";

/** A class in another laboratory. */
export interface ClassFall {
  readonly class: string;
  /** Images of it there. */
  readonly support: number;
  /** Undefined if the class has no image in that place. */
  readonly homeRecall: Estimate | undefined;
  readonly recall: Estimate | undefined;
  /** What it is most often mistaken for there, and how many times; undefined if it never is. */
  readonly mistakenFor: { readonly class: string; readonly count: number } | undefined;
}

/** How far a model falls from home to another laboratory, in shares. */
export interface Fall {
  readonly accuracy: Estimate;
  readonly balancedAccuracy: Estimate;
}

/** Classes with fewer images than this are left out of balanced accuracy: one cell would weigh too much. */
export const FEWEST_OF_A_CLASS = 20;

const isRight = (row: KnownPrediction) => predictedClass(row) === row.label;

/** The classes that have enough rows. */
function judgedClasses(rows: readonly KnownPrediction[]): number[] {
  const counts = new Map<number, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].flatMap(([label, count]) => (count >= FEWEST_OF_A_CLASS ? [label] : [])).sort((a, b) => a - b);
}

/** The rows of classes that have enough images; all if none has. */
export function judgedRows(predictions: Predictions): KnownPrediction[] {
  const rows = knownRows(predictions);
  const classes = judgedClasses(rows);
  return classes.length === 0 ? rows : rows.filter(({ label }) => classes.includes(label));
}

/** Balanced accuracy of rows, by the rule of all commands; resampled only where groups hold several classes. */
function meanRecallOf(rows: readonly KnownPrediction[], resamples: number, rng: Rng): Estimate {
  const labels = Int32Array.from(rows, ({ label }) => label);
  const groups = rows.map(({ group }) => group);
  const statistic = () =>
    accuracyStatistic({
      numClasses: 1 + Math.max(...rows.flatMap((row) => [row.label, predictedClass(row)])),
      labels,
      predicted: Int32Array.from(rows, predictedClass),
    });
  const resampled = () => stratifiedBootstrap(labels, statistic(), { rng, resamples, groups })[1]!;
  return meanRecall({ labels, groups }, rows.map(isRight), resampled).estimate;
}

/** Balanced accuracy over the classes that have enough images, with 95 % limits. */
export function balancedAccuracyOf(
  predictions: Predictions,
  { resamples = 2000, seed = 0 }: ResamplingOptions,
): Estimate {
  return meanRecallOf(judgedRows(predictions), resamples, new Rng(seed).fork("generalise"));
}

/**
 * Home less away, with 95 % limits: of two independent figures ({@link differenceOfEstimates}). Balanced accuracy is over
 * the classes that have enough images in both.
 */
export function fallBetween(
  home: Predictions,
  away: Predictions,
  { resamples = 2000, seed = 0 }: ResamplingOptions,
): Fall {
  const all = [knownRows(home), knownRows(away)] as const;
  const [own, foreign] = [judgedClasses(all[0]), judgedClasses(all[1])];
  const both = own.filter((label) => foreign.includes(label));
  const isJudged = ({ label }: KnownPrediction) => both.length === 0 || both.includes(label);
  const rng = new Rng(seed).fork("fall");
  const difference = (figure: (rows: readonly KnownPrediction[], place: string) => Estimate) =>
    differenceOfEstimates(figure(all[0], "home"), figure(all[1], "away"));
  return {
    accuracy: difference((rows) =>
      groupedShare(
        rows.map(isRight),
        rows.map(({ group }) => group),
      ),
    ),
    balancedAccuracy: difference((rows, place) => meanRecallOf(rows.filter(isJudged), resamples, rng.fork(place))),
  };
}

/** Recall of each class in both places, and what it is most often taken for away. */
export function classFalls(home: Evaluation, away: Evaluation): ClassFall[] {
  return away.classes.map((name, k) => {
    const recallIn = ({ perClass }: Evaluation) => (perClass[k]!.support > 0 ? perClass[k]!.recall : undefined);
    const row = away.confusionMatrix[k]!;
    const most = row.reduce((best, count, other) => (other !== k && count > (row[best] ?? 0) ? other : best), -1);
    return {
      class: name,
      support: away.perClass[k]!.support,
      homeRecall: recallIn(home),
      recall: recallIn(away),
      mistakenFor: most < 0 ? undefined : { class: away.classes[most]!, count: row[most]! },
    };
  });
}

/**
 * How well familiarity tells images of another laboratory from those of home: area under the ROC curve with 95 % limits;
 * undefined if it is not known.
 */
export function separation(
  home: Predictions,
  away: Predictions,
  { resamples = 2000, seed = 0 }: ResamplingOptions,
): Estimate | undefined {
  const values = [home, away].map(({ rows }) => rows.flatMap(({ familiarity }) => familiarity ?? []));
  const [own, foreign] = values as [number[], number[]];
  if (own.length === 0 || foreign.length === 0) return undefined;
  const isForeign = [...own.map(() => 0), ...foreign.map(() => 1)];
  const area = prepareAuc(
    isForeign,
    [...own, ...foreign].map((value) => -value),
  );
  const rng = new Rng(seed).fork("separation");
  const [figure] = stratifiedBootstrap(isForeign, (weights) => [area(weights)], { rng, resamples });
  return areaEstimate({ labels: isForeign, groups: isForeign.map((_, i) => String(i)) }, isForeign, figure!);
}
