/**
 * Mean and variance a channel of images in a training step, and images scaled and shifted by them, at the least cost:
 * behind a pointwise convolution that widens few channels, both go by way of the narrow images.
 */
import { PLAIN } from "./ops/convolution.ts";
import * as ops from "./ops/index.ts";
import { isPointwise } from "./rewrites/convolutionKinds.ts";
import type { Tensor } from "./tensor.ts";

/** Mean and variance of each channel, [C]. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The moments of x [N, C, H, W] over images and positions. */
export function imageMoments(x: Tensor): Moments {
  if (isWidening(x)) return widenedMoments(x.inputs as [Tensor, Tensor]);
  // A second pass over images is dear: E[x^2] - E[x]^2.
  const mean = ops.reduceMean(x, [0, 2, 3]);
  const square = ops.reduceMean(ops.mul(x, x), [0, 2, 3]);
  return { mean, variance: ops.relu(ops.sub(square, ops.mul(mean, mean))) };
}

/** x times `scale` plus `shift`, [C] both, in a graph that computes the moments of x as well. */
export function scaledWithMoments(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  if (!isWidening(x)) return ops.channelAffine(x, scale, shift);
  // Into kernel and bias, so that the wide images are written once, and normalised.
  const [input, kernel] = x.inputs as [Tensor, Tensor];
  return ops.conv2d(input, ops.mul(kernel, ops.reshape(scale, [scale.shape[0]!, 1, 1, 1])), { bias: shift });
}

/** Entries' worth of passes over images that one multiplication of a matrix product costs (measured: about 1 / 22). */
const PRODUCTS_PER_ENTRY = 22;

/**
 * Whether x comes from a plain 1x1 convolution of so few channels that their second moments cost less than passes over
 * what it widens them to.
 */
function isWidening(x: Tensor): boolean {
  if (x.op !== ops.conv2dOp || x.inputs.length > 2 || typeof x.shape[0] !== "number") return false;
  const [o, c] = x.inputs[1]!.shape as [number, number];
  const [n, , h, w] = x.shape as [number, number, number, number];
  const products = c * c * (o + n * h * w);
  return isPointwise(x) && o >= 2 * c && products < PRODUCTS_PER_ENTRY * o * n * h * w;
}

// The moments of W x follow from those of x, which has fewer channels: W mean(x), and w cov(x) w of each row w of W.
function widenedMoments([x, kernel]: readonly [Tensor, Tensor]): Moments {
  const [o, c] = kernel.shape as [number, number, number, number];
  const [n, , h, w] = x.shape as [number, number, number, number];
  const weights = ops.reshape(kernel, [o, c]);
  const inputMean = ops.reduceMean(x, [0, 2, 3]);
  const products = ops.conv2dKernelGradient(x, x, { ...PLAIN, kernelSize: [1, 1] }); // [C, C, 1, 1], sums
  const square = ops.mul(ops.reshape(products, [c, c]), ops.scalar(1 / (n * h * w)));
  const covariance = ops.sub(square, ops.matMul(ops.reshape(inputMean, [c, 1]), ops.reshape(inputMean, [1, c])));
  const mean = ops.reshape(ops.matMul(weights, ops.reshape(inputMean, [c, 1])), [o]);
  const variance = ops.reduceSum(ops.mul(ops.matMul(weights, covariance), weights), [1]);
  return { mean, variance: ops.relu(variance) };
}
