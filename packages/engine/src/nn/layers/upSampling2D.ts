import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type Pair, pair } from "./window.ts";

interface Config {
  readonly size: readonly [number, number];
  readonly interpolation: "nearest" | "bilinear";
}

/** Rows and columns so many times over (keras.layers.UpSampling2D). */
export class UpSampling2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "UpSampling2D";

  constructor({
    size = 2,
    interpolation = "nearest",
    ...options
  }: LayerOptions & { readonly size?: Pair; readonly interpolation?: Config["interpolation"] } = {}) {
    super({ size: pair(size, "UpSampling2D size"), interpolation }, options);
    if (interpolation !== "nearest" && interpolation !== "bilinear")
      throw new LeukogramError("ERR_CONFIG", `${this.label}: interpolation "${interpolation}" is not supported`, {
        hint: "Leukogram supports nearest and bilinear.",
      });
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { size, interpolation } = this.config;
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const grown = [h * size[0], w * size[1]] as const;
    if (interpolation === "bilinear") return ops.resize(x, grown);
    const apart = ops.expand(ops.reshape(x, [n, c, h, 1, w, 1]), [n, c, h, size[0], w, size[1]]);
    return ops.reshape(apart, [n, c, ...grown]);
  }
}
