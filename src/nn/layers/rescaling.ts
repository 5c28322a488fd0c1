import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/** x * scale + offset (keras.layers.Rescaling). */
export class Rescaling extends Layer<{ readonly scale: number; readonly offset: number }> {
  readonly className = "Rescaling";

  constructor({ scale, offset = 0, ...options }: LayerOptions & { readonly scale: number; readonly offset?: number }) {
    super({ scale, offset }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const scaled = ops.mul(x, ops.scalar(this.config.scale));
    return this.config.offset === 0 ? scaled : ops.add(scaled, ops.scalar(this.config.offset));
  }
}
