import type { Estimate } from "@leukogram/engine/core/estimate";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Dataset } from "../../data/sample.ts";
import { loadClassifier } from "../../evaluation/classifier.ts";
import { evaluatePredictions } from "../../evaluation/evaluate.ts";
import { answerImages } from "../../evaluation/evaluateModel.ts";
import type { Evaluation, Predictions } from "../../evaluation/types.ts";

/** Two models on the same cells, which neither learned from: accuracy before and after, and kappa after, with 95 % limits. */
export interface HeldOutJudgement {
  readonly cells: number;
  readonly before: Estimate;
  readonly after: Estimate;
  readonly kappaAfter: Estimate;
}

/** Options of {@link judgeHeldOut}. */
export interface JudgeOptions extends SessionOptions {
  readonly seed?: number;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/**
 * Judges the model that was there and the one that was made of it on cells that were held out; gives the new one's answers too.
 *
 * @throws ERR_DATA if a class is not the models'; ERR_IMAGE; ERR_ABORTED.
 */
export async function judgeHeldOut(
  [before, after]: readonly [string, string],
  cells: Dataset,
  options: JudgeOptions = {},
): Promise<{ readonly judgement: HeldOutJudgement; readonly predictions: Predictions }> {
  const { evaluation: old } = await judge(before, cells, { ...options, stage: "Evaluating the original model" });
  const { evaluation, predictions } = await judge(after, cells, { ...options, stage: "Evaluating the adapted model" });
  const { count, accuracy, kappa } = evaluation;
  return { judgement: { cells: count, before: old.accuracy, after: accuracy, kappaAfter: kappa }, predictions };
}

async function judge(
  model: string,
  cells: Dataset,
  { stage, onStage, signal, seed = 0, ...session }: JudgeOptions & { readonly stage: string },
): Promise<{ readonly evaluation: Evaluation; readonly predictions: Predictions }> {
  const classifier = await loadClassifier(model, session);
  try {
    const onProgress = (done: number, total: number) => onStage?.(stage, done, total);
    const { predictions } = await answerImages(classifier, cells, cells.samples, { signal, onProgress });
    return { evaluation: evaluatePredictions(predictions, { seed }), predictions };
  } finally {
    await classifier.close();
  }
}
