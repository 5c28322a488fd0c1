import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { flat } from "./flatten.ts";

/** The same entries in another shape; one size may be -1 (keras.layers.Reshape). */
export class Reshape extends Layer<{ readonly targetShape: LayerShape }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Reshape";

  constructor({ targetShape, ...options }: LayerOptions & { readonly targetShape: LayerShape }) {
    super({ targetShape }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const row = flat(x);
    const shape = resolve(this.config.targetShape, row.shape[1] as number);
    const shaped = ops.reshape(row, [x.shape[0]!, ...shape]);
    return shape.length === 3 ? ops.transpose(shaped, [0, 3, 1, 2]) : shaped; // [N, H, W, C] -> [N, C, H, W]
  }
}

function resolve(target: LayerShape, size: number): LayerShape {
  const known = target.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  const shape = target.map((dim) => (dim === -1 ? size / known : dim));
  if (shape.reduce((product, dim) => product * dim, 1) !== size || !shape.every(Number.isInteger))
    throw new LeukogramError("ERR_SHAPE", `reshape: ${size} entries do not match ${show(target)}`);
  return shape;
}
