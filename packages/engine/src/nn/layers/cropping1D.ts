import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

/** Rows at the beginning and the end cut off: [T, D] -> [T - both, D] (keras.layers.Cropping1D). */
export class Cropping1D extends Layer<{ readonly cropping: readonly [number, number] }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Cropping1D";

  constructor({
    cropping = 1,
    ...options
  }: LayerOptions & { readonly cropping?: number | readonly [number, number] } = {}) {
    super({ cropping: typeof cropping === "number" ? [cropping, cropping] : cropping }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const [before, after] = this.config.cropping;
    return ops.slice(x, 1, before, (x.shape[1] as number) - after);
  }
}
