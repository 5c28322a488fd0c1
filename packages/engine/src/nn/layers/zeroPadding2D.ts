import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

/** [[top, bottom], [left, right]], pixels. */
export type Sides = readonly [readonly [number, number], readonly [number, number]];

/** Zeros around the image (keras.layers.ZeroPadding2D). */
export class ZeroPadding2D extends Layer<{ readonly padding: Sides }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "ZeroPadding2D";

  constructor({
    padding = 1,
    ...options
  }: LayerOptions & { readonly padding?: number | readonly [number, number] | Sides } = {}) {
    super({ padding: sides(padding) }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const [[top, bottom], [left, right]] = this.config.padding;
    return ops.pad(ops.pad(x, 2, top, bottom), 3, left, right);
  }
}

/** Sides as they are given: one number, one a direction, or all four. */
export function sides(padding: number | readonly [number, number] | Sides): Sides {
  const [vertical, horizontal] = typeof padding === "number" ? [padding, padding] : padding;
  const both = (side: number | readonly [number, number]) =>
    typeof side === "number" ? ([side, side] as const) : side;
  return [both(vertical), both(horizontal)];
}
