import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type Sides, sides } from "./zeroPadding2D.ts";

/** The image without its edges (keras.layers.Cropping2D). */
export class Cropping2D extends Layer<{ readonly cropping: Sides }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Cropping2D";

  constructor({
    cropping = 0,
    ...options
  }: LayerOptions & { readonly cropping?: number | readonly [number, number] | Sides } = {}) {
    super({ cropping: sides(cropping) }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { cropping } = this.config;
    return cropping.reduce(
      (image, [before, after], i) => ops.slice(image, i + 2, before, (image.shape[i + 2] as number) - after),
      x,
    );
  }
}
