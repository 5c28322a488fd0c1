import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import { viewsOf } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED, imageInput } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type Pictures, selectPictures } from "../pictures.ts";
import { meanEntropy, meanProbabilities, mostProbable } from "./pseudoLabels.ts";

/** As it is, mirrored, and turned upside down. */
const VIEWS = 3;
const BATCH = 16;

/** What a model says of pictures seen from several sides, without a label. */
export interface ViewAnswers {
  /** Mean over the views, [N, K]. */
  readonly probabilities: Float32Array;
  /** Most probable class of each picture by that mean. */
  readonly predicted: readonly number[];
  /** Mean probability of each class. */
  readonly shares: readonly number[];
  /** Mean entropy of the mean answer, as a share of ln K. */
  readonly entropy: number;
  /**
   * How much the views of one picture contradict each other: entropy of the mean answer less the mean entropy, as a
   * share of ln K (the Jensen-Shannon divergence), mean over pictures.
   */
  readonly disagreement: number;
}

/** Options of {@link viewProbabilities}. */
export interface ViewProbabilitiesOptions extends SessionOptions {
  readonly signal?: StopSignal | undefined;
}

/**
 * Answers to mirrored views of the same pictures. A cell is the same cell in a mirror, so a change that makes a model
 * contradict itself more has made it worse; no label is needed to see that.
 *
 * @throws ERR_ABORTED
 */
export async function viewProbabilities(
  model: Model,
  pictures: Pictures,
  { signal, ...options }: ViewProbabilitiesOptions = {},
): Promise<ViewAnswers> {
  const classes = model.output.shape[0]!;
  const views = Array.from({ length: VIEWS }, () => new Float32Array(pictures.count * classes));
  const session = await createSession(compile(viewsGraph(model)), options);
  try {
    for (let start = 0; start < pictures.count; start += BATCH) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "adapting was interrupted");
      const indices = Array.from({ length: Math.min(BATCH, pictures.count - start) }, (_, i) => start + i);
      const results = await session.run({ images: selectPictures(pictures, indices) });
      for (const [v, view] of views.entries()) view.set(results[`view${v}`]!.data as Float32Array, start * classes);
    }
  } finally {
    await session.release();
  }
  return summary(views, classes);
}

function viewsGraph(model: Model) {
  const images = imageInput(model, "batch");
  return Object.fromEntries(viewsOf(images, VIEWS).map((view, v) => [`view${v}`, model.call(view, FIXED)]));
}

function summary(views: readonly Float32Array[], classes: number): ViewAnswers {
  const probabilities = views[0]!.map((_, i) => views.reduce((sum, view) => sum + view[i]! / VIEWS, 0));
  const entropy = meanEntropy(probabilities, classes);
  const single = views.reduce((sum, view) => sum + meanEntropy(view, classes) / VIEWS, 0);
  return {
    probabilities,
    predicted: mostProbable(probabilities, classes),
    shares: meanProbabilities(probabilities, classes),
    entropy,
    disagreement: entropy - single,
  };
}
