import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { largestPart, middle } from "./centerCrop.ts";

interface Config {
  readonly height: number;
  readonly width: number;
  /** Whether the largest part of that shape is cut from the middle before. */
  readonly cropToAspectRatio: boolean;
}

/** Bilinear resizing of images to [height, width], without antialiasing (keras.layers.Resizing). */
export class Resizing extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Resizing";

  constructor({
    height,
    width,
    cropToAspectRatio = false,
    ...options
  }: LayerOptions & Pick<Config, "height" | "width"> & Partial<Config>) {
    super({ height, width, cropToAspectRatio }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { height, width, cropToAspectRatio } = this.config;
    const size = [height, width] as const;
    const part = cropToAspectRatio ? middle(x, largestPart(x.shape.slice(2) as [number, number], size)) : x;
    return ops.resize(part, size);
  }
}
