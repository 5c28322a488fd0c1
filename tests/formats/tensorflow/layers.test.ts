// Operators of TensorFlow that are layers, against our own layers with the same weights.
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import type { Layer } from "@leukogram/engine/nn/layer";
import {
  Activation,
  AveragePooling2D,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalMaxPooling2D,
  MaxPooling2D,
  ReLU,
  ZeroPadding2D,
} from "@leukogram/engine/nn/layers/index";
import { describe, expect, test } from "vitest";
import { answer, average, expectClose, pictures, soft, softmaxOf, withWeights } from "./answers.ts";
import {
  ends,
  gap,
  int,
  ints,
  matrix,
  type Numbers,
  node,
  one,
  read,
  reals,
  SAME,
  SHAPE,
  text,
  texts,
  VALID,
  whole,
  yes,
} from "./tensorflowNet.ts";

const [k, d, b] = [reals("k", 3, 2, 3, 4), reals("d", 3, 3, 3, 2), reals("b", 4)];
const b6 = reals("b6", 6);
const norm = ["gamma", "beta", "mean", "pvariance"].map((name) => [name, reals(name, 3)] as const);

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
    expectClose(await answer(model), await answer(expected));
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
    expectClose(await answer(model), await answer(withWeights(SHAPE, layers, [w, bias, turned])));
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
    const data = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) => {
      const image = data.subarray(90 * n, 90 * n + 90);
      const channel = (c: number) => image.filter((_, i) => i % 3 === c);
      const means = [0, 1, 2].map((c) => channel(c).reduce((sum, x) => sum + x, 0) / 30);
      return [0, 1, 2].map((c) => {
        const sum = means.reduce((all, mean, i) => all + mean * g3.data[3 * i + c]!, b3.data[c]!);
        return Math.max(...channel(c).map((x) => x / (1 + Math.exp(-sum))));
      });
    });
    expectClose(await answer(model), softmaxOf(scores, 3));
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
    expectClose(await answer(model), await answer(withWeights(SHAPE, layers, [k, b])));
  });
});
