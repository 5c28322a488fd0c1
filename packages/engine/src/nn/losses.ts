import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";

/** What a loss is made of; the defaults are plain cross-entropy. */
export interface LossOptions {
  /** Share of each label's weight that is spread over all classes; default 0 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
  /** One factor a class on the loss of its images; default 1. The mean is over images, not over weights. */
  readonly classWeights?: readonly number[];
  /**
   * Whether labels below 0 mark classes that the image's laboratory lacks: its answers are not asked about them, so that
   * it does not teach that they are never right. Default: labels are 0 or above.
   */
  readonly absentMarked?: boolean;
  /** Focal loss: `alpha` (1 - p)^`gamma` times the cross-entropy (Lin et al. 2017). */
  readonly focal?: { readonly alpha: number; readonly gamma: number };
}

/**
 * Categorical cross-entropy of logits [N, K] against one-hot labels [N, K], a number an image [N]
 * (keras.losses.CategoricalCrossentropy and CategoricalFocalCrossentropy before their mean).
 */
export function lossPerImage(
  oneHot: Tensor,
  logits: Tensor,
  { labelSmoothing = 0, classWeights, absentMarked = false, focal }: LossOptions = {},
): Tensor {
  const classes = logits.shape[1] as number;
  const known = absentMarked ? ops.step(oneHot, -0.5) : undefined;
  const labels = known === undefined ? oneHot : ops.relu(oneHot);
  const target = labelSmoothing === 0 ? labels : smoothed(labels, { share: labelSmoothing, classes, known });
  const logProbabilities = ops.logSoftmax(known === undefined ? logits : withoutAbsent(logits, known));
  let terms = ops.neg(ops.mul(target, logProbabilities)); // [N, K]
  if (focal !== undefined) {
    const rest = ops.sub(ops.scalar(1), ops.exp(logProbabilities));
    terms = ops.mul(terms, ops.mul(ops.pow(rest, ops.scalar(focal.gamma)), ops.scalar(focal.alpha)));
  }
  let perImage = ops.reduceSum(terms, [1]);
  if (classWeights !== undefined) {
    const weights = ops.constant(Float32Array.from(classWeights), [1, classes]);
    perImage = ops.mul(perImage, ops.reduceSum(ops.mul(labels, weights), [1]));
  }
  return perImage;
}

// The share is spread over all classes, or over those that the image's laboratory has.
function smoothed(
  labels: Tensor,
  { share, classes, known }: { share: number; classes: number; known: Tensor | undefined },
): Tensor {
  const rest =
    known === undefined
      ? ops.scalar(share / classes)
      : ops.mul(known, ops.div(ops.scalar(share), ops.reduceSum(known, [1], true)));
  return ops.add(ops.mul(labels, ops.scalar(1 - share)), rest);
}

/** So far below the others that the softmax gives it nothing. */
const NEVER = -1e4;

const withoutAbsent = (logits: Tensor, known: Tensor) =>
  ops.add(logits, ops.mul(ops.sub(ops.scalar(1), known), ops.scalar(NEVER)));

/** Mean categorical cross-entropy of logits [N, K] against one-hot labels [N, K]: a scalar. */
export function categoricalCrossentropy(oneHot: Tensor, logits: Tensor, options: LossOptions = {}): Tensor {
  return ops.reduceMean(lossPerImage(oneHot, logits, options), [0]);
}

/** The same loss from labels as class indices [N], int32 (keras.losses.SparseCategoricalCrossentropy). */
export function sparseCategoricalCrossentropy(labels: Tensor, logits: Tensor, options: LossOptions = {}): Tensor {
  return categoricalCrossentropy(oneHot(labels, logits.shape[1] as number), logits, options);
}

/** 1 in the column of each label's class: int32 [N] to float32 [N, K]. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  const columns = ops.constant(
    Int32Array.from({ length: classes }, (_, k) => k),
    [1, classes],
  );
  return ops.cast(ops.equal(ops.reshape(labels, [labels.shape[0]!, 1]), columns), "float32");
}
