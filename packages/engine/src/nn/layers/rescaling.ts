import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

type Values = number | readonly number[];

interface Config {
  /** One number, or one a channel. */
  readonly scale: Values;
  readonly offset: Values;
}

/** x * scale + offset (keras.layers.Rescaling). */
export class Rescaling extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Rescaling";

  constructor({ scale, offset = 0, ...options }: LayerOptions & Pick<Config, "scale"> & Partial<Config>) {
    super({ scale, offset }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const scaled = ops.mul(x, along(this.config.scale, x));
    return this.config.offset === 0 ? scaled : ops.add(scaled, along(this.config.offset, x));
  }
}

// Channels are the second axis of images here.
function along(values: Values, x: Tensor): Tensor {
  if (typeof values === "number") return ops.scalar(values);
  const shape = x.rank === 4 ? [1, values.length, 1, 1] : [values.length];
  return ops.constant(Float32Array.from(values), shape);
}
