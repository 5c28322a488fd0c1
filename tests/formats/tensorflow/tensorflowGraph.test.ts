// Graphs of TensorFlow are read, and answer as plain arithmetic or our own layers with the same weights do.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { readModel } from "@leukogram/engine/formats/readModel";
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import { graphModelOf } from "@leukogram/engine/formats/tensorflow/tensorflowGraph";
import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Layer } from "@leukogram/engine/nn/layer";
import {
  Activation,
  AveragePooling2D,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  MaxPooling2D,
  ReLU,
  ZeroPadding2D,
} from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../data/folders.ts";
import {
  graphOf,
  int,
  ints,
  matrix,
  type Net,
  type Numbers,
  node,
  one,
  read,
  reals,
  SHAPE,
  text,
  texts,
  whole,
  yes,
} from "./tensorflowNet.ts";

const dir = temporaryFolder();

function pictures(shape: readonly number[], count = 2) {
  const rng = new Rng(5);
  const data = Float32Array.from({ length: count * shape.reduce((a, b) => a * b) }, () => rng.normal());
  return { data, shape: [count, ...shape] };
}

async function ask(model: Model): Promise<readonly number[]> {
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({ images: pictures(model.input.shape) });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

/** Rows that are probabilities of these scores. */
function softmaxOf(scores: readonly number[], classes: number): readonly number[] {
  const powers = scores.map(Math.exp);
  return powers.map((power, i) => {
    const start = i - (i % classes);
    return power / powers.slice(start, start + classes).reduce((a, b) => a + b, 0);
  });
}

function expectClose(found: readonly number[], expected: readonly number[], within = 1e-6) {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(within);
}

/** A class for each number of an image, in TensorFlow's order. */
const flatEnd = (from: string): readonly NodeJson[] => [
  node("flat", "Reshape", [from, "rowShape"]),
  node("y", "Softmax", ["flat"]),
];

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
    const { data } = pictures(SHAPE);
    const scores = Array.from(data, (x, i) => rule(x, i % 90));
    expectClose(await ask(model), softmaxOf(scores, 90));
  });
});

// The numbers are TensorFlow 2.21's own.
describe("an image of 4 x 3 pixels, 0, 1, 4, 2, 2, 4, 1, 0, 1, 4, 2, 2, becomes one of 3 x 5", () => {
  const PIXELS = [0, 1, 4, 2, 2, 4, 1, 0, 1, 4, 2, 2];

  test.each<[string, Record<string, { b: boolean }>, readonly number[]]>([
    ["ResizeBilinear", {}, [0, 0.6, 1.6, 3.4, 4, 5 / 3, 22 / 15, 5 / 3, 8 / 3, 3, 3, 2, 1.4, 1.6, 5 / 3]],
    ["ResizeBilinear", { align_corners: yes }, [0, 0.5, 1, 2.5, 4, 1.5, 1.25, 1, 1.75, 2.5, 4, 3, 2, 2, 2]],
    [
      "ResizeBilinear",
      { half_pixel_centers: yes },
      [1 / 3, 2 / 3, 7 / 6, 43 / 15, 4, 1.5, 1.3, 1, 1.9, 2.5, 3.5, 83 / 30, 5 / 3, 53 / 30, 11 / 6],
    ],
    ["ResizeNearestNeighbor", {}, [0, 0, 1, 1, 4, 2, 2, 2, 2, 4, 1, 1, 0, 0, 1]],
    ["ResizeNearestNeighbor", { align_corners: yes }, [0, 1, 1, 4, 4, 1, 0, 0, 1, 1, 4, 2, 2, 2, 2]],
    ["ResizeNearestNeighbor", { half_pixel_centers: yes }, [0, 0, 1, 4, 4, 1, 1, 0, 1, 1, 4, 4, 2, 2, 2]],
  ])("%s %j", async (op, attributes, expected) => {
    const nodes = [
      node("z", op, ["x", "to"], attributes),
      node("flat", "Reshape", ["z", "flatShape"]),
      node("y", "Softmax", ["flat"]),
    ];
    const model = read({ nodes, shape: [4, 3, 1], constants: { to: whole(3, 5), flatShape: whole(-1, 15) } });
    const session = await createSession(compile(plainGraph(model)), { threads: 1 });
    const { probabilities } = await session.run({
      images: { data: Float32Array.from(PIXELS), shape: [1, ...model.input.shape] },
    });
    expectClose([...(probabilities!.data as Float32Array)], softmaxOf(expected, 15));
  });
});

