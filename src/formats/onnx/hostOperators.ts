// Arithmetic on shapes, which exporters leave in the graph: done when the file is read.
import type { Dim } from "../../core/shape.ts";
import { frontAxis, type HostValue, type NodeFacts } from "./nodeFacts.ts";

type HostOperator = (inputs: readonly HostValue[], facts: NodeFacts) => HostValue;

/** More whole numbers than this are no shape. */
const MOST = 100_000;

const vector = (data: readonly Dim[]): HostValue => ({ shape: [data.length], data });

// NumPy's broadcasting, of which shapes need only that of one number.
const pairwise =
  (act: (a: number, b: number) => number): HostOperator =>
  ([a, b], facts) => {
    const [left, right] = [a!.data, b!.data];
    const count = Math.max(left.length, right.length);
    if (![left, right].every(({ length }) => length === count || length === 1)) throw facts.refuse("joins odd shapes");
    const data = Array.from({ length: count }, (_, i): Dim => {
      const [x, y] = [left[left.length === 1 ? 0 : i]!, right[right.length === 1 ? 0 : i]!];
      if (typeof x === "number" && typeof y === "number") return act(x, y);
      // The batch times 1, or over 1, is the batch.
      if (facts.node.type === "Mul" && (x === 1 || y === 1)) return x === 1 ? y : x;
      if (facts.node.type === "Div" && y === 1) return x;
      if (facts.node.type === "Equal") return x === y ? 1 : 0;
      throw facts.refuse("computes with the size of the batch");
    });
    return { shape: left.length >= right.length ? a!.shape : b!.shape, data };
  };

const gather: HostOperator = ([x, index], facts) => {
  if (x!.shape.length !== 1 || facts.int("axis", 0) !== 0) throw facts.refuse("takes entries of a table of numbers");
  const data = index!.data.map((at) => {
    const found = x!.data[(at as number) < 0 ? (at as number) + x!.data.length : (at as number)];
    if (found === undefined) throw facts.refuse(`takes entry ${at} of ${x!.data.length}`);
    return found;
  });
  return { shape: index!.shape, data };
};

const slice: HostOperator = ([x], facts) => {
  const [start, end, step] = [facts.numbers("starts", 1), facts.numbers("ends", 2), facts.numbers("steps", 4)];
  if (x!.shape.length !== 1 || start?.length !== 1 || (step?.[0] ?? 1) !== 1)
    throw facts.refuse("takes part of a table");
  return vector(x!.data.slice(start[0], end?.[0]));
};

const range: HostOperator = ([start, limit, delta], facts) => {
  const [from, to, by] = [start!, limit!, delta!].map(({ data }) => data[0] as number) as [number, number, number];
  const count = Math.max(0, Math.ceil((to - from) / by));
  if (!(count <= MOST)) throw facts.refuse(`lists ${count} numbers`);
  return vector(Array.from({ length: count }, (_, i) => from + i * by));
};

const filled: HostOperator = ([shape], facts) => {
  const sizes = shape!.data as readonly number[];
  const count = sizes.reduce((product, size) => product * size, 1);
  if (!(count <= MOST)) throw facts.refuse(`fills ${count} numbers`);
  const value = facts.node.attributes.get("value")?.tensor?.data[0] ?? 0;
  return { shape: sizes, data: new Array<number>(count).fill(value) };
};

const joined: HostOperator = (inputs, facts) => {
  const count = inputs.reduce((sum, { data }) => sum + data.length, 0);
  if (count > MOST) throw facts.refuse(`joins ${count} numbers`);
  return vector(inputs.flatMap(({ data }) => data));
};

const same: HostOperator = ([x]) => x!;

/** Those that are known, by name. Shape is not here: it asks about a tensor. */
export const HOST_OPERATORS: Readonly<Record<string, HostOperator>> = {
  Add: pairwise((a, b) => a + b),
  Cast: same,
  Concat: joined,
  ConstantOfShape: filled,
  Div: pairwise((a, b) => Math.trunc(a / b)),
  Equal: pairwise((a, b) => (a === b ? 1 : 0)),
  Gather: gather,
  Identity: same,
  Mul: pairwise((a, b) => a * b),
  Range: range,
  ReduceProd: ([x]) => ({ shape: [], data: [(x!.data as number[]).reduce((a, b) => a * b, 1)] }),
  Reshape: ([x], facts) => {
    const shape = facts.numbers("shape", 1) ?? [];
    const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
    return { shape: shape.map((size) => (size === -1 ? x!.data.length / known : size)), data: x!.data };
  },
  Slice: slice,
  Squeeze: ([x]) => ({ shape: x!.data.length === 1 ? [] : x!.shape.filter((size) => size !== 1), data: x!.data }),
  Sub: pairwise((a, b) => a - b),
  Unsqueeze: ([x], facts) => {
    const axes = facts.numbers("axes", 1) ?? [0];
    const rank = x!.shape.length + axes.length;
    const front = axes.map((axis) => frontAxis(axis, rank, facts));
    const rest = [...x!.shape];
    return { shape: Array.from({ length: rank }, (_, i) => (front.includes(i) ? 1 : rest.shift()!)), data: x!.data };
  },
  Where: ([condition, a, b]) => ({
    shape: condition!.shape,
    data: condition!.data.map((is, i) => (is ? a! : b!).data[(is ? a! : b!).data.length === 1 ? 0 : i]!),
  }),
};
