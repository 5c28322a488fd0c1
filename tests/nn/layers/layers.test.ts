import { Rng } from "@leukogram/engine/core/rng";
import { gradients } from "@leukogram/engine/graph/autodiff";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { CallContext, Layer } from "@leukogram/engine/nn/layer";
import {
  Activation,
  BatchNormalization,
  Concatenate,
  Cropping2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  Input,
  LayerScale,
  MaxPooling2D,
  Normalization,
  Rescaling,
  Reshape,
  ZeroPadding2D,
} from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { FIXED, flatLayout, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { sgd } from "@leukogram/engine/nn/optimizers";
import { describe, expect, test } from "vitest";
import { runGraph } from "../../support/graph.ts";

/** Entries of an array in Keras's order, as the graph's layout has them: [N, H, W, C] -> [N, C, H, W]. */
const fromKeras = (x: Tensor) => ops.transpose(x, [0, 3, 1, 2]);
const toKeras = (x: Tensor) => ops.transpose(x, [0, 2, 3, 1]);
const counted = (...shape: number[]) =>
  ops.constant(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
    shape,
  );

async function entries(y: Tensor): Promise<number[]> {
  return [...(await runGraph({ y })).y!];
}

/** A layer that knows its shapes. */
function built<L extends Layer>(layer: L, ...shapes: number[][]): L {
  layer.apply(shapes.map((shape) => Input(shape)));
  layer.initialize(new Rng(0));
  return layer;
}

describe("orders are Keras's, channels last", () => {
  test("Flatten", async () => {
    const y = new Flatten().call([fromKeras(counted(1, 2, 2, 3))]);
    expect(await entries(y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("Reshape to an image, to rows, and with a size left open", async () => {
    const image = new Reshape({ targetShape: [3, -1, 2] }).call([counted(1, 12)]);
    expect(image.shape).toEqual([1, 2, 3, 2]);
    expect(await entries(toKeras(image))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const rows = new Reshape({ targetShape: [4, 3] }).call([fromKeras(counted(1, 2, 2, 3))]);
    expect(await entries(rows)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("Reshape refuses what does not fit", () => {
    expect(() => new Reshape({ targetShape: [5, -1] }).apply(Input([12]))).toThrow(
      "ERR_SHAPE Reshape on [12]: reshape: 12 entries do not match [5, -1]",
    );
  });

  test.each([
    [-1, [4, 4, 6]],
    [3, [4, 4, 6]],
    [1, [8, 4, 3]],
    [2, [4, 8, 3]],
    [-2, [4, 8, 3]],
  ])("Concatenate along axis %i", (axis, shape) => {
    expect(new Concatenate({ axis }).apply([Input([4, 4, 3]), Input([4, 4, 3])]).shape).toEqual(shape);
  });

  test("Concatenate refuses an axis that is not there, and sizes that differ", () => {
    const two = [Input([4, 4, 3]), Input([4, 5, 3])];
    expect(() => new Concatenate({ axis: 4 }).apply(two)).toThrow("axis 4 is outside a tensor with 4 axes");
    expect(() => new Concatenate().apply(two)).toThrow("ERR_SHAPE Concatenate on [4, 4, 3], [4, 5, 3]: concat:");
  });

  test("Dense and softmax on images work on the channels", async () => {
    const dense = built(new Dense({ units: 2 }), [2, 2, 2]);
    dense.weights[0]!.value = Float32Array.of(1, 10, 2, 20); // [from, to]
    dense.weights[1]!.value = Float32Array.of(100, 0);
    expect(await entries(toKeras(dense.call([fromKeras(counted(1, 2, 2, 2))], FIXED)))).toEqual([
      102, 20, 108, 80, 114, 140, 120, 200,
    ]);
    const soft = new Activation({ activation: "softmax" }).call([fromKeras(counted(1, 2, 2, 2))]);
    const share = 1 / (1 + Math.E);
    for (const [i, p] of (await entries(toKeras(soft))).entries())
      expect(p).toBeCloseTo(i % 2 === 0 ? share : 1 - share, 6);
  });
});

describe("BatchNormalization", () => {
  const rows = ops.constant(Float32Array.of(1, 10, 3, 30), [2, 2]);
  const training = (updates: Map<string, Tensor>): CallContext => ({
    ...FIXED,
    training: true,
    update: ({ name }, value) => updates.set(name, value),
  });

  test("normalises by the batch and moves its statistics towards it", async () => {
    const layer = built(new BatchNormalization({ momentum: 0.75, epsilon: 0 }), [2]);
    const updates = new Map<string, Tensor>();
    expect(await entries(layer.call([rows], training(updates)))).toEqual([-1, -1, 1, 1]);
    expect(await entries(updates.get("moving_mean")!)).toEqual([0.5, 5]);
    expect(await entries(updates.get("moving_variance")!)).toEqual([1, 25.75]);
  });

  test("takes rows of several axes by the last", async () => {
    const layer = built(new BatchNormalization({ epsilon: 0 }), [1, 2]);
    const x = ops.constant(Float32Array.of(1, 10, 3, 30), [2, 1, 2]);
    expect(await entries(layer.call([x], training(new Map())))).toEqual([-1, -1, 1, 1]);
  });

  test("when frozen uses the moving statistics and leaves them", async () => {
    const layer = built(new BatchNormalization({ epsilon: 0, trainable: false }), [2]);
    layer.weights[2]!.value = Float32Array.of(1, 0);
    layer.weights[3]!.value = Float32Array.of(4, 100);
    const updates = new Map<string, Tensor>();
    expect(await entries(layer.call([rows], training(updates)))).toEqual([0, 1, 1, 3]);
    expect(updates.size).toBe(0);
  });

  test("when frozen is in neither of the flat vectors, so that its gamma is not trained", () => {
    const layers = [new BatchNormalization({ trainable: false }), new Dense({ units: 2, activation: "softmax" })];
    const model = new Sequential([3], layers).initialize(0);
    expect([...model.trainableWeights.keys()]).toEqual(["dense/kernel", "dense/bias"]);
    expect(flatLayout(model).statistics).toEqual([]);
    const graph = trainingGraph(model, { batchSize: 2, optimizer: sgd(), inputType: "float32" });
    expect(graph["theta.next"]!.shape).toEqual([8]);
    expect(graph).not.toHaveProperty(["statistics.next"]);
  });
});

describe("Dropout", () => {
  const layer = new Dropout({ rate: 0.3 });
  const COUNT = 20_000;
  const draw = (seed: number) => {
    const rng = new Rng(seed);
    return Float32Array.from({ length: COUNT }, () => rng.uniform());
  };
  const dropped = async (seed: number) => {
    const x = ops.full([1, COUNT], 1);
    const context = { ...FIXED, training: true, random: (shape: readonly number[]) => ops.constant(draw(seed), shape) };
    return entries(layer.call([x], context));
  };

  test("drops its share and keeps the mean", async () => {
    const kept = await dropped(1);
    expect(new Set(kept)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    // Four standard errors of a share of 0.3 among 20,000 are 0.013.
    expect(Math.abs(kept.filter((value) => value === 0).length / COUNT - 0.3)).toBeLessThan(0.013);
    expect(Math.abs(kept.reduce((sum, value) => sum + value, 0) / COUNT - 1)).toBeLessThan(0.02);
  });

  test("drops others where the numbers drawn are others, the same where they are the same", async () => {
    expect(await dropped(1)).toEqual(await dropped(1));
    expect(await dropped(1)).not.toEqual(await dropped(2));
  });

  test("passes no gradient through what it dropped", async () => {
    const x = ops.input("x", [1, 3]);
    const random = (shape: readonly number[]) => ops.constant(Float32Array.of(0.1, 0.5, 0.9), shape);
    const y = new Dropout({ rate: 0.5 }).call([x], { ...FIXED, training: true, random });
    const dx = gradients(ops.reduceSum(y, [0, 1]), [x])[0]!;
    const found = await runGraph({ dx }, { x: { data: new Float32Array(3), shape: [1, 3] } });
    expect([...found.dx!]).toEqual([0, 0, 2]);
  });

  test("is nothing in inference, nor at a rate of 0", () => {
    const x = ops.input("x", [1, 3]);
    expect(layer.call([x], FIXED)).toBe(x);
    expect(new Dropout({ rate: 0 }).call([x], { ...FIXED, training: true })).toBe(x);
  });

  test("asks a training step for numbers of its own, layer by layer", () => {
    const layers = [
      new Dropout({ rate: 0.5 }),
      new Dense({ units: 4 }),
      new Dropout({ rate: 0.5 }),
      new Dense({ units: 2, activation: "softmax" }),
    ];
    const graph = trainingGraph(new Sequential([3], layers), { batchSize: 5, optimizer: sgd(), inputType: "float32" });
    const found = new Map<string, readonly unknown[]>();
    const visit = (t: Tensor): void => {
      if (t.op.name === "input") found.set(t.attributes.name as string, t.shape);
      for (const input of t.inputs) visit(input);
    };
    visit(graph.loss!);
    expect([found.get("random0"), found.get("random1")]).toEqual([
      [5, 3],
      [5, 4],
    ]);
  });
});

describe("layers that scale or cut", () => {
  test("Normalization takes mean and variance as settings or as weights", async () => {
    const x = fromKeras(counted(1, 1, 2, 2)); // channels 0, 2 and 1, 3
    const told = new Normalization({ mean: [1, 2], variance: [4, 9] });
    expect(await entries(toKeras(told.call([x], FIXED)))).toEqual([-0.5, -1 / 3, 0.5, 1 / 3].map(Math.fround));
    const learned = built(new Normalization(), [1, 2, 2]);
    expect(learned.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ["mean", [2]],
      ["variance", [2]],
      ["count", []],
    ]);
    learned.weights[0]!.value.set([1, 2]);
    learned.weights[1]!.value.set([4, 9]);
    expect(await entries(toKeras(learned.call([x], FIXED)))).toEqual([-0.5, -1 / 3, 0.5, 1 / 3].map(Math.fround));
    expect(() => new Normalization({ mean: 1 })).toThrow(
      "ERR_CONFIG Normalization: mean and variance must be given together",
    );
  });

  test("Rescaling with a number a channel", async () => {
    const y = new Rescaling({ scale: [1, 10], offset: [0, 1] }).call([fromKeras(counted(1, 1, 2, 2))]);
    expect(await entries(toKeras(y))).toEqual([0, 11, 2, 31]);
    expect(await entries(new Rescaling({ scale: [1, 10] }).call([counted(1, 2)]))).toEqual([0, 10]);
  });

  test("LayerScale begins small, and its weight has a gradient", async () => {
    const layer = built(new LayerScale({ initValues: 0.5, projectionDim: 2 }), [1, 2, 2]);
    expect(await entries(toKeras(layer.call([fromKeras(counted(1, 1, 2, 2))], FIXED)))).toEqual([0, 0.5, 1, 1.5]);
    const gamma = ops.input("gamma", [2]);
    const context = { ...FIXED, weight: () => gamma };
    const loss = ops.reduceSum(layer.call([fromKeras(counted(1, 1, 2, 2))], context), [0, 1, 2, 3]);
    const [slope] = gradients(loss, [gamma]);
    const { y } = await runGraph({ y: slope! }, { gamma: { data: Float32Array.of(1, 1), shape: [2] } });
    expect([...y!]).toEqual([2, 4]);
  });

  test("Cropping2D cuts rows, then columns", async () => {
    const y = new Cropping2D({
      cropping: [
        [1, 0],
        [0, 1],
      ],
    }).call([fromKeras(counted(1, 2, 3, 1))]);
    expect(await entries(toKeras(y))).toEqual([3, 4]);
  });

  test("pooling over the whole image keeps its axes where asked", async () => {
    const x = fromKeras(counted(1, 2, 2, 2));
    const pooled = [new GlobalAveragePooling2D({ keepdims: true }), new GlobalMaxPooling2D({ keepdims: true })];
    for (const [i, layer] of pooled.entries()) {
      const y = layer.call([x]);
      expect(y.shape).toEqual([1, 2, 1, 1]);
      expect(await entries(y)).toEqual(
        [
          [3, 4],
          [6, 7],
        ][i],
      );
    }
  });

  test("Dropout of whole images draws one number an image", () => {
    const shapes: (readonly number[])[] = [];
    const context: CallContext = {
      ...FIXED,
      training: true,
      random(shape) {
        shapes.push(shape);
        return ops.full(shape, 0.9);
      },
    };
    new Dropout({ rate: 0.5, noiseShape: [null, 1, 1, 1] }).call([counted(3, 2, 4, 4)], context);
    new Dropout({ rate: 0.5 }).call([counted(3, 2, 4, 4)], context);
    expect(shapes).toEqual([
      [3, 1, 1, 1],
      [3, 2, 4, 4],
    ]);
  });

  // ONNX Runtime would take the zeros for padding that never wins.
  test("zeros around an image win against what is negative when it is pooled", async () => {
    const x = ops.neg(ops.add(fromKeras(counted(1, 2, 2, 1)), ops.scalar(1)));
    const padded = new ZeroPadding2D({ padding: 1 }).call([x]);
    const y = new MaxPooling2D({ poolSize: 2, strides: 1 }).call([padded]);
    const { y: found } = await runGraph({ y }, {});
    expect([...found!].map((value) => Math.round(value) + 0)).toEqual([0, 0, 0, 0, -1, 0, 0, 0, 0]);
    expect(await entries(new MaxPooling2D({ poolSize: 2, strides: 1, padding: "same" }).call([x]))).toEqual([
      -1, -2, -3, -4,
    ]);
  });
});
