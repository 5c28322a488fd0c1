import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { toGraphAxis } from "../layout.ts";

/** A layer of inputs that are alike, without settings. */
abstract class Merge extends Layer {
  constructor(options: LayerOptions = {}) {
    super({}, options);
  }
}

/** The sum of its inputs (keras.layers.Add). */
export class Add extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Add";

  override call(inputs: readonly Tensor[]): Tensor {
    return sameRank(inputs).reduce(ops.add);
  }
}

/** The first input less the second (keras.layers.Subtract). */
export class Subtract extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Subtract";

  override call(inputs: readonly Tensor[]): Tensor {
    return sameRank(inputs).reduce(ops.sub);
  }
}

/** The product of its inputs, entry by entry (keras.layers.Multiply). */
export class Multiply extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Multiply";

  override call(inputs: readonly Tensor[]): Tensor {
    return sameRank(inputs).reduce(ops.mul);
  }
}

/** The mean of its inputs, entry by entry (keras.layers.Average). */
export class Average extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Average";

  override call(inputs: readonly Tensor[]): Tensor {
    return ops.mul(sameRank(inputs).reduce(ops.add), ops.scalar(1 / inputs.length));
  }
}

/** The largest of its inputs, entry by entry (keras.layers.Maximum). */
export class Maximum extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Maximum";

  override call(inputs: readonly Tensor[]): Tensor {
    return sameRank(inputs).reduce(ops.maximum);
  }
}

/** The smallest of its inputs, entry by entry (keras.layers.Minimum). */
export class Minimum extends Merge {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Minimum";

  override call(inputs: readonly Tensor[]): Tensor {
    return sameRank(inputs).reduce(ops.minimum);
  }
}

/** Its inputs side by side along `axis`, counted with the batch (keras.layers.Concatenate). */
export class Concatenate extends Layer<{ readonly axis: number }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Concatenate";

  constructor({ axis = -1, ...options }: LayerOptions & { readonly axis?: number } = {}) {
    super({ axis }, options);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return ops.concat(inputs, toGraphAxis(this.config.axis, sameRank(inputs)[0]!.rank));
  }
}

function sameRank(inputs: readonly Tensor[]): readonly Tensor[] {
  if (inputs.length < 2 || inputs.some(({ rank }) => rank !== inputs[0]!.rank))
    throw new LeukogramError(
      "ERR_SHAPE",
      `merge: expected two or more tensors of one rank, received ${inputs.map((t) => show(t.shape))}`,
    );
  return inputs;
}
