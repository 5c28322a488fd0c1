// Arithmetic on shapes, which exporters leave in the graph: done when the file is read.
import { type Dim, timesOf } from "../../../core/shape.ts";
import { frontAxis, type HostValue, type NodeFacts, timesBatch } from "../nodeFacts.ts";
import { broadcast, broadcastShape, flatPlace, joinedTables, MOST_WHOLE, picked } from "./hostTables.ts";

type HostOperator = (inputs: readonly HostValue[], facts: NodeFacts) => HostValue;

const vector = (data: readonly Dim[]): HostValue => ({ shape: [data.length], data });

function together(inputs: readonly HostValue[], facts: NodeFacts, act: (entries: readonly Dim[]) => Dim): HostValue {
  const shape = broadcastShape(inputs.map((input) => input.shape));
  if (shape === undefined)
    throw facts.refuse(
      `combines incompatible shapes: ${inputs.map((input) => JSON.stringify(input.shape)).join(" and ")}`,
    );
  checkCount(shape, facts);
  const whole = inputs.map((input) => broadcast(input, shape));
  return { shape, data: whole[0]!.data.map((_, i) => act(whole.map(({ data }) => data[i]!))) };
}

function checkCount(shape: readonly number[], facts: NodeFacts): void {
  const entries = shape.reduce((all, size) => all * size, 1);
  if (!(entries <= MOST_WHOLE)) throw facts.refuse(`makes ${entries} whole numbers`);
}

const pairwise =
  (act: (a: number, b: number) => number): HostOperator =>
  (inputs, facts) =>
    together(inputs, facts, ([x, y]) => {
      if (typeof x === "number" && typeof y === "number") return act(x, y);
      const found = withBatch(facts.node.type, x!, y!);
      if (found === undefined) throw facts.refuse("computes with the size of the batch");
      return found;
    });

// The batch times a number, or over one of its factors.
function withBatch(type: string, x: Dim, y: Dim): Dim | undefined {
  if (type === "Equal") return x === y ? 1 : 0;
  const [batch, count] = typeof x === "string" ? [x, y] : [y, x];
  if (typeof batch !== "string" || typeof count !== "number" || count < 1) return undefined;
  const times = timesOf(batch);
  if (type === "Mul") return timesBatch(times * count);
  return type === "Div" && batch === x && times % count === 0 ? timesBatch(times / count) : undefined;
}

const division =
  (act: (a: number, b: number) => number): HostOperator =>
  (inputs, facts) => {
    if (inputs[1]!.data.includes(0)) throw facts.refuse("divides by 0");
    return pairwise(act)(inputs, facts);
  };

const gather: HostOperator = ([x, index], facts) => {
  const axis = frontAxis(facts.int("axis", 0), x!.shape.length, facts);
  const size = x!.shape[axis]!;
  const places = index!.data.map((at) => {
    const place = (at as number) < 0 ? (at as number) + size : (at as number);
    if (!(place >= 0 && place < size)) throw facts.refuse(`takes entry ${at} of ${size}`);
    return place;
  });
  const shape = x!.shape.toSpliced(axis, 1, ...index!.shape);
  checkCount(shape, facts);
  return picked(x!, shape, (at) => {
    const own = at.slice(axis, axis + index!.shape.length);
    return at.toSpliced(axis, own.length, places[flatPlace(own, index!.shape)]!);
  });
};

const slice: HostOperator = ([x], facts) => {
  const [starts, ends] = [facts.numbers("starts", 1), facts.numbers("ends", 2)];
  const axes = facts.numbers("axes", 3) ?? [...(starts ?? []).keys()];
  const steps = facts.numbers("steps", 4) ?? axes.map(() => 1);
  if ([starts, ends, axes, steps].some((list) => list?.length !== axes.length))
    throw facts.refuse("has different numbers of starts, ends, axes and steps");
  return axes.reduce((table, given, i) => {
    const axis = frontAxis(given, table.shape.length, facts);
    const places = slicePlaces(facts, table.shape[axis]!, [starts![i]!, ends![i]!, steps[i]!]);
    const shape = table.shape.toSpliced(axis, 1, places.length);
    return picked(table, shape, (at) => at.toSpliced(axis, 1, places[at[axis]!]!));
  }, x!);
};

const transpose: HostOperator = ([x], facts) => {
  const rank = x!.shape.length;
  const perm = facts.ints("perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if ([...perm].sort((a, b) => a - b).join() !== [...perm.keys()].join() || perm.length !== rank)
    throw facts.refuse(`has perm ${JSON.stringify(perm)}, but an input of ${rank} axes`);
  const shape = perm.map((axis) => x!.shape[axis]!);
  return picked(x!, shape, (at) => perm.map((_, axis) => at[perm.indexOf(axis)]!));
};

const expand: HostOperator = ([x, wanted], facts) => {
  const shape = broadcastShape([x!.shape, fixedSizes(wanted!, facts)]);
  if (shape === undefined) throw facts.refuse(`repeats ${JSON.stringify(x!.shape)} to ${JSON.stringify(wanted!.data)}`);
  checkCount(shape, facts);
  return broadcast(x!, shape);
};

const tile: HostOperator = ([x, repeats], facts) => {
  const counts = fixedSizes(repeats!, facts);
  if (counts.length !== x!.shape.length) throw facts.refuse("does not have one repeat for each axis");
  const shape = x!.shape.map((size, axis) => size * counts[axis]!);
  checkCount(shape, facts);
  return picked(x!, shape, (at) => at.map((place, axis) => place % x!.shape[axis]!));
};

/** The places of an axis that a Slice takes. */
export function slicePlaces(
  facts: NodeFacts,
  size: number,
  [start, end, step]: readonly [number, number, number],
): number[] {
  if (step === 0) throw facts.refuse("has steps of 0");
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const within = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, least), most);
  const count = Math.max(0, Math.ceil((within(end) - within(start)) / step));
  return Array.from({ length: count }, (_, i) => within(start) + i * step);
}

