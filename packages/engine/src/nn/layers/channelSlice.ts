import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { toGraphAxis } from "../layout.ts";

/** Channels `start` to `stop`, or entries of a row: `x[..., start:stop]`, an operation of Keras (keras.ops). */
export class ChannelSlice extends Layer<{ readonly start: number; readonly stop: number }> {
  static readonly formats: LayerFormats = { module: "keras.src.ops.numpy", keras2: undefined, tensorflowJs: false };
  readonly className = "GetItem";

  constructor({ start, stop, ...options }: LayerOptions & { readonly start: number; readonly stop: number }) {
    super({ start, stop }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return ops.slice(x, toGraphAxis(-1, x.rank), this.config.start, this.config.stop);
  }
}
