import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

/** Row and column, 0 or 1, at which a phase begins; `early`: it had better be taken before x is computed. */
export type PhaseOfAttributes = { readonly row: number; readonly column: number; readonly early: boolean };

/** Every second row and column of x [N, C, H, W], from `row` and `column` on; H and W are even: [N, C, H / 2, W / 2]. */
export function phase(x: Tensor, row: number, column: number, early: boolean): Tensor {
  return apply(phaseOp, [x], { row, column, early });
}

/** The operator of {@link phase}: written in other ops. */
export const phaseOp: Op<PhaseOfAttributes> = {
  name: "phase",
  perImage: perImageOfFirst,
  infer: ([x]) => ({ shape: x!.shape.map((dim, i) => (i < 2 ? dim : (dim as number) / 2)), dtype: x!.dtype }),
  lower(node, { row, column }, ops) {
    const x = node.inputs[0]!;
    const [n, c, h, w] = node.shape as [number, number, number, number];
    // All four phases come from one product and one transposition: [N C H, r, s, W] -> [r, s, N C H, W]
    const sorted = ops.matMul(ops.reshape(x, [n * c * h * 2, w * 2]), ops.constant(evenFirst(w), [w * 2, w * 2]));
    const apart = ops.transpose(ops.reshape(sorted, [n * c * h, 4, w]), [1, 0, 2]);
    const index = 2 * row + column;
    return ops.reshape(ops.slice(ops.reshape(apart, [4, n * c * h * w]), 0, index, index + 1), node.shape);
  },
};

/**
 * The matrix [2 half, 2 half] behind a row that puts its even entries before its odd ones: a matrix product is many
 * times faster than a transposition of single entries.
 */
export function evenFirst(half: number): Float32Array {
  const matrix = new Float32Array(4 * half * half);
  for (let from = 0; from < 2 * half; from++) matrix[from * 2 * half + (from % 2) * half + (from >> 1)] = 1;
  return matrix;
}
