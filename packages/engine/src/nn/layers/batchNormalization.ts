import { imageMoments, type Moments, scaledWithMoments } from "../../graph/imageMoments.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
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
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
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
      const batch = x.rank === 4 ? imageMoments(x) : rowMoments(x);
      context.update(movingMean, this.#moved(mean, batch.mean));
      context.update(movingVariance, this.#moved(variance, batch.variance));
      ({ mean, variance } = mixed(batch, { mean, variance }, context.batchShare ?? 1));
    }
    const spread = ops.sqrt(ops.add(variance, ops.scalar(this.config.epsilon)));
    const scale = ops.mul(gamma, ops.reciprocal(spread));
    const shift = ops.sub(beta, ops.mul(mean, scale));
    return (isBatch ? scaledWithMoments : ops.channelAffine)(x, scale, shift);
  }

  #moved(before: Tensor, batch: Tensor): Tensor {
    const { momentum } = this.config;
    return ops.add(ops.mul(before, ops.scalar(momentum)), ops.mul(batch, ops.scalar(1 - momentum)));
  }
}

// A batch of another laboratory, held by what is known of the old one (Schneider et al. 2020).
function mixed(batch: Moments, moving: Moments, share: number): Moments {
  if (share === 1) return batch;
  const mix = (a: Tensor, b: Tensor) => ops.add(ops.mul(a, ops.scalar(share)), ops.mul(b, ops.scalar(1 - share)));
  return { mean: mix(batch.mean, moving.mean), variance: mix(batch.variance, moving.variance) };
}

// Rows [N, C] or [N, ..., C] are few enough for a second pass.
function rowMoments(x: Tensor): Moments {
  const axes = x.shape.slice(1).map((_, axis) => axis); // all but the last
  const mean = ops.reduceMean(x, axes);
  const centred = ops.sub(x, mean);
  return { mean, variance: ops.reduceMean(ops.mul(centred, centred), axes) };
}
