import { Rng } from "@leukogram/engine/core/rng";
import { holm } from "../metrics/holm.ts";
import { pairedBootstrap } from "../metrics/limits/bootstrap.ts";
import { mcnemarExact } from "../metrics/mcnemar.ts";
import { type AlignedPredictions, alignPredictions, type NamedPredictions } from "./alignPredictions.ts";
import type { ResamplingOptions } from "./evaluate.ts";
import { accuracyStatistic } from "./figures.ts";
import { accuracyDifference, meanRecallDifference } from "./limits.ts";
import type { PairComparison } from "./types.ts";
import { verdictOf } from "./verdict.ts";

/**
 * Compares every two models on the same images: exact McNemar test, Holm's correction over the pairs, and score
 * limits of the differences (Tango), 95 % each and not corrected for the number of pairs.
 *
 * Images of unknown class are left out. McNemar's test takes images for independent; where they come in groups, the
 * verdict also asks a sign test over groups and the limits, which count whole groups, to bear a claim out.
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
  return pairs.map((pair, i) => {
    const leads = leadsOf(aligned, pair);
    const comparison = {
      first: models[pair[0]]!.name,
      second: models[pair[1]]!.name,
      table: tables[i]!,
      mcnemarP: pValues[i]!,
      adjustedP: adjusted[i]!,
      accuracyDifference: accuracyDifference(aligned, leads),
      balancedAccuracyDifference: meanRecallDifference(aligned, leads, () => {
        // Every pair sees the same resamples, so that no limit depends on which other models are there.
        const options = { rng: new Rng(seed).fork("compare"), resamples, groups: aligned.groups };
        return pairedBootstrap(aligned.labels, statisticsOf(aligned, pair), options)[1]!;
      }),
    };
    return { ...comparison, verdict: verdictOf(comparison, { pairs: pairs.length, groupP: signTest(aligned, pair) }) };
  });
}

function statisticsOf({ numClasses, labels, predicted }: AlignedPredictions, [a, b]: readonly [number, number]) {
  const statistic = (model: number) => accuracyStatistic({ numClasses, labels, predicted: predicted[model]! });
  return [statistic(a), statistic(b)] as const;
}

// 1 if only the first is right of an image, -1 if only the second is.
function leadsOf({ labels, predicted }: AlignedPredictions, [a, b]: readonly [number, number]): number[] {
  return Array.from(labels, (label, i) => Number(predicted[a]![i] === label) - Number(predicted[b]![i] === label));
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

// McNemar's test with a group for an image: which model has more of it right. Undefined without groups.
function signTest({ labels, groups, predicted }: AlignedPredictions, [a, b]: readonly [number, number]) {
  const leads = new Map<string, number>();
  for (const [i, label] of labels.entries()) {
    const lead = Number(predicted[a]![i] === label) - Number(predicted[b]![i] === label);
    leads.set(groups[i]!, (leads.get(groups[i]!) ?? 0) + lead);
  }
  if (leads.size === labels.length) return undefined;
  const signs = [...leads.values()];
  return mcnemarExact({
    firstOnly: signs.filter((lead) => lead > 0).length,
    secondOnly: signs.filter((lead) => lead < 0).length,
  });
}
