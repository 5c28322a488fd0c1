// What element-by-element ops share; each op is still a file of its own.
import { LeukogramError } from "../../core/errors.ts";
import { broadcastShapes, numElements, strides } from "../../core/shape.ts";
import type { Constant, GradientContext, Op, Tensor } from "../tensor.ts";
import { perImageBroadcast } from "./perImage.ts";

/** What every element-by-element op says of itself. */
export const ELEMENTWISE = { elementwise: true, perImage: perImageBroadcast } as const satisfies Partial<Op>;

/** The ops of this folder, as gradients are given them. */
type Ops = GradientContext["ops"];

/** An op on each entry. `gradient` gives dx from x, y and dy; `value` computes one entry. */
export function unaryOp(
  name: string,
  onnxType: string,
  value: (x: number) => number,
  gradient?: (x: Tensor, y: Tensor, dy: Tensor, ops: Ops) => Tensor,
): Op {
  return {
    ...ELEMENTWISE,
    name,
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    emit: (emitter, { inputs }) => emitter.node(onnxType, [emitter.name(inputs[0]!)]),
    evaluate: ([x]) => (x!.data instanceof Float32Array ? x!.data.map(value) : undefined),
    ...(gradient && { gradient: ({ node, inputs, dy, ops }) => [gradient(inputs[0]!, node, dy, ops)] }),
  };
}

/** An op on pairs of entries, with NumPy's broadcasting. `gradient` may ignore it: sums are taken here. */
export function binaryOp(
  name: string,
  onnxType: string,
  value: (a: number, b: number) => number,
  gradient: (a: Tensor, b: Tensor, y: Tensor, dy: Tensor, ops: Ops) => readonly (Tensor | undefined)[],
): Op {
  return {
    ...ELEMENTWISE,
    name,
    infer([a, b]) {
      if (a!.dtype !== b!.dtype) throw new LeukogramError("ERR_DTYPE", `${name}: ${a!.dtype} and ${b!.dtype} differ`);
      return { shape: broadcastShapes(a!.shape, b!.shape), dtype: a!.dtype };
    },
    emit: (emitter, { inputs }) =>
      emitter.node(
        onnxType,
        inputs.map((t) => emitter.name(t)),
      ),
    evaluate: ([a, b], _, { shape }) => broadcastEvaluate(a!, b!, shape as number[], value),
    gradient: ({ node, inputs: [a, b], dy, ops }) =>
      gradient(a!, b!, node, dy, ops).map((d, i) => d && ops.sumTo(d, (i === 0 ? a! : b!).shape)),
  };
}

function broadcastEvaluate(
  a: Constant,
  b: Constant,
  shape: readonly number[],
  value: (a: number, b: number) => number,
) {
  if (!(a.data instanceof Float32Array && b.data instanceof Float32Array)) return undefined;
  const [first, second] = [a.data, b.data];
  const out = new Float32Array(numElements(shape));
  const [left, right] = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)];
  const last = Math.max(0, shape.length - 1);
  const [row, across, over] = [shape[last] ?? 1, left[last] ?? 0, right[last] ?? 0];
  const at = new Array<number>(last).fill(0);
  let [i, j] = [0, 0];
  for (let k = 0; k < out.length; ) {
    for (let n = 0, p = i, q = j; n < row; n++, k++, p += across, q += over) out[k] = value(first[p]!, second[q]!);
    for (let axis = last - 1; axis >= 0; axis--) {
      at[axis]!++;
      i += left[axis]!;
      j += right[axis]!;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
      i -= left[axis]! * shape[axis]!;
      j -= right[axis]! * shape[axis]!;
    }
  }
  return out;
}

function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = strides(from);
  return to.map((_, axis) => {
    const k = axis - to.length + from.length;
    return k < 0 || from[k] === 1 ? 0 : own[k]!;
  });
}
