import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";

type Values = number | readonly number[];

interface Config {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  /** Of each channel; null if they are weights, found on data before. */
  readonly mean: Values | null;
  readonly variance: Values | null;
}

/** Keras's smallest deviation. */
const EPSILON = 1e-7;

/** Each channel less its mean, over its deviation, both fixed (keras.layers.Normalization). */
export class Normalization extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Normalization";

  constructor({ axis = -1, mean = null, variance = null, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ axis, mean: row(mean), variance: row(variance) }, options);
    if ((mean === null) !== (variance === null))
      throw new LeukogramError("ERR_CONFIG", "Normalization: mean and variance must be given together");
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const channels = lastAxisSize(shape, this.config.axis);
    if (this.config.mean !== null) return [];
    return [
      newWeight("mean", [channels], "zeros", false),
      newWeight("variance", [channels], "ones", false),
      newWeight("count", [], "zeros", false),
    ];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const axis = x.rank === 4 ? 1 : x.rank - 1;
    const shape = x.shape.map((size, i) => (i === axis ? (size as number) : 1));
    const { mean, variance } = this.config;
    const line = (values: Values | null, i: number) =>
      values === null
        ? ops.reshape(context.weight(this.weights[i]!), shape)
        : ops.constant(
            Float32Array.from({ length: shape[axis]! }, (_, c) =>
              typeof values === "number" ? values : values[c % values.length]!,
            ),
            shape,
          );
    const deviation = ops.maximum(ops.sqrt(line(variance, 1)), ops.scalar(EPSILON));
    return ops.div(ops.sub(x, line(mean, 0)), deviation);
  }
}

// Keras keeps the shape in which they were given: [[[1, 2, 3]]] is [1, 2, 3].
function row(values: Values | null): Values | null {
  return Array.isArray(values) ? (values.flat(8) as number[]) : values;
}
