import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type SliceAttributes = { readonly axis: number; readonly start: number; readonly end: number; readonly step: number };

/** Entries `start`, `start + step`, ... below `end` along one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number, step = 1): Tensor {
  if (start === 0 && end === x.shape[axis] && step === 1) return x;
  return apply(sliceOp, [x], { axis, start, end, step });
}

/** The operator of {@link slice}: ONNX's Slice. */
export const sliceOp: Op<SliceAttributes> = {
  name: "slice",
  perImage: ({ inputs: [x] }, { axis }, isBatched) => axis > 0 && isBatched(x!),
  infer([x], { axis, start, end, step }) {
    const size = x!.shape[axis];
    if (typeof size !== "number" || start < 0 || end > size || end <= start)
      throw new LeukogramError(
        "ERR_SHAPE",
        `slice: ${start} to ${end} is not within axis ${axis} of ${show(x!.shape)}`,
      );
    return { shape: x!.shape.with(axis, Math.ceil((end - start) / step)), dtype: x!.dtype };
  },
  emit: (emitter, { inputs }, { axis, start, end, step }) =>
    emitter.node("Slice", [
      emitter.name(inputs[0]!),
      ...[start, end, axis, step].map((value) => emitter.ints([value])),
    ]),
  evaluate: ([x], { start, end, step }) =>
    x!.shape.length === 1 && step === 1 ? (x!.data.slice(start, end) as Float32Array) : undefined,
  gradient({ node, inputs: [x], attributes: { axis, start, end, step }, dy, ops }) {
    const size = x!.shape[axis] as number;
    if (step === 1) return [ops.pad(dy, axis, start, size - end)];
    // Spread the entries by zeros: [.., n, ..] -> [.., n, step, ..] -> [.., n * step, ..]
    const n = node.shape[axis] as number;
    const apart = ops.pad(ops.reshape(dy, dy.shape.toSpliced(axis + 1, 0, 1)), axis + 1, 0, step - 1);
    const spread = ops.reshape(apart, dy.shape.with(axis, n * step));
    const room = size - start;
    const fitted = n * step > room ? ops.slice(spread, axis, 0, room) : ops.pad(spread, axis, 0, room - n * step);
    return [ops.pad(fitted, axis, start, 0)];
  },
};
