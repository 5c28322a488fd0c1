// Files are read, and what is read answers as ONNX Runtime does for the file itself.

import { Rng } from "@leukogram/engine/core/rng";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import type { OnnxAttribute, OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { withProbabilities } from "@leukogram/engine/models/outputs";
import { MODELS } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { flatLayout, flatSize, predictionGraph, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { adam } from "@leukogram/engine/nn/optimizers";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";
import { type Given, type Net, netBytes } from "./onnxNet.ts";

/** A node whose output has a name. */
function named(type: string, inputs: string[], output: string, attributes = {}): OnnxNode {
  return { type, inputs, outputs: [output], attributes };
}

/** Greatest difference between (the softmax of) what was read and what ONNX Runtime answers to the file. */
async function difference(bytes: Uint8Array, { isScores = true, batch = 3 } = {}): Promise<number> {
  const { model } = onnxModelOf(bytes, { source: "net.onnx" });
  const [h, w, c] = model.input.shape as [number, number, number];
  const rng = new Rng(1);
  const data = Float32Array.from({ length: batch * h * w * c }, () => rng.normal());
  const raw = await createSession(bytes, { threads: 1 });
  const answer = (await raw.run({ x: { data, shape: [batch, c, h, w] } })).y!.data as Float32Array;
  const read = await createSession(compile(predictionGraph(model, "float32")), { threads: 1 });
  const { output } = await read.run({ images: { data, shape: [batch, c, h, w] } });
  const found = output!.data as Float32Array;
  const classes = answer.length / batch;
  const told = (row: Float32Array) => (isScores ? row.map((_, i) => probability(row, i, classes)) : row);
  const expected = told(answer);
  expect(found.length).toBe(expected.length);
  return Math.max(...told(found).map((value, i) => Math.abs(value - expected[i]!)));
}

function probability(scores: Float32Array, i: number, classes: number): number {
  const row = scores.subarray(i - (i % classes), i - (i % classes) + classes);
  return Math.exp(scores[i]!) / row.reduce((sum, score) => sum + Math.exp(score), 0);
}

const conv: Given = ["Conv", ["x", "k", "b"], { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } }];
const CONV = { k: [4, 3, 3, 3], b: [4] };
const flat: Given = ["Flatten", ["t1"]];
const ints = (...values: number[]): OnnxAttribute => ({ ints: values });
const int = (value: number): OnnxAttribute => ({ int: value });
const float = (value: number): OnnxAttribute => ({ float: value });

/** Operators between a convolution, [batch, 4, 6, 6], and a row. */
const CASES: readonly [string, Given, Partial<Net>?][] = [
  ["Relu", ["Relu", ["t0"]]],
  ["Clip by attributes", ["Clip", ["t0"], { min: float(0), max: float(6) }], { opset: 10 }],
  ["Clip to one side", ["Clip", ["t0", "", "ptop"]], { weights: { ptop: [] } }],
  ["LeakyRelu", ["LeakyRelu", ["t0"], { alpha: float(0.1) }]],
  ["PRelu", ["PRelu", ["t0", "slope"]], { weights: { slope: [4, 1, 1] } }],
  ["Elu", ["Elu", ["t0"], { alpha: float(0.7) }]],
  ["Selu", ["Selu", ["t0"]]],
  ["Softplus", ["Softplus", ["t0"]]],
  ["Mish", ["Mish", ["t0"]]],
  ["HardSigmoid", ["HardSigmoid", ["t0"]]],
  ["HardSigmoid as Keras has it", ["HardSigmoid", ["t0"], { alpha: float(1 / 6) }]],
  ["HardSwish", ["HardSwish", ["t0"]]],
  ["Gelu by tanh", ["Gelu", ["t0"], { approximate: { string: "tanh" } }], { opset: 20 }],
  ["Gelu", ["Gelu", ["t0"]], { opset: 20 }],
  ["Sigmoid", ["Sigmoid", ["t0"]]],
  ["Tanh", ["Tanh", ["t0"]]],
  ["Add of a number", ["Add", ["t0", "one"]], { weights: { one: [] } }],
  ["Add of a row of channels", ["Add", ["t0", "row"]], { weights: { row: [1, 4, 1, 1] } }],
  ["Mul by a row of channels", ["Mul", ["row", "t0"]], { weights: { row: [4, 1, 1] } }],
  ["Mul by a row of columns", ["Mul", ["t0", "row"]], { weights: { row: [6] } }],
  ["Sub from a number", ["Sub", ["one", "t0"]], { weights: { one: [] } }],
  ["Div", ["Div", ["t0", "pone"]], { weights: { pone: [] } }],
  ["Add of itself", ["Add", ["t0", "t0"]]],
  ["Max of several", ["Max", ["t0", "row", "one"]], { weights: { row: [4, 1, 1], one: [] } }],
  [
    "BatchNormalization",
    ["BatchNormalization", ["t0", "g", "o", "m", "pv"]],
    { weights: { g: [4], o: [4], m: [4], pv: [4] } },
  ],
  ["InstanceNormalization", ["InstanceNormalization", ["t0", "g", "o"]], { weights: { g: [4], o: [4] } }],
  [
    "GroupNormalization",
    ["GroupNormalization", ["t0", "g", "o"], { num_groups: int(2) }],
    { opset: 21, weights: { g: [4], o: [4] } },
  ],
  ["LayerNormalization", ["LayerNormalization", ["t0", "g", "o"]], { weights: { g: [6], o: [6] } }],
  ["LRN", ["LRN", ["t0"], { size: int(3), alpha: float(0.5) }]],
  ["MaxPool, rounding up", ["MaxPool", ["t0"], { kernel_shape: ints(3, 3), strides: ints(2, 2), ceil_mode: int(1) }]],
  [
    "MaxPool with padding",
    ["MaxPool", ["t0"], { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }],
  ],
  [
    "MaxPool, SAME_UPPER",
    ["MaxPool", ["t0"], { kernel_shape: ints(3, 3), strides: ints(2, 2), auto_pad: { string: "SAME_UPPER" } }],
  ],
  ["AveragePool", ["AveragePool", ["t0"], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }]],
  [
    "AveragePool that counts padding",
    ["AveragePool", ["t0"], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), count_include_pad: int(1) }],
  ],
  ["GlobalAveragePool", ["GlobalAveragePool", ["t0"]]],
  ["GlobalMaxPool", ["GlobalMaxPool", ["t0"]]],
  ["ReduceMean by attribute", ["ReduceMean", ["t0"], { axes: ints(2, 3) }], { opset: 13 }],
  ["ReduceMean by input", ["ReduceMean", ["t0", "axes"], { keepdims: int(0) }], { whole: { axes: [-1, -2] } }],
  ["ReduceL2", ["ReduceL2", ["t0", "axes"]], { whole: { axes: [1] } }],
  ["ReduceSum of before opset 13", ["ReduceSum", ["t0"], { axes: ints(1) }], { opset: 11 }],
  ["Pad by attribute", ["Pad", ["t0"], { pads: ints(0, 0, 1, 2, 0, 0, 0, 1) }], { opset: 10 }],
  ["Pad by input", ["Pad", ["t0", "pads"]], { whole: { pads: [0, 0, 1, 2, 0, 0, 0, 1] } }],
  [
    "Slice",
    ["Slice", ["t0", "from", "to", "axes", "by"]],
    { whole: { from: [1, -4], to: [100, -1], axes: [1, 3], by: [2, 1] } },
  ],
  ["Slice by attributes", ["Slice", ["t0"], { starts: ints(1), ends: ints(3), axes: ints(2) }], { opset: 9 }],
  ["Gather", ["Gather", ["t0", "at"], { axis: int(1) }], { whole: { at: [2, 0, -1] } }],
  ["Gather of neighbours", ["Gather", ["t0", "at"], { axis: int(3) }], { whole: { at: [2, 3, 4] } }],
  [
    "Slice backwards",
    ["Slice", ["t0", "from", "to", "axes", "by"]],
    { whole: { from: [-1, 4], to: [-100, 0], axes: [2, 3], by: [-2, -1] } },
  ],
  ...["reflect", "edge", "wrap"].map((mode): [string, Given, Partial<Net>] => [
    `Pad, ${mode}`,
    ["Pad", ["t0", "pads"], { mode: { string: mode } }],
    { opset: 19, whole: { pads: [0, 0, 1, 2, 0, 0, 3, 1] } },
  ]),
  ["Pad by a number", ["Pad", ["t0", "pads", "p"]], { weights: { p: [] }, whole: { pads: [0, 1, 1, 2, 0, 0, 0, 1] } }],
  ["Pad of two axes", ["Pad", ["t0", "pads", "", "axes"]], { whole: { pads: [1, 2, 0, 1], axes: [2, -1] } }],
  [
    "MaxPool with gaps",
    [
      "MaxPool",
      ["t0"],
      { kernel_shape: ints(2, 3), dilations: ints(2, 2), pads: ints(1, 1, 1, 1), strides: ints(1, 2) },
    ],
  ],
  [
    "AveragePool with gaps",
    ["AveragePool", ["t0"], { kernel_shape: ints(2, 2), dilations: ints(2, 3), pads: ints(1, 0, 1, 1) }],
    { opset: 19 },
  ],
  [
    "AveragePool that counts padding and rounds up",
    [
      "AveragePool",
      ["t0"],
      {
        kernel_shape: ints(3, 3),
        strides: ints(2, 2),
        pads: ints(1, 1, 0, 0),
        count_include_pad: int(1),
        ceil_mode: int(1),
      },
    ],
    { opset: 19 },
  ],
  ["Mod", ["Mod", ["t0", "pone"], { fmod: int(1) }], { weights: { pone: [] } }],
  ["Tile", ["Tile", ["t0", "by"]], { whole: { by: [1, 2, 1, 1] } }],
  ["DepthToSpace", ["DepthToSpace", ["t0"], { blocksize: int(2), mode: { string: "CRD" } }]],
  ["SpaceToDepth", ["SpaceToDepth", ["t0"], { blocksize: int(2) }]],
  ["ReduceMean over nothing", ["ReduceMean", ["t0"], { noop_with_empty_axes: int(1) }]],
  ["ReduceMin", ["ReduceMin", ["t0", "axes"]], { whole: { axes: [1, 3] } }],
  ["Pow by whole numbers", ["Pow", ["t0", "two"]], { whole: { two: [2] } }],
  ["Einsum", ["Einsum", ["t0", "m"], { equation: { string: "nchw,kc->nkhw" } }], { weights: { m: [5, 4] } }],
  [
    "Einsum with the image last",
    ["Einsum", ["m", "t0"], { equation: { string: "wkc, nchw -> nhwk" } }],
    { weights: { m: [6, 2, 4] } },
  ],
  [
    "ConvTranspose",
    [
      "ConvTranspose",
      ["t0", "w", "d"],
      { strides: ints(2, 2), pads: ints(1, 0, 1, 1), output_padding: ints(1, 0), group: int(2), dilations: ints(1, 2) },
    ],
    { weights: { w: [4, 3, 3, 2], d: [6] } },
  ],
  [
    "ConvTranspose, SAME_UPPER",
    ["ConvTranspose", ["t0", "w"], { strides: ints(2, 2), auto_pad: { string: "SAME_UPPER" } }],
    { weights: { w: [4, 3, 3, 3] } },
  ],
  ...(["nearest", "linear", "cubic"] as const).flatMap((mode) =>
    ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"].map((way): [string, Given, Partial<Net>] => [
      `Resize, ${mode}, ${way}`,
      [
        "Resize",
        ["t0", "", "", "sizes"],
        { mode: { string: mode }, coordinate_transformation_mode: { string: way }, axes: ints(2, 3) },
      ],
      { whole: { sizes: [9, 4] } },
    ]),
  ),
  [
    "Resize, linear, with antialias",
    ["Resize", ["t0", "", "", "sizes"], { mode: { string: "linear" }, antialias: int(1), axes: ints(2, 3) }],
    { whole: { sizes: [3, 4] } },
  ],
  ["Transpose", ["Transpose", ["t0"], { perm: ints(0, 2, 3, 1) }]],
  ["Softmax over channels", ["Softmax", ["t0"], { axis: int(1) }]],
  ["Softmax of before opset 13", ["Softmax", ["t0"]], { opset: 9 }],
  ["LogSoftmax", ["LogSoftmax", ["t0"], { axis: int(2) }]],
  ["Unsqueeze and more", ["Unsqueeze", ["t0", "axes"]], { whole: { axes: [1] } }],
  ["Dropout", ["Dropout", ["t0"]], { opset: 11 }],
  ["Concat of one", ["Concat", ["t0"], { axis: int(1) }]],
  ["Sum of three", ["Sum", ["t0", "t0", "t0"]]],
  ["Mean", ["Mean", ["t0", "t0", "row"]], { weights: { row: [4, 1, 1] } }],
];

