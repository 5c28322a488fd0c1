import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { compareCodePoints } from "../folders/walk.ts";
import { laboratoryOf } from "../laboratories.ts";
import type { Dataset, Sample } from "../sample.ts";
import { NumpyRandomState } from "./numpyRandom.ts";

/** How {@link splitDataset} parts the images. */
export interface SplitOptions {
  /** Share of the images to validate on, in [0, 1); 0 for none. */
  readonly validationFraction?: number;
  readonly seed?: number;
  /**
   * "stratified" keeps groups whole and the classes of each laboratory in proportion; "keras" repeats `image_dataset_from_directory`, which
   * knows no groups, so that augmented copies of one image fall on both sides.
   */
  readonly method?: "stratified" | "keras";
}

/** Two parts of a data set. */
export interface Split {
  readonly train: Sample[];
  readonly validation: Sample[];
}

/**
 * Parts a data set into training and validation images.
 *
 * @throws LeukogramError ERR_USAGE if the fraction is out of [0, 1); ERR_DATA if a part would be empty.
 *
 * @example
 * const { train, validation } = splitDataset(dataset, { validationFraction: 0.2, seed: 0 });
 */
export function splitDataset(
  dataset: Dataset,
  { validationFraction = 0.2, seed = 0, method = "stratified" }: SplitOptions = {},
): Split {
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new LeukogramError("ERR_USAGE", `the validation fraction must be in [0, 1), received ${validationFraction}`, {
      hint: "Give a share such as 0.2.",
    });
  }
  if (validationFraction === 0) return { train: [...dataset.samples], validation: [] };
  const split = method === "keras" ? splitAsKeras : splitStratified;
  const parts = split(dataset, validationFraction, seed);
  if (parts.train.length > 0 && parts.validation.length > 0) return parts;
  const groups = new Set(dataset.samples.map((sample) => sample.group)).size;
  throw new LeukogramError(
    "ERR_DATA",
    `${dataset.root}: ${dataset.samples.length} images in ${groups} groups are too few to hold out ${validationFraction} of them`,
    { hint: "Give more images, or a validation fraction of 0." },
  );
}

// keras.utils.image_dataset_from_directory: RandomState(seed).shuffle(paths); the last int(fraction * n) validate.
function splitAsKeras(dataset: Dataset, fraction: number, seed: number): Split {
  const shuffled = new NumpyRandomState(seed).shuffle([...dataset.samples]);
  const boundary = shuffled.length - Math.trunc(fraction * shuffled.length);
  return { train: shuffled.slice(0, boundary), validation: shuffled.slice(boundary) };
}

interface Group {
  /** Images of each stratum in it. */
  readonly counts: readonly number[];
  /** Strata that it has images of. */
  readonly strata: readonly number[];
  readonly size: number;
  readonly key: string;
}

// Greedy, after scikit-learn's StratifiedGroupKFold: the largest groups first, each to the side where it brings the
// validation share of the strata nearer to what was asked for. A stratum is a class of one laboratory.
function splitStratified(dataset: Dataset, fraction: number, seed: number): Split {
  const strata = strataOf(dataset.samples);
  const groups = collectGroups(dataset.samples, strata, new Rng(seed).fork("split"));
  const all = [...new Set(strata.values())];
  const totals = all.map((stratum) => sum(groups.map((group) => group.counts[stratum]!)));
  const taken = all.map(() => 0);
  const trainGroups = all.map((stratum) => groups.filter((group) => group.counts[stratum]! > 0).length);
  const validationGroups = all.map(() => 0);
  const chosen = new Set<string>();

  // How much farther from the wanted shares the validation set comes by taking the group.
  const change = (group: Group): number =>
    sum(
      group.strata.map((stratum) => {
        const missing = fraction * totals[stratum]! - taken[stratum]!;
        const after = missing - group.counts[stratum]!;
        return (after * after - missing * missing) / totals[stratum]! ** 2;
      }),
    );
  const spares = (group: Group): boolean => group.strata.every((stratum) => trainGroups[stratum]! > 1);
  const take = (group: Group): void => {
    chosen.add(group.key);
    for (const stratum of group.strata) {
      taken[stratum]! += group.counts[stratum]!;
      trainGroups[stratum]!--;
      validationGroups[stratum]!++;
    }
  };

  for (const group of groups) if (spares(group) && change(group) < 0) take(group);
  for (const stratum of all) {
    if (validationGroups[stratum]! > 0) continue;
    const free = groups.filter((group) => group.counts[stratum]! > 0 && !chosen.has(group.key) && spares(group));
    const best = free.sort((a, b) => change(a) - change(b))[0];
    if (best !== undefined) take(best);
  }
  return {
    train: dataset.samples.filter((sample) => !chosen.has(sample.group)),
    validation: dataset.samples.filter((sample) => chosen.has(sample.group)),
  };
}

// The index of each laboratory's class, by laboratory and label; sorted, so that the order of the samples has no say.
function strataOf(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const cells = new Map(samples.map((sample) => [stratumKey(sample), sample]));
  const sorted = [...cells].sort(
    ([, a], [, b]) => compareCodePoints(laboratoryOf(a), laboratoryOf(b)) || a.label - b.label,
  );
  return new Map(sorted.map(([key], i) => [key, i]));
}

function stratumKey(sample: Sample): string {
  return `${sample.label} ${laboratoryOf(sample)}`;
}

// Groups in random order, the larger first; the order of the samples has no say in it.
function collectGroups(samples: readonly Sample[], strata: ReadonlyMap<string, number>, rng: Rng): Group[] {
  const counts = new Map<string, number[]>();
  for (const sample of samples) {
    const row = counts.get(sample.group) ?? Array.from(strata, () => 0);
    row[strata.get(stratumKey(sample))!]!++;
    counts.set(sample.group, row);
  }
  const groups = [...counts].map(([key, row]) => ({
    key,
    counts: row,
    strata: [...row.keys()].filter((stratum) => row[stratum]! > 0),
    size: sum(row),
  }));
  groups.sort((a, b) => compareCodePoints(a.key, b.key));
  return rng.shuffle(groups).sort((a, b) => b.size - a.size);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
