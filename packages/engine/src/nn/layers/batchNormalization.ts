import { type ConvolutionAttributes, PLAIN } from "../../graph/ops/convolution.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { type ScaleAndShift, scaleAndShift, scaleAndShiftWeights } from "./scaleAndShift.ts";

interface Config extends ScaleAndShift {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * Each channel shifted and scaled to mean 0 and variance 1 over the batch, then by beta and gamma
 * (keras.layers.BatchNormalization; Ioffe and Szegedy 2015). In inference, and when frozen, by the moving statistics.
 */
export class BatchNormalization extends Layer<Config> {
  readonly className = "BatchNormalization";

  constructor(options: LayerOptions & Partial<Config> = {}) {
    const { axis = -1, momentum = 0.99, epsilon = 0.001, center = true, scale = true } = options;
    super({ axis, momentum, epsilon, center, scale }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const channels = lastAxisSize(shape, this.config.axis);
    return [
      ...scaleAndShiftWeights(this.config, channels),
      newWeight("moving_mean", [channels], "zeros", false),
      newWeight("moving_variance", [channels], "ones", false),
    ];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [movingMean, movingVariance] = this.weights.slice(-2) as [Weight, Weight];
    const [gamma, beta] = scaleAndShift(this.weights, movingMean.shape[0]!, context);
    let [mean, variance] = [context.weight(movingMean), context.weight(movingVariance)];
    const isBatch = context.training && this.trainable;
    if (isBatch) {
      const batch = moments(x);
      context.update(movingMean, this.#moved(mean, batch.mean));
      context.update(movingVariance, this.#moved(variance, batch.variance));
      ({ mean, variance } = mixed(batch, { mean, variance }, context.batchShare ?? 1));
    }
    const spread = ops.sqrt(ops.add(variance, ops.scalar(this.config.epsilon)));
    const scale = ops.mul(gamma, ops.reciprocal(spread));
    const shift = ops.sub(beta, ops.mul(mean, scale));
    if (!isBatch || !isWidening(x)) return ops.channelAffine(x, scale, shift);
    // Scale and shift go into kernel and bias, so that the wide images are written once, and normalised.
    const [input, kernel] = x.inputs as [Tensor, Tensor];
    return ops.conv2d(input, ops.mul(kernel, ops.reshape(scale, [scale.shape[0]!, 1, 1, 1])), { bias: shift });
  }

  #moved(before: Tensor, batch: Tensor): Tensor {
    const { momentum } = this.config;
    return ops.add(ops.mul(before, ops.scalar(momentum)), ops.mul(batch, ops.scalar(1 - momentum)));
  }
}

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

// A batch of another laboratory, held by what is known of the old one (Schneider et al. 2020).
function mixed(batch: Moments, moving: Moments, share: number): Moments {
  if (share === 1) return batch;
  const mix = (a: Tensor, b: Tensor) => ops.add(ops.mul(a, ops.scalar(share)), ops.mul(b, ops.scalar(1 - share)));
  return { mean: mix(batch.mean, moving.mean), variance: mix(batch.variance, moving.variance) };
}

function moments(x: Tensor): Moments {
  if (isWidening(x)) return widenedMoments(x.inputs as [Tensor, Tensor]);
  if (x.rank !== 4) {
    const axes = x.shape.slice(1).map((_, axis) => axis); // all but the last
    const mean = ops.reduceMean(x, axes);
    const centred = ops.sub(x, mean);
    return { mean, variance: ops.reduceMean(ops.mul(centred, centred), axes) };
  }
  // Over images the second pass is dear: E[x^2] - E[x]^2.
  const mean = ops.reduceMean(x, [0, 2, 3]);
  const square = ops.reduceMean(ops.mul(x, x), [0, 2, 3]);
  return { mean, variance: ops.relu(ops.sub(square, ops.mul(mean, mean))) };
}

/** Entries' worth of passes over images that one multiplication of a matrix product costs (measured: about 1 / 22). */
const PRODUCTS_PER_ENTRY = 22;

/**
 * Whether x comes from a plain 1x1 convolution of so few channels that their second moments cost less than passes over
 * what it widens them to.
 */
function isWidening(x: Tensor): boolean {
  if (x.op.name !== "conv2d" || x.inputs.length > 2 || typeof x.shape[0] !== "number") return false;
  const { strides, pads, groups } = x.attributes as unknown as ConvolutionAttributes;
  const [o, c, kh, kw] = x.inputs[1]!.shape as [number, number, number, number];
  const [n, , h, w] = x.shape as [number, number, number, number];
  const products = c * c * (o + n * h * w);
  const isPointwise =
    groups === 1 && [kh, kw, ...strides].every((size) => size === 1) && pads.every((pad) => pad === 0);
  return isPointwise && o >= 2 * c && products < PRODUCTS_PER_ENTRY * o * n * h * w;
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
