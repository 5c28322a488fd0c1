import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { assignFolds } from "../data/sampling/folds.ts";
import { evaluatePredictions } from "../evaluation/evaluate.ts";
import type { Prediction } from "../evaluation/types.ts";
import { fitSoftmax } from "./softmaxRegression.ts";

/** Images of a set, as a shortcut test takes them. */
export interface ShortcutRow {
  readonly file: string;
  readonly label: number;
  /** Copies of one cell, and images of one patient or slide, share it. */
  readonly group: string;
}

/** How well the class can be told from what should not tell it. */
export interface ShortcutTest {
  readonly images: number;
  /** What guessing reaches: one over the number of classes. */
  readonly chance: number;
  readonly balancedAccuracy: Estimate;
  /** Share of each class's images that are told, in the order of the classes. */
  readonly recall: readonly Estimate[];
  /** Whether the lower limit is above chance by more than two points; a model could hardly live on less. */
  readonly beatsChance: boolean;
}

/** Options of {@link testShortcut}. */
export interface ShortcutOptions {
  readonly classes: readonly string[];
  /** What the class of image `index` is to be told from, [F]; asked for those alone that are taken. */
  readonly features: (index: number) => ArrayLike<number>;
  readonly seed?: number;
}

const FOLDS = 5;
/** A lower limit this little above chance is none worth a warning. */
const LEAST_GAIN = 0.02;
/** More images make the answer no clearer, only later. */
const MOST = 4000;

/**
 * Learns to tell the class from the given features, and is asked about images that it did not learn from: softmax regression,
 * features and their squares, five folds, groups whole. Limits are 95 %, as `evaluatePredictions` has them.
 *
 * @returns undefined if a class has fewer groups than folds, so that it can't be tested.
 */
export function testShortcut(
  all: readonly ShortcutRow[],
  { classes, features, seed = 0 }: ShortcutOptions,
): ShortcutTest | undefined {
  const kept = thinned(all, new Rng(seed).fork("shortcut"));
  const rows = kept.map((index) => all[index]!);
  const present = [...new Set(rows.map(({ label }) => label))];
  const groups = (label: number) => new Set(rows.flatMap((row) => (row.label === label ? [row.group] : []))).size;
  if (present.length < 2 || present.some((label) => groups(label) < FOLDS)) return undefined;
  const folds = assignFolds(rows, { folds: FOLDS, seed });
  const inputs = kept.map((index) => withSquares(features(index)));
  const answers: Prediction[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const outside = [...rows.keys()].filter((i) => folds[i] !== fold);
    const fitted = fitSoftmax(
      outside.map((i) => inputs[i]!),
      { labels: outside.map((i) => rows[i]!.label), classes: classes.length },
    );
    for (const [i, { file, label, group }] of rows.entries())
      if (folds[i] === fold) answers.push({ file, label, group, probabilities: fitted(inputs[i]!) });
  }
  const { balancedAccuracy, perClass } = evaluatePredictions({ classes, rows: answers }, { seed, resamples: 1000 });
  const chance = 1 / present.length;
  return {
    images: rows.length,
    chance,
    balancedAccuracy,
    recall: perClass.map(({ recall }) => recall),
    beatsChance: balancedAccuracy.low > chance + LEAST_GAIN,
  };
}

// Indices; by groups, so that none is torn.
function thinned(rows: readonly ShortcutRow[], rng: Rng): readonly number[] {
  const all = [...rows.keys()];
  if (rows.length <= MOST) return all;
  const kept = new Set(
    rng
      .permutation(rows.length)
      .slice(0, MOST)
      .map((i) => rows[i]!.group),
  );
  return all.filter((index) => kept.has(rows[index]!.group));
}

function withSquares(features: ArrayLike<number>): Float64Array {
  const width = features.length;
  return Float64Array.from({ length: 2 * width }, (_, f) =>
    f < width ? features[f]! : (features[f - width]! / 128 - 1) ** 2,
  );
}
