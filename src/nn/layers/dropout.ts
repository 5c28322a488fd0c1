import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";

/** In training, sets a share `rate` of the entries to 0 and scales the others up (keras.layers.Dropout; Srivastava et al. 2014). */
export class Dropout extends Layer<{ readonly rate: number }> {
  readonly className = "Dropout";

  constructor({ rate, ...options }: LayerOptions & { readonly rate: number }) {
    super({ rate }, options);
    if (!(rate >= 0 && rate < 1))
      throw new LeukogramError("ERR_CONFIG", `${this.label}: expected a rate from 0 to below 1, received ${rate}`);
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const { rate } = this.config;
    if (!context.training || rate === 0) return x;
    const kept = ops.step(ops.sub(context.random(x.shape as number[]), ops.scalar(rate)));
    return ops.mul(x, ops.mul(kept, ops.scalar(1 / (1 - rate))));
  }
}
