import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { Dataset, Sample } from "../../data/sample.ts";
import { runFiles } from "../../run/runFolder.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import { trainModel } from "../../training/trainModel.ts";
import type { TrainOptions } from "../../training/trainOptions.ts";
import { loadClassifier } from "../classifier.ts";
import { answerImages } from "../evaluateModel.ts";
import { writePredictionsCsv } from "../predictionsCsv.ts";
import type { Predictions } from "../types.ts";

/** Images to learn from, to choose by, and to be asked about afterwards. */
export interface TrainingParts {
  readonly train: Dataset;
  readonly validation: readonly Sample[];
  readonly judged: readonly Sample[];
}

/** What {@link trainAndAnswer} takes beside images and recipe. */
export interface TrainAndAnswerOptions extends TrainOptions {
  readonly session?: SessionOptions;
  /** What the progress of classifying is called. */
  readonly stage: string;
}

/**
 * Trains a model, and asks it about images that it did not see: the run folder gets the model and, last, predictions.csv.
 *
 * @throws as `trainModel` and `answerImages`.
 */
export async function trainAndAnswer(
  { train, validation, judged }: TrainingParts,
  recipe: Recipe,
  options: TrainAndAnswerOptions,
): Promise<Predictions> {
  const { out, session, stage, signal, skipBad = false, onStage } = options;
  await trainModel(train, validation, recipe, options);
  const classifier = await loadClassifier(out, session);
  try {
    const { predictions } = await answerImages(classifier, train, judged, {
      skipBad,
      signal,
      onProgress: (done, total) => onStage?.(stage, done, total),
    });
    await writePredictionsCsv(runFiles(out).answers, predictions);
    return predictions;
  } finally {
    await classifier.close();
  }
}