describe("an operator of ONNX means what ONNX Runtime takes it for", () => {
  test.each<[string, Given, Partial<Net>?]>(CASES)("%s", async (_, node, more = {}) => {
    const bytes = netBytes({ nodes: [conv, node, flat], ...more, weights: { ...CONV, ...more.weights } });
    expect(await difference(bytes)).toBeLessThan(2e-6);
  });
});

describe("whole numbers", () => {
  const between = (to: number, more: readonly Given[] = []): Uint8Array =>
    netBytes({
      nodes: [
        conv,
        ["Mul", ["t0", "four"]],
        ["Cast", ["t1"], { to: int(to) }],
        ...more,
        ["Cast", [`t${2 + more.length}`], { to: int(1) }],
        ["Flatten", [`t${3 + more.length}`]],
      ],
      weights: { ...CONV, four: [] },
    });

  test.each([6, 7, 9])("that the network makes are cut off as they are, type %i", async (to) => {
    expect(await difference(between(to))).toBeLessThan(1e-6);
  });

  test("stay so where they are only moved", async () => {
    expect(await difference(between(7, [["Transpose", ["t2"], { perm: ints(0, 3, 1, 2) }]]))).toBeLessThan(1e-6);
  });

  test("are not computed with as if they were real", () => {
    expect(() => onnxModelOf(between(7, [["Div", ["t2", "t2"]]]), { source: "net.onnx" })).toThrow(
      /node "t3" \(Div\) computes with whole numbers \("A"\), which is supported only for shapes/,
    );
  });

  test("that do not hold what a real can be are refused", () => {
    expect(() => onnxModelOf(between(2), { source: "net.onnx" })).toThrow(
      /node "t2" \(Cast\) has to = 2; only real numbers, int32, int64 and bool are supported/,
    );
  });

  test("become reals where a shape is divided", async () => {
    // Half the width, rounded down, and twice: 6 / 4 is 1.5, and 4 times that is 6; whole numbers would give 4.
    const bytes = netBytes({
      nodes: [
        conv,
        named("Shape", ["t0"], "s"),
        named("Gather", ["s", "last"], "w", { axis: int(0) }),
        named("Cast", ["w"], "real", { to: int(1) }),
        named("Constant", [], "four", { value_float: float(4) }),
        named("Div", ["real", "four"], "q"),
        named("Mul", ["q", "four"], "back"),
        named("Cast", ["back"], "whole", { to: int(7) }),
        named("Slice", ["t0", "zero", "whole", "three"], "part"),
        named("Flatten", ["part"], "y"),
      ],
      weights: CONV,
      whole: { last: [-1], zero: [0], three: [3] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });
});

describe("tables of whole numbers", () => {
  test("are turned, cut and joined, as an exporter does with pads in pairs", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["pads", "pairs"], "table"),
        named("Slice", ["table", "last", "first", "zero", "last"], "backwards"),
        named("Transpose", ["backwards"], "turned", { perm: ints(1, 0) }),
        named("Concat", ["turned", "turned"], "twice", { axis: int(1) }),
        named("Slice", ["twice", "none", "both", "axes"], "part"),
        named("Reshape", ["part", "all"], "flat"),
        named("Pad", ["t0", "flat"], "padded"),
        named("Flatten", ["padded"], "y"),
      ],
      weights: CONV,
      whole: {
        ...{ pads: [2, 1, 0, 1, 0, 0, 0, 0], pairs: [4, 2], last: [-1], first: [-9], zero: [0] },
        ...{ none: [0, 0], both: [2, 4], axes: [0, 1], all: [-1] },
      },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("are joined as NumPy broadcasts, tiled and expanded, and pick entries of several axes", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["rows", "column"], "down"),
        named("Expand", ["columns", "square"], "across"),
        named("Add", ["down", "across"], "sums"),
        named("Gather", ["sums", "rows"], "same", { axis: int(0) }),
        named("Unsqueeze", ["same", "end"], "indices"),
        named("Tile", ["indices", "thrice"], "triples"),
        named("GatherND", ["w", "triples"], "bias"),
        named("Add", ["t0", "bias"], "added"),
        named("Flatten", ["added"], "y"),
      ],
      weights: { ...CONV, w: [7, 7, 7] },
      whole: {
        ...{ rows: [0, 2, 1, 2, 0, 1], column: [6, 1], columns: [0, 1, 2, 3, -1, 4], square: [6, 6] },
        ...{ end: [2], thrice: [1, 1, 3] },
      },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("that do not fit are refused", () => {
    const refused = (node: OnnxNode, whole: Record<string, number[]>) => {
      const bytes = netBytes({ nodes: [conv, node, ["Reshape", ["t0", "t"]]], weights: CONV, whole });
      return () => onnxModelOf(bytes, { source: "net.onnx" });
    };
    expect(refused(named("Add", ["p", "q"], "t"), { p: [1, 2], q: [1, 2, 3] })).toThrow(
      /combines incompatible shapes: \[2\] and \[3\]/,
    );
    expect(refused(named("Gather", ["p", "q"], "t"), { p: [1, 2], q: [2] })).toThrow(/takes entry 2 of 2/);
    expect(refused(named("Transpose", ["p"], "t", { perm: ints(1, 0) }), { p: [1, 2] })).toThrow(/has perm \[1,0\]/);
    expect(refused(named("Tile", ["p", "q"], "t"), { p: [1, 2], q: [999_999] })).toThrow(/makes 1999998 whole numbers/);
  });
});

describe("rows of places within images", () => {
  test("Flatten of two axes makes them, and a table without images is joined with all", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["t0", "three"], "places"),
        named("Flatten", ["places"], "rows", { axis: int(2) }),
        named("MatMul", ["rows", "m"], "product"),
        named("Reshape", ["product", "back"], "again"),
        named("Shape", ["again"], "shape"),
        named("Slice", ["shape", "zero", "one"], "batch"),
        named("Concat", ["batch", "ones"], "repeats", { axis: int(0) }),
        named("Tile", ["table", "repeats"], "tiled"),
        named("Add", ["again", "tiled"], "sum"),
        named("Flatten", ["sum"], "y"),
      ],
      weights: { ...CONV, m: [36, 5], table: [1, 4, 5] },
      whole: { three: [0, 4, 36], back: [-1, 4, 5], zero: [0], one: [1], ones: [1, 1] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });
});

