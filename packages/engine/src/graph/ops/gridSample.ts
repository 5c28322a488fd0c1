import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

/**
 * x [N, C, H, W] read at the points of `grid` [N, OH, OW, 2], bilinear, 0 outside: [N, C, OH, OW]. A point is
 * (column, row), where -1 and 1 are the outer edges of the first and last pixels.
 */
export function gridSample(x: Tensor, grid: Tensor): Tensor {
  return apply(gridSampleOp, [x, grid], {});
}

/** The operator of {@link gridSample}: ONNX's GridSample. */
export const gridSampleOp: Op = {
  name: "gridSample",
  infer([x, grid]) {
    if (x!.rank !== 4 || grid!.rank !== 4 || grid!.shape[3] !== 2 || x!.shape[0] !== grid!.shape[0])
      throw new LeukogramError(
        "ERR_SHAPE",
        `gridSample: ${show(x!.shape)} and ${show(grid!.shape)} are not compatible`,
      );
    return { shape: [x!.shape[0]!, x!.shape[1]!, grid!.shape[1]!, grid!.shape[2]!], dtype: x!.dtype };
  },
  emit: (emitter, { inputs: [x, grid] }) =>
    emitter.node("GridSample", [emitter.name(x!), emitter.name(grid!)], {
      mode: { string: "bilinear" },
      padding_mode: { string: "zeros" },
      align_corners: { int: 0 },
    }),
};
