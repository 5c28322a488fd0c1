import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/** The mean of each channel over the image: [H, W, C] -> [C] (keras.layers.GlobalAveragePooling2D). */
export class GlobalAveragePooling2D extends Layer {
  readonly className = "GlobalAveragePooling2D";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const pooled = ops.reduceMean(x, [2, 3], true); // [N, C, 1, 1]
    return ops.reshape(pooled, pooled.shape.slice(0, 2));
  }
}

/** The largest entry of each channel: [H, W, C] -> [C] (keras.layers.GlobalMaxPooling2D). */
export class GlobalMaxPooling2D extends Layer {
  readonly className = "GlobalMaxPooling2D";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return ops.reduceMax(x, [2, 3]);
  }
}