const range: HostOperator = (inputs, facts) => {
  const [from, to, by] = inputs.map(({ data }) => data[0]);
  if (typeof from !== "number" || typeof to !== "number" || typeof by !== "number")
    throw facts.refuse("depends on the size of the batch");
  const count = Math.max(0, Math.ceil((to - from) / by));
  if (!(count <= MOST_WHOLE)) throw facts.refuse(`lists ${count} numbers`);
  return vector(Array.from({ length: count }, (_, i) => from + i * by));
};

const filled: HostOperator = ([shape], facts) => {
  const sizes = fixedSizes(shape!, facts);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (!(count <= MOST_WHOLE)) throw facts.refuse(`fills ${count} numbers`);
  const value = facts.node.attributes.get("value")?.tensor?.data[0] ?? 0;
  return { shape: sizes, data: new Array<number>(count).fill(value) };
};

/** Sizes that are numbers, none below 0. */
export function fixedSizes({ data }: HostValue, facts: NodeFacts): readonly number[] {
  if (data.some((size) => typeof size !== "number")) throw facts.refuse("depends on the size of the batch");
  if (data.some((size) => (size as number) < 0)) throw facts.refuse(`has sizes ${JSON.stringify(data)}`);
  return data as readonly number[];
}

const joined: HostOperator = (inputs, facts) => {
  const entries = inputs.reduce((sum, { data }) => sum + data.length, 0);
  if (entries > MOST_WHOLE) throw facts.refuse(`joins ${entries} numbers`);
  const axis = frontAxis(facts.int("axis", 0), inputs[0]!.shape.length, facts);
  const table = joinedTables(inputs, axis);
  if (table === undefined)
    throw facts.refuse(
      `concatenates incompatible shapes: ${inputs.map(({ shape }) => JSON.stringify(shape)).join(" and ")}`,
    );
  return table;
};

const product: HostOperator = ([x], facts) => {
  const keeps = facts.int("keepdims", 1) === 1;
  if (x!.shape.length !== 1) throw facts.refuse("multiplies tables of numbers");
  if (x!.data.filter((size) => typeof size !== "number").length > 0)
    throw facts.refuse("computes with the size of the batch");
  return { shape: keeps ? [1] : [], data: [(x!.data as number[]).reduce((a, b) => a * b, 1)] };
};

const reshape: HostOperator = ([x], facts) => {
  const wanted = facts.numbers("shape", 1) ?? [];
  const shape = wanted.map((size, i) => (size === 0 && facts.int("allowzero", 0) === 0 ? x!.shape[i]! : size));
  const known = shape.reduce((all, size) => (size === -1 ? all : all * size), 1);
  const sizes = shape.map((size) => (size === -1 ? x!.data.length / known : size));
  if (sizes.reduce((all, size) => all * size, 1) !== x!.data.length)
    throw facts.refuse(`reshapes ${x!.data.length} numbers to ${JSON.stringify(wanted)}`);
  return { shape: sizes, data: x!.data };
};

const squeeze: HostOperator = ([x], facts) => {
  const { shape, data } = x!;
  const axes = facts.numbers("axes", 1)?.map((axis) => frontAxis(axis, shape.length, facts));
  if (axes?.some((axis) => shape[axis] !== 1)) throw facts.refuse("squeezes an axis of more than one entry");
  return { shape: shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis))), data };
};

const unsqueeze: HostOperator = ([x], facts) => {
  const axes = facts.numbers("axes", 1) ?? [0];
  const rank = x!.shape.length + axes.length;
  const front = axes.map((axis) => frontAxis(axis, rank, facts));
  if (new Set(front).size !== axes.length) throw facts.refuse(`lists an axis twice: ${JSON.stringify(axes)}`);
  const rest = [...x!.shape];
  return { shape: Array.from({ length: rank }, (_, i) => (front.includes(i) ? 1 : rest.shift()!)), data: x!.data };
};

const truth = (act: (a: number, b: number) => boolean) => pairwise((a, b) => (act(a, b) ? 1 : 0));

/** Those that are known, by name. Shape is not here: it asks about a tensor. */
export const HOST_OPERATORS: Readonly<Record<string, HostOperator>> = {
  Add: pairwise((a, b) => a + b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Concat: joined,
  ConstantOfShape: filled,
  Div: division((a, b) => Math.trunc(a / b)),
  Equal: truth((a, b) => a === b),
  Expand: expand,
  Gather: gather,
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Identity: ([x]) => x!,
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Max: (inputs, facts) => inputs.reduce((a, b) => pairwise(Math.max)([a, b], facts)),
  Min: (inputs, facts) => inputs.reduce((a, b) => pairwise(Math.min)([a, b], facts)),
  // Of the divisor's sign, or with fmod of the dividend's.
  Mod: (inputs, facts) =>
    division(facts.int("fmod", 0) === 1 ? (a, b) => a % b : (a, b) => ((a % b) + b) % b)(inputs, facts),
  Mul: pairwise((a, b) => a * b),
  Neg: ([x], facts) =>
    together([x!], facts, ([value]) => pairwise((a, b) => a - b)([vector([0]), vector([value!])], facts).data[0]!),
  Not: ([x], facts) => together([x!], facts, ([value]) => (value === 0 ? 1 : 0)),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Range: range,
  ReduceProd: product,
  Reshape: reshape,
  Slice: slice,
  Squeeze: squeeze,
  Sub: pairwise((a, b) => a - b),
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: (inputs, facts) => together(inputs, facts, ([condition, a, b]) => (condition ? a! : b!)),
};
