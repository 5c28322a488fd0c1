// Whole networks are read, answer as ONNX Runtime does for the file itself, and learn.
import { Rng } from "@leukogram/engine/core/rng";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import type { OnnxAttribute } from "@leukogram/engine/graph/onnx/proto";
import { withProbabilities } from "@leukogram/engine/models/outputs";
import { MODELS } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { flatLayout, flatSize, predictionGraph, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { adam } from "@leukogram/engine/nn/optimizers";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";
import { difference } from "./difference.ts";
import { CONV, conv, type Given, int, ints, named, netBytes } from "./onnxNet.ts";

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
  const windows = (times: number) =>
    netBytes({
      nodes: [
        conv,
        named("Transpose", ["t0"], "last", { perm: ints(0, 2, 3, 1) }),
        named("Reshape", ["last", "parted"], "parts"),
        named("Transpose", ["parts"], "turned", { perm: ints(0, 1, 3, 2, 4, 5) }),
        named("Reshape", ["turned", "rows"], "tokens"),
        named("MatMul", ["tokens", "w"], "mixed"),
        named("Reshape", ["mixed", "heads"], "headed"),
        named("Transpose", ["headed"], "qkv", { perm: ints(2, 0, 3, 1, 4) }),
        {
          type: "Split",
          inputs: ["qkv"],
          outputs: ["q", "k1", "v1"],
          attributes: { axis: int(0), num_outputs: int(3) },
        },
        named("Squeeze", ["q", "zero"], "q1"),
        named("Squeeze", ["k1", "zero"], "k2"),
        named("Squeeze", ["v1", "zero"], "v2"),
        named("Transpose", ["k2"], "kt", { perm: ints(0, 1, 3, 2) }),
        named("MatMul", ["q1", "kt"], "dots"),
        named("Gather", ["table", "places"], "row", { axis: int(1) }),
        named("Reshape", ["row", "square"], "biases"),
        named("Add", ["dots", "biases"], "biased"),
        named("Softmax", ["biased"], "attended", { axis: int(-1) }),
        named("MatMul", ["attended", "v2"], "seen"),
        named("Transpose", ["seen"], "seenLast", { perm: ints(0, 2, 1, 3) }),
        named("Reshape", ["seenLast", "rows"], "joined"),
        named("Reshape", ["joined", "back"], "unparted"),
        named("Transpose", ["unparted"], "placed", { perm: ints(0, 1, 3, 2, 4, 5) }),
        named("Reshape", ["placed", "whole"], "image"),
        named("ReduceMean", ["image", "sides"], "y", { keepdims: int(0) }),
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
