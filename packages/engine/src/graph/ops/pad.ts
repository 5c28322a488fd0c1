import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

/** What {@link padOp} is told. */
export type PadAttributes = {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
  /** What is put there; default 0. */
  readonly value?: number;
};

/** Zeros, or another `value`, before and after along one axis; a negative number takes entries away. */
export function pad(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  if (before === 0 && after === 0) return x;
  return apply(padOp, [x], { axis, before, after, ...(value !== 0 && { value }) });
}

/** The operator of {@link pad}: ONNX's Pad. */
export const padOp: Op<PadAttributes> = {
  name: "pad",
  perImage: ({ inputs: [x] }, { axis }, isBatched) => axis > 0 && isBatched(x!),
  infer([x], { axis, before, after }) {
    const size = x!.shape[axis];
    if (typeof size !== "number" || size + before + after < 1)
      throw new LeukogramError(
        "ERR_SHAPE",
        `pad: ${before} and ${after} are not valid for axis ${axis} of ${show(x!.shape)}`,
      );
    return { shape: x!.shape.with(axis, size + before + after), dtype: x!.dtype };
  },
  emit(emitter, { inputs: [x] }, { axis, before, after, value }) {
    const pads = new Array<number>(2 * x!.rank).fill(0);
    pads[axis] = before;
    pads[axis + x!.rank] = after;
    const filling = value === undefined ? [] : [emitter.initializer([], Float32Array.of(value))];
    return emitter.node("Pad", [emitter.name(x!), emitter.ints(pads), ...filling]);
  },
  gradient: ({ attributes: { axis, before, after }, dy, ops }) => [ops.pad(dy, axis, -before, -after)],
};
