import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { type Band, curveBands, precisionRecallCurve } from "../metrics/limits/curveBands.ts";
import { rocCurve } from "../metrics/rocCurve.ts";
import { knownRows, type ResamplingOptions } from "./evaluate.ts";
import { boundedEstimate } from "./limits.ts";
import type { Evaluation, Predictions } from "./types.ts";

/** Points of a curve, what one number says of it, and its band. */
export interface ClassCurve {
  readonly class: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Area under the ROC curve, or average precision; undefined if it is not known. */
  readonly area?: Estimate | undefined;
  readonly band?: Band | undefined;
}

/** Curves of each class against the rest. */
export interface ClassCurves {
  /** True positive rate by false positive rate. */
  readonly roc: readonly ClassCurve[];
  /** Precision by recall. */
  readonly precisionRecall: readonly ClassCurve[];
}

/** ROC and precision-recall curves with bands; classes without images, or with nothing else, are left out. */
export function classCurves(
  predictions: Predictions,
  { classes, perClass }: Evaluation,
  { resamples = 500, seed = 0 }: ResamplingOptions = {},
): ClassCurves {
  const rows = knownRows(predictions);
  const found = classes.flatMap((name, k) => {
    const positive = rows.map(({ label }) => label === k);
    if (positive.every(Boolean) || !positive.some(Boolean)) return [];
    const scores = rows.map(({ probabilities }) => probabilities[k]!);
    const rng = new Rng(seed).fork("curves").fork(k);
    const bands = curveBands(positive, scores, { rng, resamples, groups: rows.map(({ group }) => group) });
    const positiveGroups = rows.flatMap(({ label, group }) => (label === k ? [group] : []));
    const { fpr, tpr } = rocCurve(positive, scores);
    const { recall, precision } = precisionRecallCurve(positive, scores);
    return [
      {
        roc: { class: name, x: fpr, y: tpr, area: perClass[k]?.rocAuc, band: bands.roc },
        precisionRecall: {
          class: name,
          x: recall,
          y: precision,
          area: boundedEstimate({ groups: positiveGroups }, bands.averagePrecision),
          band: bands.precisionRecall,
        },
      },
    ];
  });
  return { roc: found.map(({ roc }) => roc), precisionRecall: found.map((own) => own.precisionRecall) };
}