/** Sets the weights of layers, in their order. */
function withWeights(shape: readonly number[], layers: readonly Layer[], values: readonly Numbers[]): Model {
  const model = new Sequential(shape, layers);
  const weights = model.layers.flatMap((layer) => layer.weights);
  expect(weights.map(({ shape: own }) => own)).toEqual(values.map(({ shape: own }) => own));
  for (const [i, weight] of weights.entries()) weight.value = Float32Array.from(values[i]!.data);
  return model;
}

const SAME = { strides: ints(1, 1, 1, 1), padding: text("SAME") };
const VALID = { strides: ints(1, 1, 1, 1), padding: text("VALID") };
const [k, d, b] = [reals("k", 3, 2, 3, 4), reals("d", 3, 3, 3, 2), reals("b", 4)];
const b6 = reals("b6", 6);
const norm = ["gamma", "beta", "mean", "pvariance"].map((name) => [name, reals(name, 3)] as const);
const ends = { gapAxes: whole(1, 2) };
const gap = (from: string) => [node("m", "Mean", [from, "gapAxes"]), node("y", "Softmax", ["m"])];
const [average, soft] = [() => new GlobalAveragePooling2D(), () => new Activation({ activation: "softmax" })];

/** Nodes whose last is `z`, the layers that they are, and the weights of both. */
const LAYERS: readonly [string, readonly NodeJson[], readonly Layer[], Readonly<Record<string, Numbers>>][] = [
  [
    "Conv2D and BiasAdd",
    [
      node("c", "Conv2D", ["x", "k"], { strides: ints(1, 2, 2, 1), padding: text("SAME") }),
      node("z", "BiasAdd", ["c", "b"]),
    ],
    [new Conv2D({ filters: 4, kernelSize: [3, 2], strides: 2, padding: "same" })],
    { k, b },
  ],
  [
    "Conv2D and a bias that was reshaped there and back",
    [
      node("c", "Conv2D", ["x", "k"], VALID),
      node("wide", "Reshape", ["b", "biasShape"]),
      node("narrow", "Squeeze", ["wide"]),
      node("both", "IdentityN", ["c", "narrow"]),
      node("z", "BiasAdd", ["both", "both:1"]),
    ],
    [new Conv2D({ filters: 4, kernelSize: [3, 2] })],
    { k, b, biasShape: whole(1, 1, 1, -1) },
  ],
  [
    "_FusedConv2D",
    [node("z", "_FusedConv2D", ["x", "k", "b"], { ...VALID, fused_ops: texts("BiasAdd", "Relu6") })],
    [new Conv2D({ filters: 4, kernelSize: [3, 2] }), new ReLU({ maxValue: 6 })],
    { k, b },
  ],
  [
    "_FusedConv2D without a bias",
    [node("z", "_FusedConv2D", ["x", "k"], { ...VALID, fused_ops: texts("NoOp", "Sigmoid") })],
    [new Conv2D({ filters: 4, kernelSize: [3, 2], useBias: false }), new Activation({ activation: "sigmoid" })],
    { k },
  ],
  [
    "explicit padding",
    [
      node("z", "Conv2D", ["x", "k"], {
        ...VALID,
        padding: text("EXPLICIT"),
        explicit_paddings: ints(0, 0, 1, 2, 0, 3, 0, 0),
      }),
    ],
    [
      new ZeroPadding2D({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
      new Conv2D({ filters: 4, kernelSize: [3, 2], useBias: false }),
    ],
    { k },
  ],
  [
    "gaps",
    [node("z", "Conv2D", ["x", "k"], { ...SAME, dilations: ints(1, 2, 2, 1) })],
    [new Conv2D({ filters: 4, kernelSize: [3, 2], dilationRate: 2, padding: "same", useBias: false })],
    { k },
  ],
  [
    "gaps by pixels that are dealt out",
    [
      node("s", "SpaceToBatchND", ["x", "block", "around"]),
      node("c", "Conv2D", ["s", "k"], VALID),
      node("z", "BatchToSpaceND", ["c", "block", "crops"]),
    ],
    [new Conv2D({ filters: 4, kernelSize: [3, 2], dilationRate: 2, padding: "same", useBias: false })],
    { k, block: whole(2, 2), around: matrix([2, 2], [1, 2]), crops: matrix([0, 0], [0, 1]) },
  ],
  [
    "FusedDepthwiseConv2dNative",
    [node("z", "FusedDepthwiseConv2dNative", ["x", "d", "b6"], { ...SAME, fused_ops: texts("BiasAdd", "Relu") })],
    [new DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 2, padding: "same" }), new ReLU()],
    { d, b6 },
  ],
  [
    "FusedBatchNormV3",
    [node("z", "FusedBatchNormV3", ["x", "gamma", "beta", "mean", "pvariance"], { epsilon: { f: 0.01 } })],
    [new BatchNormalization({ epsilon: 0.01 })],
    Object.fromEntries(norm),
  ],
  [
    "MaxPool",
    [node("z", "MaxPool", ["x"], { ...SAME, ksize: ints(1, 3, 2, 1) })],
    [new MaxPooling2D({ poolSize: [3, 2], strides: 1, padding: "same" })],
    {},
  ],
  [
    "AvgPool",
    [node("z", "AvgPool", ["x"], { strides: ints(1, 2, 2, 1), padding: text("SAME"), ksize: ints(1, 3, 3, 1) })],
    [new AveragePooling2D({ poolSize: 3, strides: 2, padding: "same" })],
    {},
  ],
  [
    "Pad",
    [node("z", "Pad", ["x", "pads"])],
    [
      new ZeroPadding2D({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
    ],
    { pads: matrix([0, 0], [1, 2], [0, 1], [0, 0]) },
  ],
];

describe("operators that are layers of Keras", () => {
  test.each(LAYERS)("%s", async (_, nodes, layers, constants) => {
    const model = read({ nodes: [...nodes, ...gap("z")], constants: { ...constants, ...ends } });
    const weights = Object.values(constants).filter(({ data }) => data instanceof Float32Array);
    const expected = withWeights(SHAPE, [...layers, average(), soft()], weights);
    expect(model.layers.map(({ className }) => className)).toEqual(expected.layers.map(({ className }) => className));
    expectClose(await ask(model), await ask(expected));
  });

  test("an image that is flattened, and a product with its bias", async () => {
    const [w, v, bias] = [reals("w", 90, 7), reals("v", 4, 7), reals("bias", 7)];
    const nodes = [
      node("shape", "Shape", ["x"]),
      node("count", "StridedSlice", ["shape", "zero", "first", "first"], { shrink_axis_mask: int(1) }),
      node("to", "Pack", ["count", "rest"]),
      node("flat", "Reshape", ["x", "to"]),
      node("h", "_FusedMatMul", ["flat", "w", "bias"], { fused_ops: texts("BiasAdd", "Tanh") }),
      node("z", "MatMul", ["h", "v"], { transpose_b: yes }),
      node("y", "Softmax", ["z"]),
    ];
    const constants = { w, v, bias, zero: whole(0), first: whole(1), rest: one(-1) };
    const turned = {
      shape: [7, 4],
      data: Float32Array.from({ length: 28 }, (_, i) => v.data[(i % 4) * 7 + ((i / 4) | 0)]!),
    };
    const layers = [
      new Flatten(),
      new Dense({ units: 7, activation: "tanh" }),
      new Dense({ units: 4, activation: "softmax", useBias: false }),
    ];
    const model = read({ nodes, constants });
    expect(model.layers.some(({ className }) => className === "OnnxOperators")).toBe(false);
    expectClose(await ask(model), await ask(withWeights(SHAPE, layers, [w, bias, turned])));
  });

  test("a gate of channels behind a row that becomes a pixel", async () => {
    const nodes = [
      node("m", "Mean", ["x", "gapAxes"]),
      node("pixel", "Reshape", ["m", "pixelShape"]),
      node("gate", "_FusedConv2D", ["pixel", "g3", "b3"], { ...SAME, fused_ops: texts("BiasAdd", "Sigmoid") }),
      node("z", "Mul", ["x", "gate"]),
      node("top", "Max", ["z", "gapAxes"], { keep_dims: yes }),
      node("row", "Squeeze", ["top"], { squeeze_dims: ints(1, 2) }),
      node("y", "Softmax", ["row"]),
    ];
    const [g3, b3] = [reals("g3", 1, 1, 3, 3), reals("b3", 3)];
    const model = read({ nodes, constants: { g3, b3, pixelShape: whole(-1, 1, 1, 3), ...ends } });
    const { data } = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) => {
      const image = data.subarray(90 * n, 90 * n + 90);
      const channel = (c: number) => image.filter((_, i) => i % 3 === c);
      const means = [0, 1, 2].map((c) => channel(c).reduce((sum, x) => sum + x, 0) / 30);
      return [0, 1, 2].map((c) => {
        const sum = means.reduce((all, mean, i) => all + mean * g3.data[3 * i + c]!, b3.data[c]!);
        return Math.max(...channel(c).map((x) => x / (1 + Math.exp(-sum))));
      });
    });
    expectClose(await ask(model), softmaxOf(scores, 3));
  });
});

