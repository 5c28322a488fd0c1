import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";

/** One learned row before the others: [T, D] -> [T + 1, D] (Dosovitskiy et al. 2021; ClassToken of vit-keras). Weight: cls [1, 1, D]. */
export class ClassToken extends Layer {
  static readonly formats: LayerFormats = { module: "leukogram", keras2: {}, tensorflowJs: false };
  readonly className = "ClassToken";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    return [newWeight("cls", [1, 1, rowWidth(shape)], "zeros")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    // Each is brought to the full length by zeros, as the batch's size may be open.
    const token = ops.pad(context.weight(this.weights[0]!), 1, 0, x.shape[1] as number);
    return ops.add(ops.pad(x, 1, 1, 0), token);
  }
}

/** A learned row added to each place: [T, D] -> [T, D] (Dosovitskiy et al. 2021; AddPositionEmbs of vit-keras). Weight: pe [1, T, D]. */
export class AddPositionEmbs extends Layer {
  static readonly formats: LayerFormats = { module: "leukogram", keras2: {}, tensorflowJs: false };
  readonly className = "AddPositionEmbs";

  constructor(options: LayerOptions = {}) {
    super({}, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    return [newWeight("pe", [1, shape[0]!, rowWidth(shape)], "truncated_normal")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    return ops.add(x, context.weight(this.weights[0]!));
  }
}

function rowWidth(shape: LayerShape): number {
  if (shape.length !== 2) throw new LeukogramError("ERR_SHAPE", `expected rows [T, D], received ${show(shape)}`);
  return shape[1]!;
}
