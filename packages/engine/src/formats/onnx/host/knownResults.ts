// Results that are known without a layer: constants, shapes, and nodes that give what they are given.
import type { Dim } from "../../../core/shape.ts";
import { dequantized } from "../dequantize.ts";
import { BOOL, isWholeType, REAL_TYPES, WHOLE_RANGES } from "../elementTypes.ts";
import { MOST_ENTRIES } from "../mostEntries.ts";
import type { HostValue, NodeFacts } from "../nodeFacts.ts";
import { type Constant, constantValue, shapeOf, type Value } from "../values.ts";
import { fixedSizes, HOST_OPERATORS } from "./hostOperators.ts";
import { broadcast, broadcastShape, MOST_WHOLE, rowPlaces } from "./hostTables.ts";

/** Nodes that give what they are given, where nothing is trained. */
const NOTHING = new Set(["Identity", "Dropout"]);

/** Nodes that do so where there is one alone. */
const JOINS = new Set(["Concat", "Sum", "Mean", "Max", "Min"]);

type Known = (facts: NodeFacts, values: readonly (Value | undefined)[]) => Value | undefined;

/** What a node gives where it takes no layer to say so. @throws ERR_FORMAT if a known number can't be had. */
export const knownResult: Known = (facts, values) => {
  const { type } = facts.node;
  const [x] = values;
  if (type === "Constant") return constantOf(facts);
  if (type === "DequantizeLinear") return dequantized(facts, values);
  if (x === undefined) return undefined;
  if (type === "Dropout" && facts.hosts.get(2)?.data[0])
    throw facts.refuse("has training_mode = 1; only 0 is supported");
  if (NOTHING.has(type) || (JOINS.has(type) && values.length === 1)) return x;
  if (type === "Shape") return shapeValue(facts, shapeOf(x));
  if (type === "Size") return sizeValue(facts, shapeOf(x));
  if (type === "Cast") return cast(facts, x);
  if (type === "ConstantOfShape" && x.kind === "host") return filledReal(facts, x.value) ?? host(facts, [x]);
  if (x.kind === "constant" && FIXED[type] !== undefined)
    return { ...x, data: x.data.map(FIXED[type]), isWeight: false };
  return host(facts, values) ?? moved(facts, values);
};

/** Operators that move entries of a constant and compute nothing. */
const MOVES = new Set(["Concat", "Expand", "Gather", "Reshape", "Slice", "Squeeze", "Tile", "Transpose", "Unsqueeze"]);

/** Arithmetic of constants, in double precision. */
const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Mul: (a, b) => a * b,
  Pow: (a, b) => a ** b,
  Sub: (a, b) => a - b,
};

