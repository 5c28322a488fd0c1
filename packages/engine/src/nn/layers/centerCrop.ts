import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

/**
 * The middle of an image; of one that is too small, the largest part of that shape, resized
 * (keras.layers.CenterCrop, keras.utils.image_utils.smart_resize).
 */
export class CenterCrop extends Layer<{ readonly height: number; readonly width: number }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "CenterCrop";

  constructor({ height, width, ...options }: LayerOptions & { readonly height: number; readonly width: number }) {
    super({ height, width }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { height, width } = this.config;
    const [h, w] = x.shape.slice(2) as [number, number];
    if (h >= height && w >= width) return middle(x, [height, width]);
    return ops.resize(middle(x, largestPart([h, w], [height, width])), [height, width]);
  }
}

/** Height and width of the largest part of an image that has the shape of another size. */
export function largestPart(
  [h, w]: readonly [number, number],
  [height, width]: readonly [number, number],
): [number, number] {
  // Keras divides in float32.
  const share = (a: number, b: number) => Math.max(1, Math.floor(Math.fround(Math.fround(a) / Math.fround(b))));
  return [Math.min(h, share(w * height, width)), Math.min(w, share(h * width, height))];
}

/** The middle of x [N, C, H, W]. */
export function middle(x: Tensor, size: readonly [number, number]): Tensor {
  return size.reduce((image, length, i) => {
    const start = Math.floor(((image.shape[2 + i] as number) - length) / 2);
    return ops.slice(image, 2 + i, start, start + length);
  }, x);
}
