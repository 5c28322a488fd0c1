import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

interface Config {
  /** Whether the result is an image of one pixel, [1, 1, C]. */
  readonly keepdims: boolean;
}

/** The mean of each channel over the image: [H, W, C] -> [C] (keras.layers.GlobalAveragePooling2D). */
export class GlobalAveragePooling2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "GlobalAveragePooling2D";

  constructor({ keepdims = false, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ keepdims }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const pooled = ops.reduceMean(x, [2, 3], true); // [N, C, 1, 1]
    return this.config.keepdims ? pooled : ops.reshape(pooled, pooled.shape.slice(0, 2));
  }
}

/** The largest entry of each channel: [H, W, C] -> [C] (keras.layers.GlobalMaxPooling2D). */
export class GlobalMaxPooling2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "GlobalMaxPooling2D";

  constructor({ keepdims = false, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ keepdims }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return ops.reduceMax(x, [2, 3], this.config.keepdims);
  }
}
