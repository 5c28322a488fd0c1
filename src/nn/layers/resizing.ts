import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/** Bilinear resizing of images to [height, width], without antialiasing (keras.layers.Resizing). */
export class Resizing extends Layer<{ readonly height: number; readonly width: number }> {
  readonly className = "Resizing";

  constructor({ height, width, ...options }: LayerOptions & { readonly height: number; readonly width: number }) {
    super({ height, width }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return ops.resize(x, [this.config.height, this.config.width]);
  }
}