/** Operators that tell constants apart. */
const COMPARISONS = new Set(["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]);

// What is done to constants that nothing trains: masks, tables of places.
const moved: Known = (facts, values) => {
  const { type } = facts.node;
  const given = values.filter((value) => value !== undefined);
  const isFixed = (value: Value) => value.kind === "constant" && !value.isWeight && value.data.length <= MOST_WHOLE;
  if (type === "ScatterND") return scattered(facts, given);
  const compares = COMPARISONS.has(type) && given.every((value) => isFixed(value));
  const moves =
    MOVES.has(type) && isFixed(given[0]!) && given.every((value) => value.kind === "host" || isFixed(value));
  // Before opset 7 it broadcast in another way.
  const computes = facts.opset >= 7 && type in ARITHMETIC && given.every((value) => isFixed(value));
  if (!compares && !moves && !computes) return undefined;
  const tables = given.map((value): HostValue => {
    if (value.kind === "host") return value.value;
    const { data, shape } = value as Constant;
    return { shape, data: Array.from(data) };
  });
  // A size of the batch is for what the network computes.
  if (tables.some(({ data }) => data.some((entry) => typeof entry === "string"))) return undefined;
  if (computes) {
    const shape = broadcastShape(tables.map((table) => table.shape));
    if (shape === undefined || shape.reduce((all, size) => all * size, 1) > MOST_WHOLE) return undefined;
    const [a, b] = tables.map((table) => broadcast(table, shape).data as readonly number[]) as [number[], number[]];
    return {
      kind: "constant",
      data: Float32Array.from(a, (x, i) => ARITHMETIC[type]!(x, b[i]!)),
      shape,
      isWeight: false,
    };
  }
  const value = HOST_OPERATORS[type]!(tables, facts);
  return compares ? { kind: "host", value } : realsOf(facts, value);
};

function scattered(facts: NodeFacts, [into, index, updates]: readonly Value[]): Value {
  if (into?.kind !== "constant" || index?.kind !== "host" || updates?.kind !== "constant" || into.isWeight)
    throw facts.refuse("changes entries of computed values, which is not supported");
  const { shape: places, data: at } = index.value;
  const depth = places.at(-1) ?? 0;
  const front = into.shape.slice(0, depth);
  const width = into.shape.slice(depth).reduce((all, size) => all * size, 1);
  if (depth < 1 || depth > into.shape.length || updates.data.length !== (at.length / depth) * width)
    throw facts.refuse("has updates that do not match its indices");
  const data = into.data.slice();
  for (const [row, place] of rowPlaces(facts, index.value, { sizes: front, verb: "changes" }).entries())
    data.set(updates.data.subarray(row * width, (row + 1) * width), place * width);
  return { ...into, data };
}

const host: Known = (facts, values) => {
  const given = values.filter((value) => value !== undefined);
  if (given.length === 0 || !given.every((value) => value.kind === "host")) return undefined;
  const operator = HOST_OPERATORS[facts.node.type];
  if (operator === undefined) throw facts.refuse("computes with whole numbers, which is supported only for shapes");
  const inputs = given.map(({ value }) => value);
  return { kind: "host", value: operator(inputs, facts) };
};

// To the even one of two that are as near.
function rounded(value: number): number {
  const down = Math.floor(value);
  const above = value - down;
  return above < 0.5 || (above === 0.5 && down % 2 === 0) ? down : down + 1;
}

/** What is done to each entry of what is known, and to nothing that the network computes. */
const FIXED: Readonly<Record<string, (value: number) => number>> = {
  Ceil: Math.ceil,
  Cos: Math.cos,
  Floor: Math.floor,
  Round: rounded,
  Sin: Math.sin,
};

function constantOf(facts: NodeFacts): Value {
  const { attributes } = facts.node;
  const tensor = attributes.get("value")?.tensor;
  if (tensor !== undefined) return constantValue(tensor, false);
  const float = attributes.get("value_float")?.float;
  const floats = attributes.get("value_floats")?.floats;
  const whole = attributes.get("value_int")?.int;
  const list = attributes.get("value_ints")?.ints;
  if (float !== undefined) return { kind: "constant", data: Float32Array.of(float), shape: [], isWeight: false };
  if (floats) return { kind: "constant", data: Float32Array.from(floats), shape: [floats.length], isWeight: false };
  if (whole !== undefined) return { kind: "host", value: { shape: [], data: [whole] } };
  if (list !== undefined) return { kind: "host", value: { shape: [list.length], data: list } };
  throw facts.refuse("contains values that are not numbers");
}

function shapeValue(facts: NodeFacts, shape: readonly Dim[]): Value {
  const [start, end] = [facts.int("start", 0), facts.int("end", shape.length)];
  const part = shape.slice(start, end);
  return { kind: "host", value: { shape: [part.length], data: part } };
}

function sizeValue(facts: NodeFacts, shape: readonly Dim[]): Value {
  const count = fixedSizes({ shape: [], data: shape }, facts).reduce((all, size) => all * size, 1);
  return { kind: "host", value: { shape: [], data: [count] } };
}

function filledReal(facts: NodeFacts, shape: HostValue): Value | undefined {
  const tensor = facts.node.attributes.get("value")?.tensor;
  if (tensor !== undefined && !tensor.isReal) return undefined;
  const sizes = fixedSizes(shape, facts);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (!(count <= MOST_ENTRIES / 256)) throw facts.refuse(`fills ${count} numbers`);
  return { kind: "constant", data: new Float32Array(count).fill(tensor?.data[0] ?? 0), shape: sizes, isWeight: false };
}

// Whole numbers and reals that are known become each other; what the network computes stays, where it stays real.
function cast(facts: NodeFacts, x: Value): Value | undefined {
  const to = facts.int("to", 0);
  if (!REAL_TYPES.has(to) && !isWholeType(to)) throw facts.refuse(`has to = ${to}, an unsupported type`);
  if (x.kind === "quantised") throw facts.refuse("works on whole numbers, which is not supported");
  if (REAL_TYPES.has(to)) return x.kind === "host" ? realsOf(facts, x.value) : x;
  if (x.kind === "host") return { kind: "host", value: { ...x.value, data: wholeOf(facts, x.value.data, to) } };
  if (x.kind !== "constant") return undefined;
  if (x.data.length > MOST_WHOLE) throw facts.refuse(`converts ${x.data.length} real numbers to whole numbers`);
  return { kind: "host", value: { shape: x.shape, data: wholeOf(facts, Array.from(x.data), to) } };
}

function wholeOf(facts: NodeFacts, data: readonly Dim[], to: number): readonly Dim[] {
  const [least, most] = WHOLE_RANGES.get(to)!;
  return data.map((value) => {
    if (typeof value === "string") {
      if (to === 6 || to === 7) return value;
      throw facts.refuse("computes with the size of the batch");
    }
    const whole = to === BOOL ? Number(value !== 0) : Math.trunc(value) + 0;
    if (!(whole >= least && whole <= most)) throw facts.refuse(`has to = ${to}, a type that can't represent ${value}`);
    return whole;
  });
}

/** Known whole numbers as reals. */
export function realsOf(facts: NodeFacts, { shape, data }: HostValue): Constant {
  if (data.some((value) => typeof value === "string"))
    throw facts.refuse("turns the size of the batch into a real number, which is not supported");
  return { kind: "constant", data: Float32Array.from(data as readonly number[]), shape, isWeight: false };
}