describe("what PyTorch's exporters leave in a graph", () => {
  const stride = (offsets: number[], step = 4) =>
    netBytes({
      nodes: [
        conv,
        named("GlobalAveragePool", ["t0"], "means"),
        named("Reshape", ["means", "all"], "row"),
        named("Shape", ["x"], "shape"),
        named("Gather", ["shape", "first"], "batch", { axis: int(0) }),
        named("Squeeze", ["batch"], "count"),
        named("Constant", [], "none", { value_int: int(0) }),
        named("Constant", [], "one", { value_int: int(1) }),
        named("Constant", [], "step", { value_int: int(step) }),
        named("Range", ["none", "count", "one"], "images"),
        named("Mul", ["images", "step"], "starts"),
        named("Unsqueeze", ["starts", "end"], "column"),
        named("Add", ["column", "offsets"], "places"),
        named("Gather", ["row", "places"], "y", { axis: int(0) }),
      ],
      weights: CONV,
      whole: { all: [-1], first: [0], end: [1], offsets },
    });

  test("as_strided, where each image reads its own entries", async () => {
    expect(await difference(stride([3, 1, 0, 2, 2]))).toBeLessThan(1e-6);
  });

  test("as_strided is refused where an image would read another's", () => {
    const read = (bytes: Uint8Array) => () => onnxModelOf(bytes, { source: "net.onnx" });
    expect(read(stride([0, 4]))).toThrow(/\(Gather\) mixes the images of a batch/);
    expect(read(stride([0, 1], 2))).toThrow(/\(Gather\) mixes the images of a batch/);
  });

  test("masks that are made of constants", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("ConstantOfShape", ["size"], "zeros"),
        named("Constant", [], "five", { value_float: float(5) }),
        named("Unsqueeze", ["five", "first"], "mark"),
        named("Reshape", ["at", "pair"], "index"),
        named("ScatterND", ["zeros", "index", "mark"], "marked"),
        named("Transpose", ["marked"], "turned"),
        named("Sub", ["marked", "turned"], "apart"),
        named("Constant", [], "nothing", { value_float: float(0) }),
        named("Equal", ["apart", "nothing"], "same"),
        named("Not", ["same"], "other"),
        named("Constant", [], "low", { value_float: float(-3) }),
        named("Where", ["other", "low", "apart"], "mask"),
        named("Tile", ["mask", "twice"], "wide"),
        named("Add", ["t0", "wide"], "sum"),
        named("Flatten", ["sum"], "y"),
      ],
      weights: CONV,
      whole: { size: [3, 3], at: [0, 2], pair: [1, 2], twice: [2, 2], first: [0] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("weights that are standardised by their own statistics", async () => {
    const standardised = (input: string, output: string): OnnxNode => ({
      ...{ type: "BatchNormalization", inputs: [input, "scale", "shift", "shift", "pvariance"] },
      ...{ outputs: [output, "mean", "variance"], attributes: { training_mode: int(1) } },
    });
    const bytes = netBytes({
      nodes: [
        named("Reshape", ["k", "rows"], "flat"),
        standardised("flat", "normal"),
        named("Reshape", ["normal", "kernel"], "whole"),
        named("Conv", ["x", "whole"], "t0"),
        named("Flatten", ["t0"], "y"),
      ],
      weights: { k: [4, 3, 3, 3], scale: [4], shift: [4], pvariance: [4] },
      whole: { rows: [1, 4, 27], kernel: [4, 3, 3, 3] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-5);
  });
});

describe("a window over a line", () => {
  const reshape: Given = ["Reshape", ["t0", "line"]];
  const read = (node: Given, weights: Record<string, number[]> = {}) =>
    difference(
      netBytes({
        nodes: [conv, reshape, node, ["Flatten", ["t2"]]],
        weights: { ...CONV, ...weights },
        whole: { line: [0, 4, 36] },
      }),
    );

  test.each<[Given, Record<string, number[]>?]>([
    [["Conv", ["t1", "w"], { pads: ints(2, 1), strides: ints(2), dilations: ints(2) }], { w: [6, 4, 3] }],
    [["Conv", ["t1", "w", "d"], { group: int(2), auto_pad: { string: "SAME_UPPER" } }], { w: [6, 2, 4], d: [6] }],
    [["ConvTranspose", ["t1", "w"], { strides: ints(2), pads: ints(1, 0), output_padding: ints(1) }], { w: [4, 3, 3] }],
    [["MaxPool", ["t1"], { kernel_shape: ints(3), strides: ints(2), ceil_mode: int(1) }]],
    [["AveragePool", ["t1"], { kernel_shape: ints(4), pads: ints(1, 2), count_include_pad: int(1) }]],
    [["GlobalAveragePool", ["t1"]]],
    [["GlobalMaxPool", ["t1"]]],
  ])("%j", async (node, weights) => {
    expect(await read(node, weights)).toBeLessThan(1e-6);
  });

  test("needs attributes of one axis", async () => {
    await expect(read(["Conv", ["t1", "w"], { strides: ints(2, 2) }], { w: [6, 4, 3] })).rejects.toThrow(
      /\(Conv\) has strides \[2,2\], but an input of 3 axes/,
    );
  });
});

describe("an attribute or input that is not supported is refused by name", () => {
  test.each<[Given, RegExp, Partial<Net>?]>([
    [["Relu", ["t0"], { slope: float(0.5) }], /\(Relu\) has an attribute that is not supported: slope = 0\.5/],
    [
      ["BatchNormalization", ["t0", "g", "g", "g", "g"], { training_mode: int(1) }],
      /node "t1" \(BatchNormalization\) has training_mode = 1; only 0 is supported/,
      { weights: { g: [4] } },
    ],
    [
      ["MaxPool", ["t0"], { kernel_shape: ints(2, 2), auto_pad: { string: "SAME" } }],
      /\(MaxPool\) has auto_pad = SAME; only NOTSET or SAME_UPPER/,
    ],
    [["Softmax", ["t0"], { axis: float(1) }], /\(Softmax\) has axis, which is not a whole number/],
    [["Softmax", ["t0"], { axis: int(0) }], /\(Softmax\) works along the batch/],
    [["ReduceMean", ["t0"]], /\(ReduceMean\) works along the batch/],
    [
      ["LayerNormalization", ["t0", "g"], { axis: int(0) }],
      /\(LayerNormalization\) has axis = 0, which is the batch axis/,
      { weights: { g: [6] } },
    ],
    [
      ["LayerNormalization", ["t0", "g"], { stash_type: int(16) }],
      /has stash_type = 16; only 1 is supported/,
      { weights: { g: [6] } },
    ],
    [
      ["Gelu", ["t0"], { approximate: { string: "sigmoid" } }],
      /\(Gelu\) has approximate = sigmoid; only none or tanh is supported/,
      { opset: 20 },
    ],
    [
      [
        "Resize",
        ["t0", "", "scales"],
        { mode: { string: "linear" }, coordinate_transformation_mode: { string: "tf_crop_and_resize" } },
      ],
      /\(Resize\) has coordinate_transformation_mode = tf_crop_and_resize/,
      { weights: { scales: [4] } },
    ],
    [
      ["Resize", ["t0", "", "", "sizes"], { keep_aspect_ratio_policy: { string: "not_larger" } }],
      /has keep_aspect_ratio_policy = not_larger; only stretch is supported/,
      { whole: { sizes: [1, 4, 3, 3] } },
    ],
    [["Relu", []], /\(Relu\) has no input "X"/],
    [["Conv", ["t0", ""]], /\(Conv\) has no input "W"/],
    [["Relu", ["t0", "t0"]], /\(Relu\) has 2 inputs; at most 1 supported/],
    [
      ["Reshape", ["t0", "t0"]],
      /\(Reshape\) takes "shape" from computed values; only constant whole numbers are supported/,
    ],
    [["Add", ["t0", "at"]], /\(Add\) computes with whole numbers \("B"\)/, { whole: { at: [1] } }],
    [["MaxPool", ["t0"]], /\(MaxPool\) has kernel_shape \[\]; only two whole numbers/],
    [
      ["GroupNormalization", ["t0", "g", "g"], { num_groups: int(3) }],
      /has num_groups = 3, which does not divide 4 channels/,
      { opset: 21, weights: { g: [4] } },
    ],
    [
      ["QuantizeLinear", ["t0", "p"]],
      /\(QuantizeLinear\) is not supported\. Give the model before quantisation of its activations/,
      { weights: { p: [] } },
    ],
  ])("%j", (node, message, more = {}) => {
    const bytes = netBytes({
      nodes: [conv, node, ["Flatten", ["t1"]]],
      ...more,
      weights: { ...CONV, ...more.weights },
    });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(message);
  });

  test("so is a second output that is read", () => {
    const bytes = netBytes({
      nodes: [
        conv,
        { type: "Dropout", inputs: ["t0"], outputs: ["d", "mask"], attributes: {} },
        ["Cast", ["mask"], { to: int(1) }],
        ["Flatten", ["t2"]],
      ],
      weights: CONV,
    });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(
      /node "d" \(Dropout\) has the output "mask" \(number 2\), which is not supported/,
    );
  });

  test("so is a shape that mixes the images of a batch", () => {
    const nodes: Given[] = [conv, ["Transpose", ["t0"], { perm: ints(1, 0, 2, 3) }], ["Reshape", ["t1", "to"]]];
    const bytes = netBytes({ nodes, weights: CONV, whole: { to: [-1, 144] } });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(
      /node "y" \(Reshape\) mixes the images of a batch: \[4,"batch",6,6\] to \[-1,144\]/,
    );
  });

  test("so is a name that two nodes give", () => {
    const twice: OnnxNode = { type: "Relu", inputs: ["t0"], outputs: ["t0"], attributes: {} };
    const bytes = netBytes({ nodes: [conv, twice, flat], weights: CONV });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(/outputs "t0" more than once/);
  });

  test("no graph that lacks an input or an attribute, or has one too many, is refused in JavaScript's words", () => {
    const rng = new Rng(7);
    const messages = CASES.flatMap(([, [type, inputs, attributes = {}], more = {}]) =>
      Array.from({ length: 12 }, () => {
        const spoiled = inputs.flatMap((name): string[] => {
          const draw = rng.uniform();
          return draw < 0.15 ? [] : draw < 0.3 ? [""] : draw < 0.45 ? [rng.uniform() < 0.5 ? "odd" : "zero"] : [name];
        });
        const kept = Object.entries(attributes).filter(() => rng.uniform() < 0.7);
        const node: Given = [type, spoiled, Object.fromEntries(kept)];
        const bytes = netBytes({
          nodes: [conv, node, flat],
          ...more,
          weights: { ...CONV, odd: [2, 3], none: [0], ...more.weights },
          whole: { zero: [0], ...more.whole },
        });
        try {
          onnxModelOf(bytes, { source: "net.onnx" });
          return "";
        } catch (cause) {
          return (cause as Error).message;
        }
      }),
    );
    expect(messages.filter((message) => message !== "").length).toBeGreaterThan(200);
    expect(
      messages.filter((message) =>
        /Cannot|undefined|is not a function|not iterable|contradict each other|graph can't be read/.test(message),
      ),
    ).toEqual([]);
  });
});

describe("networks", () => {
  const head: Given[] = [
    ["Flatten", ["t1"]],
    ["Gemm", ["t2", "w", "c"], { transB: int(1) }],
    ["Softmax", ["t3"], { axis: int(1) }],
  ];
  const WEIGHTS = { ...CONV, w: [5, 144], c: [5] };

  test.each([7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 20, 21])(
    "of opset %i are read, and are Keras's layers throughout",
    async (opset) => {
      const bytes = netBytes({ opset, nodes: [conv, ["Relu", ["t0"]], ...head], weights: WEIGHTS });
      expect(await difference(bytes, { isScores: false })).toBeLessThan(1e-6);
      const { model } = onnxModelOf(bytes, { source: "net.onnx" });
      expect(model.layers.map(({ className }) => className)).toEqual([
        "InputLayer",
        "Conv2D",
        "ReLU",
        "Flatten",
        "Dense",
        "Activation",
      ]);
      expect((await kerasBytes(model)).length).toBeGreaterThan(1000);
    },
  );

  test.each<[string, Record<string, OnnxAttribute>, readonly number[]]>([
    ["in groups", { group: int(3), kernel_shape: ints(3, 3) }, [6, 1, 3, 3]],
    ["in two strides and one-sided padding", { strides: ints(2, 2), pads: ints(0, 0, 1, 1) }, [4, 3, 3, 3]],
    ["with gaps", { dilations: ints(2, 2), pads: ints(2, 2, 2, 2) }, [4, 3, 3, 3]],
    ["SAME_LOWER", { strides: ints(2, 2), auto_pad: { string: "SAME_LOWER" }, kernel_shape: ints(3, 3) }, [4, 3, 3, 3]],
  ])("convolve %s", async (_, attributes, k) => {
    const bytes = netBytes({
      nodes: [
        ["Conv", ["x", "k"], attributes],
        ["Flatten", ["t0"]],
      ],
      weights: { k },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("compute shapes from the batch's, as PyTorch writes them", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Shape", ["t0"], "s"),
        named("Gather", ["s", "zero"], "n", { axis: int(0) }),
        named("Concat", ["n", "rest"], "to", { axis: int(0) }),
        named("Reshape", ["t0", "to"], "tokens"),
        named("Transpose", ["tokens"], "turned", { perm: ints(2, 0, 1) }),
        named("Transpose", ["turned"], "back", { perm: ints(1, 0, 2) }),
        named("MatMul", ["back", "w"], "mixed"),
        named("Add", ["mixed", "bias"], "biased"),
        named("ReduceMean", ["biased", "one"], "y", { keepdims: int(0) }),
      ],
      weights: { ...CONV, w: [4, 5], bias: [5] },
      whole: { zero: [0], rest: [4, 36], one: [1] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  // The windows of Swin: the batch is joined with their number, and parted from it.
  const made = (type: string, inputs: string[], output: string, attributes = {}): OnnxNode => {
    return { type, inputs, outputs: [output], attributes };
  };
  const windows = (times: number) =>
    netBytes({
      nodes: [
        conv,
        made("Transpose", ["t0"], "last", { perm: ints(0, 2, 3, 1) }),
        made("Reshape", ["last", "parted"], "parts"),
        made("Transpose", ["parts"], "turned", { perm: ints(0, 1, 3, 2, 4, 5) }),
        made("Reshape", ["turned", "rows"], "tokens"),
        made("MatMul", ["tokens", "w"], "mixed"),
        made("Reshape", ["mixed", "heads"], "headed"),
        made("Transpose", ["headed"], "qkv", { perm: ints(2, 0, 3, 1, 4) }),
        {
          type: "Split",
          inputs: ["qkv"],
          outputs: ["q", "k1", "v1"],
          attributes: { axis: int(0), num_outputs: int(3) },
        },
        made("Squeeze", ["q", "zero"], "q1"),
        made("Squeeze", ["k1", "zero"], "k2"),
        made("Squeeze", ["v1", "zero"], "v2"),
        made("Transpose", ["k2"], "kt", { perm: ints(0, 1, 3, 2) }),
        made("MatMul", ["q1", "kt"], "dots"),
        made("Gather", ["table", "places"], "row", { axis: int(1) }),
        made("Reshape", ["row", "square"], "biases"),
        made("Add", ["dots", "biases"], "biased"),
        made("Softmax", ["biased"], "attended", { axis: int(-1) }),
        made("MatMul", ["attended", "v2"], "seen"),
        made("Transpose", ["seen"], "seenLast", { perm: ints(0, 2, 1, 3) }),
        made("Reshape", ["seenLast", "rows"], "joined"),
        made("Reshape", ["joined", "back"], "unparted"),
        made("Transpose", ["unparted"], "placed", { perm: ints(0, 1, 3, 2, 4, 5) }),
        made("Reshape", ["placed", "whole"], "image"),
        made("ReduceMean", ["image", "sides"], "y", { keepdims: int(0) }),
      ],
      weights: { ...CONV, w: [4, 12], table: [2, 17] },
      whole: {
        parted: [-1, 2, 3, 2, 3, 4],
        rows: [times, 9, 4],
        heads: [times, 9, 3, 2, 2],
        back: [-1, 2, 2, 3, 3, 4],
        whole: [-1, 6, 6, 4],
        square: [1, 2, 9, 9],
        zero: [0],
        sides: [1, 2],
        places: Array.from({ length: 81 }, (_, i) => (i % 9) - Math.floor(i / 9) + 8),
      },
    });

  test("attend within windows, whose number is joined with the batch, and learn", async () => {
    expect(await difference(windows(-1))).toBeLessThan(1e-6);
    const read = onnxModelOf(windows(-1), { source: "net.onnx" });
    const { model } = await withProbabilities(read.model, { open: createSession });
    const optimizer = adam();
    const layout = flatLayout(model);
    const size = flatSize(layout.theta);
    // Weights, convolution, attention and the table of places.
    expect(size).toBe(108 + 4 + 48 + 34);
    const graph = trainingGraph(model, { batchSize: 8, optimizer, inputType: "float32" });
    const session = await createSession(compile(graph), { threads: 1 });
    const rng = new Rng(5);
    const theta = Float32Array.from(layout.theta.flatMap(({ value }) => [...value]));
    const feed = {
      images: { data: Float32Array.from({ length: 8 * 108 }, () => rng.normal()), shape: [8, 3, 6, 6] },
      labels: { data: Int32Array.from({ length: 8 }, (_, i) => i % 4), shape: [8] },
      theta: { data: theta, shape: [size] },
      learningRate: { data: Float32Array.of(0.01), shape: [] },
      step: { data: Float32Array.of(1), shape: [] },
    };
    const slots = Array.from({ length: optimizer.slots }, (_, i) => {
      return [`slot${i}`, { data: new Float32Array(size), shape: [size] }] as const;
    });
    const result = await session.run({ ...feed, ...Object.fromEntries(slots) });
    const next = result["theta.next"]!.data as Float32Array;
    const moved = next.filter((value, i) => value !== theta[i]).length;
    expect(moved).toBeGreaterThan(0.9 * size);
    expect(next.every(Number.isFinite)).toBe(true);
  });

  // For one image four windows are four; a file written so is read for any number of images.
  test("whose shapes were written down for one image are read for many", async () => {
    const [one, many] = [windows(4), windows(-1)].map((bytes) => onnxModelOf(bytes, { source: "net.onnx" }).model);
    const rng = new Rng(1);
    const images = { data: Float32Array.from({ length: 3 * 108 }, () => rng.normal()), shape: [3, 3, 6, 6] };
    const answers = await Promise.all(
      [one!, many!].map(async (model) => {
        const session = await createSession(compile(predictionGraph(model, "float32")), { threads: 1 });
        return (await session.run({ images })).output!.data as Float32Array;
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  test("that Leukogram wrote are read with their classes and size, in halves and plainly", async () => {
    const { model } = MODELS.get("cnn")!.build({
      imageSize: 32,
      classes: 5,
      momentum: 0.9,
      alpha: 1,
      head: "linear",
      frozen: false,
      preprocessing: "right",
    });
    model.initialize(4);
    const bytes = compile(exportGraph(model), { metadata: { imageSize: "[32,32]" } });
    const rng = new Rng(2);
    const data = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, () => rng.integer(256));
    const first = (await (await createSession(bytes)).run({ images: { data, shape: [2, 32, 32, 3] } })).probabilities!;
    for (const [file, within] of [
      [bytes, 1e-6],
      [halfWeights(bytes), 2e-3],
    ] as const) {
      const read = onnxModelOf(file, { source: "cnn.onnx" });
      const again = compile(exportGraph(read.model));
      const { probabilities } = await (await createSession(again)).run({ images: { data, shape: [2, 32, 32, 3] } });
      const values = probabilities!.data as Float32Array;
      expect(Math.max(...values.map((value, i) => Math.abs(value - (first.data as Float32Array)[i]!)))).toBeLessThan(
        within,
      );
    }
  });

  test("learn: a step of training lowers the loss, weights of operators that are no layer too", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        ["LayerNormalization", ["t0", "g", "o"]],
        ["Mul", ["t1", "cols"]],
        ["Flatten", ["t2"]],
        ["Gemm", ["t3", "w"]],
      ],
      weights: { ...CONV, g: [6], o: [6], cols: [6, 6], w: [144, 5] },
    });
    const read = onnxModelOf(bytes, { source: "net.onnx" });
    const { model } = await withProbabilities(read.model, { open: createSession });
    const layout = flatLayout(model);
    expect(flatSize(layout.theta)).toBe(108 + 4 + 6 + 6 + 36 + 720);
    const optimizer = adam();
    const graph = trainingGraph(model, { batchSize: 8, optimizer, inputType: "float32" });
    const session = await createSession(compile(graph));
    const rng = new Rng(5);
    const images = { data: Float32Array.from({ length: 8 * 108 }, () => rng.normal()), shape: [8, 3, 6, 6] };
    const labels = { data: Int32Array.from({ length: 8 }, (_, i) => i % 5), shape: [8] };
    const size = flatSize(layout.theta);
    let theta = Float32Array.from(layout.theta.flatMap(({ value }) => [...value]));
    let slots = Array.from({ length: optimizer.slots }, () => new Float32Array(size));
    const losses: number[] = [];
    for (let step = 1; step <= 12; step++) {
      const result = await session.run({
        images,
        labels,
        theta: { data: theta, shape: [size] },
        ...Object.fromEntries(slots.map((data, i) => [`slot${i}`, { data, shape: [size] }])),
        learningRate: { data: Float32Array.of(0.01), shape: [] },
        step: { data: Float32Array.of(step), shape: [] },
      });
      losses.push((result.loss!.data as Float32Array)[0]!);
      theta = result["theta.next"]!.data as Float32Array<ArrayBuffer>;
      slots = slots.map((_, i) => result[`slot${i}.next`]!.data as Float32Array<ArrayBuffer>);
    }
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  });
});

describe("what can't be read ends in words", () => {
  const read = (bytes: Uint8Array) => () => onnxModelOf(bytes, { source: "net.onnx" });
  const whole = netBytes({ nodes: [conv, ["Relu", ["t0"]], flat], weights: CONV });

  test.each<[string, Uint8Array, RegExp]>([
    ["text", new TextEncoder().encode("no model"), /^ERR_FORMAT net.onnx: not an ONNX model/],
    [
      "half a file",
      whole.subarray(0, whole.length >> 1),
      /^ERR_FORMAT net.onnx: not an ONNX model, or damaged\. Export/,
    ],
    [
      "an operator that is not known",
      netBytes({ nodes: [["NonZero", ["x"]]] }),
      /node "y" \(NonZero\) is not supported\. Supported: .*Conv/,
    ],
    [
      "another domain",
      netBytes({ nodes: [{ type: "Magic", domain: "my.ops", inputs: ["x"], outputs: ["y"], attributes: {} }] }),
      /node "y" \(Magic\) has the domain my\.ops, whose operators are not supported/,
    ],
    ["an old opset", netBytes({ nodes: [["Relu", ["x"]]], opset: 3 }), /uses opset 3; the oldest supported opset is 6/],
    ["no row", netBytes({ nodes: [["Relu", ["x"]]] }), /outputs 0 rows of scores/],
    ["what nothing gives", netBytes({ nodes: [["Relu", ["gone"]]] }), /reads "gone", which no earlier node outputs/],
    ["no images", netBytes({ nodes: [["Relu", ["x"]]] }, [7]), /takes "x" \[batch, 7\], not images/],
    [
      "images of open size",
      netBytes({ nodes: [["Relu", ["x"]]] }, [3, -1, -1]),
      /does not fix the image size.*--image-size 224/,
    ],
    [
      "a kernel that does not fit",
      netBytes({ nodes: [conv, flat], weights: { k: [4, 5, 3, 3], b: [4] } }),
      /net.onnx: node "t0": its kernel does not match its input/,
    ],
    [
      "a tensor that no memory holds",
      netBytes({
        nodes: [conv, ["Pad", ["t0", "pads"]], flat],
        weights: CONV,
        whole: { pads: [0, 0, 2e6, 2e6, 0, 0, 0, 0] },
      }),
      /has a tensor of \d+ entries per image/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(read(bytes)).toThrow(message);
  });
});