describe("parts and shapes", () => {
  const chosen = async (nodes: readonly NodeJson[], constants: Net["constants"], keeps: (i: number) => boolean) => {
    const places = Array.from({ length: 90 }, (_, i) => i).filter(keeps);
    const all = { ...constants, rowShape: whole(-1, places.length) };
    const model = read({ nodes: [...nodes, ...flatEnd("z")], constants: all });
    const { data } = pictures(SHAPE);
    expectClose(
      await ask(model),
      softmaxOf(
        [0, 1].flatMap((n) => places.map((i) => data[90 * n + i]!)),
        places.length,
      ),
    );
  };
  const y = (i: number) => Math.floor(i / 15);
  const x = (i: number) => Math.floor(i / 3) % 5;

  test("StridedSlice crops, to an end counted from behind", () =>
    chosen(
      [node("z", "StridedSlice", ["x", "from", "to", "by"], { begin_mask: int(9), end_mask: int(9) })],
      { from: whole(0, 1, 0, 0), to: whole(0, -2, 4, 0), by: whole(1, 1, 2, 1) },
      (i) => y(i) >= 1 && y(i) < 4 && x(i) < 4 && x(i) % 2 === 0,
    ));

  test("StridedSlice takes one channel away with its axis, behind an ellipsis", () =>
    chosen(
      [node("z", "StridedSlice", ["x", "from", "to", "by"], { ellipsis_mask: int(1), shrink_axis_mask: int(2) })],
      { from: whole(0, -1), to: whole(0, 0), by: whole(1, 1) },
      (i) => i % 3 === 2,
    ));

  test("Slice", () =>
    chosen(
      [node("z", "Slice", ["x", "from", "size"])],
      { from: whole(0, 2, 1, 0), size: whole(-1, 3, -1, 2) },
      (i) => y(i) >= 2 && y(i) < 5 && x(i) >= 1 && i % 3 < 2,
    ));

  test("GatherV2 along the width", () =>
    chosen([node("z", "GatherV2", ["x", "at", "axis"])], { at: whole(1, 3), axis: one(2) }, (i) => x(i) % 2 === 1));

  test("a sum over rows and channels leaves the columns", async () => {
    const nodes = [node("z", "Sum", ["x", "axes"]), node("y", "Softmax", ["z"])];
    const { data } = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) =>
      [0, 1, 2, 3, 4].map((column) =>
        data.subarray(90 * n, 90 * n + 90).reduce((sum, value, i) => (x(i) === column ? sum + value : sum), 0),
      ),
    );
    expectClose(await ask(read({ nodes, constants: { axes: whole(1, -1) } })), softmaxOf(scores, 5));
  });

  test("a mean over the rows leaves columns and channels in TensorFlow's order", async () => {
    const nodes = [
      node("m", "Mean", ["x", "axes"]),
      node("flat", "Reshape", ["m", "to"]),
      node("y", "Softmax", ["flat"]),
    ];
    const { data } = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) =>
      Array.from({ length: 15 }, (_, i) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, h) => sum + data[90 * n + 15 * h + i]! / 6, 0),
      ),
    );
    expectClose(await ask(read({ nodes, constants: { axes: whole(1), to: whole(-1, 15) } })), softmaxOf(scores, 15));
  });

  test("Tile, ExpandDims and Squeeze", async () => {
    const nodes = [
      node("m", "Mean", ["x", "axes"], { keep_dims: yes }),
      node("t", "Tile", ["m", "times"]),
      node("d", "SquaredDifference", ["x", "t"]),
      node("v", "Mean", ["d", "hw"]),
      node("e", "ExpandDims", ["v", "one"]),
      node("s", "Squeeze", ["e"], { squeeze_dims: ints(1) }),
      node("y", "Softmax", ["s"]),
    ];
    const model = read({
      nodes,
      constants: { axes: whole(3), times: whole(1, 1, 1, 3), hw: whole(1, 2), one: one(1) },
    });
    const { data } = pictures(SHAPE);
    const mean = (i: number) => (data[i - (i % 3)]! + data[i - (i % 3) + 1]! + data[i - (i % 3) + 2]!) / 3;
    const scores = [0, 1].flatMap((n) =>
      [0, 1, 2].map((c) => {
        const places = Array.from({ length: 30 }, (_, p) => 90 * n + 3 * p + c);
        return places.reduce((sum, i) => sum + (data[i]! - mean(i)) ** 2 / 30, 0);
      }),
    );
    expectClose(await ask(model), softmaxOf(scores, 3));
  });
});

