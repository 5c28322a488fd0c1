import { apply, type Op, type Tensor } from "../tensor.ts";

type PadAttributes = { readonly axis: number; readonly before: number; readonly after: number };

/** Zeros before and after along one axis; a negative number takes entries away. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : apply(padOp, [x], { axis, before, after });
}

export const padOp: Op<PadAttributes> = {
  name: "pad",
  infer: ([x], { axis, before, after }) => ({
    shape: x!.shape.with(axis, (x!.shape[axis] as number) + before + after),
    dtype: x!.dtype,
  }),
  emit(emitter, { inputs: [x] }, { axis, before, after }) {
    const pads = new Array<number>(2 * x!.rank).fill(0);
    pads[axis] = before;
    pads[axis + x!.rank] = after;
    return emitter.node("Pad", [emitter.name(x!), emitter.ints(pads)]);
  },
  gradient: ({ attributes: { axis, before, after }, dy, ops }) => [ops.pad(dy, axis, -before, -after)],
};
