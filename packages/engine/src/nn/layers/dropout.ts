import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

interface Config {
  readonly rate: number;
  /** [null, 1, ...]: all of an image's entries fall together (stochastic depth, Huang et al. 2016); null: each separately. */
  readonly noiseShape: readonly (number | null)[] | null;
}

/** In training, sets a share `rate` of the entries to 0 and scales the others up (keras.layers.Dropout; Srivastava et al. 2014). */
export class Dropout extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Dropout";

  constructor({ rate, noiseShape = null, ...options }: LayerOptions & Pick<Config, "rate"> & Partial<Config>) {
    super({ rate, noiseShape }, options);
    if (!(rate >= 0 && rate < 1))
      throw new LeukogramError("ERR_CONFIG", `${this.label}: expected a rate from 0 to below 1, received ${rate}`);
    if (noiseShape !== null && (noiseShape[0] !== null || noiseShape.slice(1).some((size) => size !== 1)))
      throw new LeukogramError(
        "ERR_CONFIG",
        `${this.label}: noise_shape ${JSON.stringify(noiseShape)} is not supported`,
        {
          hint: "Leukogram supports null, and [null, 1, ...] for whole images.",
        },
      );
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const { rate, noiseShape } = this.config;
    return dropped(x, { rate, context, together: noiseShape !== null });
  }
}

/** What {@link dropped} takes beside the tensor. */
interface Drop {
  readonly rate: number;
  readonly context: CallContext;
  /** Whether all of an image's entries fall together; default false. */
  readonly together?: boolean;
}

/** In training, x with a share `rate` of its entries at 0 and the others scaled up. */
export function dropped(x: Tensor, { rate, context, together = false }: Drop): Tensor {
  if (!context.training || rate === 0) return x;
  const shape = (x.shape as number[]).map((size, i) => (together && i > 0 ? 1 : size));
  const kept = ops.step(ops.sub(context.random(shape), ops.scalar(rate)));
  return ops.mul(x, ops.mul(kept, ops.scalar(1 / (1 - rate))));
}