describe("graphs with the channels first", () => {
  test("convolution, bias, pool", async () => {
    const first = { data_format: text("NCHW") };
    const nodes = [
      node("n", "Transpose", ["x", "front"]),
      node("c", "Conv2D", ["n", "k"], { ...VALID, ...first }),
      node("a", "BiasAdd", ["c", "b"], first),
      node("p", "MaxPool", ["a"], {
        ...first,
        strides: ints(1, 1, 2, 1),
        ksize: ints(1, 1, 2, 3),
        padding: text("SAME"),
      }),
      node("m", "Max", ["p", "axes"]),
      node("y", "Softmax", ["m"]),
    ];
    const model = read({ nodes, constants: { k, b, front: whole(0, 3, 1, 2), axes: whole(2, 3) } });
    const layers = [
      new Conv2D({ filters: 4, kernelSize: [3, 2] }),
      new MaxPooling2D({ poolSize: [2, 3], strides: [2, 1], padding: "same" }),
      new GlobalMaxPooling2D(),
      soft(),
    ];
    expectClose(await ask(model), await ask(withWeights(SHAPE, layers, [k, b])));
  });
});

test("the signature says the sizes and the result, and names lose the scope that all have", async () => {
  const nodes = [
    node("call/net/c", "Conv2D", ["x", "k"], VALID),
    node("call/net/m", "Mean", ["call/net/c", "gapAxes"]),
    node("call/net/other", "Softmax", ["call/net/m"]),
    node("later", "Unheard", ["call/net/other"]),
  ];
  const dim = [-1, 6, 5, 3].map((size) => ({ size }));
  const signature = {
    inputs: { image: { name: "x:0", tensorShape: { dim } } },
    outputs: { y: { name: "call/net/other:0" } },
  };
  const model = read({ nodes, constants: { k, ...ends }, shape: [-1, -1, 3], signature });
  expect(model.input.shape).toEqual(SHAPE);
  expect(model.layers.map(({ name }) => name)).toEqual(["images", "c", "m", "other"]);
  expect((await kerasBytes(model)).length).toBeGreaterThan(0);
  const left = graphOf({ nodes: nodes.slice(0, 3), constants: { k, ...ends }, shape: [-1, -1, 3] });
  expect(() => graphModelOf(left, { source: "model.json" })).toThrow(
    /model\.json: does not fix the image size.*--image-size/,
  );
  expect(graphModelOf(left, { source: "model.json", imageSize: 9 }).model.input.shape).toEqual([9, 9, 3]);
});

