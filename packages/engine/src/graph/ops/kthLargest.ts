import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type KthLargestAttributes = { readonly k: number };

/** The k-th largest entry of each row of x [N, P], counted from 1: [N, 1]. Nothing is learned through it. */
export function kthLargest(x: Tensor, k: number): Tensor {
  return apply(kthLargestOp, [x], { k });
}

/** The operator of {@link kthLargest}: ONNX's TopK, of which the last is kept. */
export const kthLargestOp: Op<KthLargestAttributes> = {
  name: "kthLargest",
  infer([x], { k }) {
    const length = x!.shape[1];
    if (x!.rank !== 2 || typeof length !== "number" || !(k >= 1 && k <= length))
      throw new LeukogramError("ERR_SHAPE", `kthLargest: rows of ${show(x!.shape)} have no entry ${k}`);
    return { shape: [x!.shape[0]!, 1], dtype: x!.dtype };
  },
  emit(emitter, { inputs: [x] }, { k }) {
    const sorted = emitter.firstOfTwo("TopK", [emitter.name(x!), emitter.ints([k])], { axis: { int: 1 } });
    return emitter.node("Slice", [sorted, emitter.ints([k - 1]), emitter.ints([k]), emitter.ints([1])]);
  },
};
