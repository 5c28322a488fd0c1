import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfAll } from "./perImage.ts";
import { evenFirst } from "./phase.ts";

/** `open`: what reads the image entry by entry had better read the phases. */
export type WeaveAttributes = { readonly open: boolean };

/** The image [N, C, H, W] whose phases (0, 0), (0, 1), (1, 0), (1, 1) are `parts` [N, C, H / 2, W / 2]. */
export function weave(parts: readonly Tensor[], open: boolean): Tensor {
  return apply(weaveOp, parts, { open });
}

/** The operator of {@link weave}: written in other ops. */
export const weaveOp: Op<WeaveAttributes> = {
  name: "weave",
  perImage: perImageOfAll,
  infer: ([x]) => ({ shape: x!.shape.map((dim, i) => (i < 2 ? dim : 2 * (dim as number))), dtype: x!.dtype }),
  lower(node, _, ops) {
    const [n, c, h, w] = node.inputs[0]!.shape as [number, number, number, number];
    const rows = node.inputs.map((part) => ops.reshape(part, [1, n * c * h, w]));
    const beside = ops.transpose(ops.concat(rows, 0), [1, 0, 2]); // [r s, N C H, W] -> [N C H, r s, W]
    const order = ops.transpose(ops.constant(evenFirst(w), [w * 2, w * 2]), [1, 0]);
    return ops.reshape(ops.matMul(ops.reshape(beside, [n * c * h * 2, w * 2]), order), node.shape);
  },
};
