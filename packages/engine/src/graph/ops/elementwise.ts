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

/** Computes `size` entries of `out` from `k` on; `i` and `j` are where those of the inputs begin, which go on by their steps. */
export type RowOf = (
  out: Float32Array,
  k: number,
  size: number,
  a: { readonly data: Float32Array; readonly i: number; readonly step: number },
  b: { readonly data: Float32Array; readonly i: number; readonly step: number },
) => void;

/**
 * An op on pairs of entries, with NumPy's broadcasting. `gradient` may ignore it: sums are taken here. `row` does what `value` does, in a
 * loop of its own, where the inputs are large: a call for each entry takes ten times as long.
 */
export function binaryOp(
  name: string,
  onnxType: string,
  value: (a: number, b: number) => number,
  gradient: (a: Tensor, b: Tensor, y: Tensor, dy: Tensor, ops: Ops) => readonly (Tensor | undefined)[],
  row: RowOf = rowOf(value),
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
    evaluate: ([a, b], _, { shape }) => broadcastEvaluate(a!, b!, shape as number[], row),
    gradient: ({ node, inputs: [a, b], dy, ops }) =>
      gradient(a!, b!, node, dy, ops).map((d, i) => d && ops.sumTo(d, (i === 0 ? a! : b!).shape)),
  };
}

const rowOf =
  (value: (a: number, b: number) => number): RowOf =>
  (out, k, size, a, b) => {
    for (let n = 0, p = a.i, q = b.i; n < size; n++, p += a.step, q += b.step)
      out[k + n] = value(a.data[p]!, b.data[q]!);
  };

function broadcastEvaluate(first: Constant, second: Constant, shape: readonly number[], row: RowOf) {
  if (!(first.data instanceof Float32Array && second.data instanceof Float32Array)) return undefined;
  const out = new Float32Array(numElements(shape));
  const steps = [broadcastStrides(first.shape, shape), broadcastStrides(second.shape, shape)] as const;
  const [[size, left, right] = [1, 0, 0], ...outer] = joinedAxes(shape, ...steps);
  const [a, b] = [
    { data: first.data, i: 0, step: left },
    { data: second.data, i: 0, step: right },
  ];
  const at = new Array<number>(outer.length).fill(0);
  for (let k = 0; k < out.length; k += size) {
    row(out, k, size, a, b);
    for (const [axis, [length, across, over]] of outer.entries()) {
      at[axis]!++;
      a.i += across;
      b.i += over;
      if (at[axis]! < length) break;
      at[axis] = 0;
      a.i -= across * length;
      b.i -= over * length;
    }
  }
  return out;
}

type Axis = readonly [size: number, left: number, right: number];

// Innermost first. Axes that both tensors go through in even steps are one: rows of a kernel of 1x1 would be single numbers.
function joinedAxes(shape: readonly number[], left: readonly number[], right: readonly number[]): readonly Axis[] {
  const axes: Axis[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [size, mine, theirs] = [shape[axis]!, left[axis]!, right[axis]!];
    if (size === 1) continue;
    const [inside, across, over] = axes.at(-1) ?? [0, 0, 0];
    if (inside > 0 && mine === across * inside && theirs === over * inside)
      axes[axes.length - 1] = [inside * size, across, over];
    else axes.push([size, mine, theirs]);
  }
  return axes;
}

function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = strides(from);
  return to.map((_, axis) => {
    const k = axis - to.length + from.length;
    return k < 0 || from[k] === 1 ? 0 : own[k]!;
  });
}
