import { Rng } from "@leukogram/engine/core/rng";
import type { Prediction, Predictions } from "leukogram/evaluation/types";

/** Options of {@link simulatePredictions}. */
export interface SimulationOptions {
  /** Images of each class. */
  readonly counts: readonly number[];
  /** How far the true class stands out, in standard deviations of its score. */
  readonly skill?: number;
  readonly seed?: number;
}

/** Made-up predictions of a model that is right as often as its `skill` lets it. */
export function simulatePredictions({ counts, skill = 2, seed = 0 }: SimulationOptions): Predictions {
  const rng = new Rng(seed).fork("simulate");
  const classes = ["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil"].slice(0, counts.length);
  const rows = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => {
      const scores = classes.map((_, k) => Math.exp(rng.normal(k === label ? skill : 0)));
      const total = scores.reduce((sum, score) => sum + score, 0);
      const file = `${classes[label]}/${i}.jpg`;
      return { file, label, group: file, probabilities: scores.map((score) => score / total) };
    }),
  );
  return { classes, rows };
}

/** Predictions with all probability on one class each: pairs of true and predicted class. */
export function surePredictions(
  answers: readonly (readonly [number | undefined, number])[],
  classes = ["Basophil", "Monocyte", "Neutrophil"],
): Predictions {
  const rows = answers.map(([label, predicted], i): Prediction => {
    const file = `image${String(i).padStart(4, "0")}.png`;
    return { file, label, group: file, probabilities: classes.map((_, k) => (k === predicted ? 1 : 0)) };
  });
  return { classes, rows };
}
