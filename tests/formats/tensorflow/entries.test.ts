// Operators of TensorFlow on single entries, against plain arithmetic.
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import { describe, test } from "vitest";
import { answer, expectClose, pictures, softmaxOf } from "./answers.ts";
import { flatEnd, int, type Numbers, node, one, read, reals, SHAPE, whole } from "./tensorflowNet.ts";

const GELU = Math.sqrt(2 / Math.PI);
const { data: row } = reals("row", 3);
const { data: field } = reals("field", 6, 5, 3);
const { data: slopes } = reals("slopes", 3);

/** What one number becomes; i is its place in an image. */
type Rule = (x: number, i: number) => number;

/** Operators on entries: nodes whose last is `z`, and what they do to a number. */
const ENTRIES: readonly [string, readonly NodeJson[], Rule][] = [
  ["Abs", [node("z", "Abs", ["x"])], Math.abs],
  ["AddN", [node("z", "AddN", ["x", "x", "x"])], (x) => 3 * x],
  ["AddV2 with the number first", [node("z", "AddV2", ["two", "x"])], (x) => x + 2],
  ["Add of a row of channels", [node("z", "Add", ["x", "row"])], (x, i) => x + row[i % 3]!],
  ["AddV2 of a field", [node("z", "AddV2", ["x", "field"])], (x, i) => x + field[i]!],
  ["BiasAdd", [node("z", "BiasAdd", ["x", "row"])], (x, i) => x + row[i % 3]!],
  ["Cast", [node("z", "Cast", ["x"])], (x) => x],
  ["Elu", [node("z", "Elu", ["x"])], (x) => (x > 0 ? x : Math.expm1(x))],
  ["Exp", [node("z", "Exp", ["x"])], Math.exp],
  ["Log of Exp", [node("e", "Exp", ["x"]), node("z", "Log", ["e"])], (x) => x],
  ["LeakyRelu", [node("z", "LeakyRelu", ["x"], { alpha: { f: 0.3 } })], (x) => (x > 0 ? x : 0.3 * x)],
  ["LeakyRelu as it is by default", [node("z", "LeakyRelu", ["x"])], (x) => (x > 0 ? x : 0.2 * x)],
  ["Maximum", [node("z", "Maximum", ["x", "row"])], (x, i) => Math.max(x, row[i % 3]!)],
  ["Minimum", [node("z", "Minimum", ["row", "x"])], (x, i) => Math.min(x, row[i % 3]!)],
  ["Mul by a row of channels", [node("z", "Mul", ["row", "x"])], (x, i) => x * row[i % 3]!],
  ["Neg", [node("z", "Neg", ["x"])], (x) => -x],
  ["Pow", [node("s", "Square", ["x"]), node("z", "Pow", ["s", "half"])], Math.abs],
  ["Prelu", [node("z", "Prelu", ["x", "slopes"])], (x, i) => (x > 0 ? x : slopes[i % 3]! * x)],
  ["RealDiv", [node("z", "RealDiv", ["x", "two"])], (x) => x / 2],
  ["Reciprocal", [node("e", "Exp", ["x"]), node("z", "Reciprocal", ["e"])], (x) => Math.exp(-x)],
  ["Relu", [node("z", "Relu", ["x"])], (x) => Math.max(x, 0)],
  ["Relu6", [node("d", "Mul", ["x", "ten"]), node("z", "Relu6", ["d"])], (x) => Math.min(Math.max(10 * x, 0), 6)],
  ["Rsqrt", [node("e", "Exp", ["x"]), node("z", "Rsqrt", ["e"])], (x) => Math.exp(-x / 2)],
  ["Selu", [node("z", "Selu", ["x"])], (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  ["Sigmoid", [node("z", "Sigmoid", ["x"])], (x) => 1 / (1 + Math.exp(-x))],
  ["Softplus", [node("z", "Softplus", ["x"])], (x) => Math.log1p(Math.exp(x))],
  ["Sqrt", [node("e", "Exp", ["x"]), node("z", "Sqrt", ["e"])], (x) => Math.exp(x / 2)],
  ["SquaredDifference", [node("z", "SquaredDifference", ["x", "row"])], (x, i) => (x - row[i % 3]!) ** 2],
  ["Sub from a row", [node("z", "Sub", ["row", "x"])], (x, i) => row[i % 3]! - x],
  ["Tanh", [node("z", "Tanh", ["x"])], Math.tanh],
  [
    "Gelu by tanh",
    [
      node("cube", "Pow", ["x", "three"]),
      node("small", "Mul", ["cube", "c"]),
      node("inner", "AddV2", ["x", "small"]),
      node("scaled", "Mul", ["inner", "g"]),
      node("t", "Tanh", ["scaled"]),
      node("t1", "AddV2", ["one", "t"]),
      node("h", "Mul", ["half", "x"]),
      node("z", "Mul", ["h", "t1"]),
    ],
    (x) => 0.5 * x * (1 + Math.tanh(GELU * (x + 0.044715 * x ** 3))),
  ],
  [
    "Transpose there and back",
    [node("n", "Transpose", ["x", "front"]), node("z", "Transpose", ["n", "back"])],
    (x) => x,
  ],
  [
    "Split and ConcatV2",
    [node("s", "Split", ["last", "x"], { num_split: int(3) }), node("z", "ConcatV2", ["s", "s:1", "s:2", "last"])],
    (x) => x,
  ],
  [
    "SplitV along the width",
    [node("s", "SplitV", ["x", "sizes", "two_"]), node("z", "ConcatV2", ["s:0", "s:1", "two_"])],
    (x) => x,
  ],
  ["ResizeBilinear to the same size", [node("z", "ResizeBilinear", ["x", "size"])], (x) => x],
  [
    "a node that only has to run before",
    [node("e", "Exp", ["x"]), node("z", "Relu", ["x", "^e"])],
    (x) => Math.max(x, 0),
  ],
];

const real = (value: number): Numbers => ({ shape: [], data: Float32Array.of(value) });
const NUMBERS: Readonly<Record<string, Numbers>> = {
  back: whole(0, 2, 3, 1),
  c: real(0.044715),
  field: reals("field", 6, 5, 3),
  front: whole(0, 3, 1, 2),
  g: real(GELU),
  half: real(0.5),
  last: one(3),
  one: real(1),
  row: reals("row", 3),
  rowShape: whole(-1, 90),
  size: whole(6, 5),
  sizes: whole(2, 3),
  slopes: reals("slopes", 1, 1, 3),
  ten: real(10),
  three: real(3),
  two: real(2),
  two_: one(2),
};

describe("operators on entries", () => {
  test.each(ENTRIES)("%s", async (_, nodes, rule) => {
    const model = read({ nodes: [...nodes, ...flatEnd("z")], constants: NUMBERS });
    const data = pictures(SHAPE);
    const scores = Array.from(data, (x, i) => rule(x, i % 90));
    expectClose(await answer(model), softmaxOf(scores, 90));
  });
});
