import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { fromKerasOrder, toKerasOrder } from "../layout.ts";

/** The axes in another order, counted from 1 without the batch (keras.layers.Permute). */
export class Permute extends Layer<{ readonly dims: readonly number[] }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Permute";

  constructor({ dims, ...options }: LayerOptions & { readonly dims: readonly number[] }) {
    super({ dims }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { dims } = this.config;
    if (dims.length !== x.rank - 1)
      throw new LeukogramError("ERR_SHAPE", `permute: ${dims.length} axes for a tensor with ${x.rank - 1}`);
    return fromKerasOrder(ops.transpose(toKerasOrder(x), [0, ...dims]));
  }
}
