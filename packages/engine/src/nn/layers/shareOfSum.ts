import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/**
 * Each entry of a row, none below 0, over the row's sum, as the softmax of logarithms: what explains a model or averages its
 * views asks for what a softmax took. Keras has no such layer.
 */
export class ShareOfSum extends Layer {
  readonly className = "ShareOfSum";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return ops.softmax(ops.log(ops.clip(x, 1e-30, Number.POSITIVE_INFINITY)));
  }
}