describe("files", () => {
  const nodes = [node("z", "Conv2D", ["x", "k"], VALID), node("a", "BiasAdd", ["z", "b"]), ...gap("a")];

  /** Writes a graph model whose weights are stored as `dtype`. */
  function write(name: string, dtype: string, path = "weights.bin"): string {
    const { graph } = graphOf({ nodes, constants: { k, b, ...ends } });
    const stored = Object.entries({ k, b, ...ends }).map(([weight, { shape, data }]) => {
      if (!(data instanceof Float32Array))
        return { json: { name: weight, shape, dtype: "int32" }, bytes: new Uint8Array(Int32Array.from(data).buffer) };
      if (dtype === "float32")
        return { json: { name: weight, shape, dtype }, bytes: new Uint8Array(data.slice().buffer) };
      const [min, scale] = [Math.min(...data), (Math.max(...data) - Math.min(...data)) / 255];
      const json = { name: weight, shape, dtype: "float32", quantization: { dtype, min, scale } };
      return { json, bytes: Uint8Array.from(data, (value) => Math.round((value - min) / scale)) };
    });
    const weightsManifest = [{ paths: [path], weights: stored.map(({ json }) => json) }];
    mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, name, "weights.bin"), Buffer.concat(stored.map(({ bytes }) => bytes)));
    const json = { format: "graph-model", modelTopology: graph, weightsManifest };
    writeFileSync(join(dir, name, "model.json"), JSON.stringify(json));
    return join(dir, name);
  }

  const expected = () =>
    ask(withWeights(SHAPE, [new Conv2D({ filters: 4, kernelSize: [3, 2] }), average(), soft()], [k, b]));

  test("a folder is read, and said to be a graph model", async () => {
    const { model, kind, path } = await readModel(write("plain", "float32"));
    expect(kind).toBe("TensorFlow.js graph model");
    expect(path).toBe(join(dir, "plain", "model.json"));
    expectClose(await ask(model), await expected());
  });

  test("weights in 8 bits are read", async () => {
    const { model } = await readModel(write("small", "uint8"));
    expectClose(await ask(model), await expected(), 0.01);
  });

  test("weights outside the folder are refused", async () => {
    await expect(readModel(write("outside", "float32", "../plain/weights.bin"))).rejects.toThrow(
      "refers to weights outside its folder",
    );
  });

  test("a graph without nodes is refused", async () => {
    mkdirSync(join(dir, "empty"));
    const json = { format: "graph-model", modelTopology: {}, weightsManifest: [] };
    writeFileSync(join(dir, "empty", "model.json"), JSON.stringify(json));
    await expect(readModel(join(dir, "empty"))).rejects.toThrow("a graph model without a graph");
  });
});
