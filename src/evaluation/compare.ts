import { Rng } from "../core/rng.ts";
import { pairedBootstrap } from "../metrics/bootstrap.ts";
import { holm } from "../metrics/holm.ts";
import { mcnemarExact } from "../metrics/mcnemar.ts";
import { type AlignedPredictions, alignPredictions, type NamedPredictions } from "./alignPredictions.ts";
import type { ResamplingOptions } from "./evaluate.ts";
import { accuracyStatistic } from "./figures.ts";
import type { PairComparison } from "./types.ts";
import { verdictOf } from "./verdict.ts";

/**
 * Compares every two models on the same images: exact McNemar test, Holm's correction over the pairs, and paired
 * bootstrap limits of the differences, 95 % each and not corrected for the number of pairs.
 *
 * Images of unknown class are left out. McNemar's test takes images for independent; where they come in groups, the
 * limits, which resample whole groups, have to bear a claim out as well.
 *
 * @returns the pairs in order: first with second, first with third, ..., second with third, ...
 * @throws LeukogramError ERR_USAGE for fewer than two models or a name given twice, ERR_DATA if the models do not
 *   judge the same images with the same classes and labels.
 */
export function comparePredictions(
  models: readonly NamedPredictions[],
  { resamples = 2000, seed = 0 }: ResamplingOptions = {},
): PairComparison[] {
  const aligned = alignPredictions(models);
  const pairs = models.flatMap((_, a) => models.slice(a + 1).map((_, offset) => [a, a + 1 + offset] as const));
  const tables = pairs.map((pair) => tabulate(aligned, pair));
  const pValues = tables.map(mcnemarExact);
  const adjusted = holm(pValues);
  const grouped = new Set(aligned.groups).size < aligned.labels.length;
  return pairs.map((pair, i) => {
    const { labels, groups } = aligned;
    // Every pair sees the same resamples, so that no limit depends on which other models are there.
    const options = { rng: new Rng(seed).fork("compare"), resamples, groups };
    const [accuracy, balancedAccuracy] = pairedBootstrap(labels, statisticsOf(aligned, pair), options);
    const comparison = {
      first: models[pair[0]]!.name,
      second: models[pair[1]]!.name,
      table: tables[i]!,
      mcnemarP: pValues[i]!,
      adjustedP: adjusted[i]!,
      accuracyDifference: accuracy!,
      balancedAccuracyDifference: balancedAccuracy!,
    };
    return { ...comparison, verdict: verdictOf(comparison, { pairs: pairs.length, grouped }) };
  });
}

function statisticsOf({ numClasses, labels, predicted }: AlignedPredictions, [a, b]: readonly [number, number]) {
  const statistic = (model: number) => accuracyStatistic({ numClasses, labels, predicted: predicted[model]! });
  return [statistic(a), statistic(b)] as const;
}

function tabulate({ labels, predicted }: AlignedPredictions, [a, b]: readonly [number, number]) {
  const table = { both: 0, firstOnly: 0, secondOnly: 0, neither: 0 };
  for (const [i, label] of labels.entries()) {
    const first = predicted[a]![i] === label;
    const second = predicted[b]![i] === label;
    if (first) table[second ? "both" : "firstOnly"]++;
    else table[second ? "secondOnly" : "neither"]++;
  }
  return table;
}
