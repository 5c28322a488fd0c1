import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";

/** All entries of an image in one row, channels running fastest (keras.layers.Flatten). */
export class Flatten extends Layer {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Flatten";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return flat(x);
  }
}

/** The entries in Keras's order: [N, C, H, W] -> [N, H * W * C]. */
export function flat(x: Tensor): Tensor {
  const size = (x.shape.slice(1) as number[]).reduce((product, dim) => product * dim, 1);
  const last = x.rank === 4 ? ops.transpose(x, [0, 2, 3, 1]) : x;
  return ops.reshape(last, [x.shape[0]!, size]);
}
