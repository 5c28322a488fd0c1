import { compile } from "@leukogram/engine/graph/compile";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  Input,
  MaxPooling2D,
  ReLU,
  SeparableConv2D,
} from "@leukogram/engine/nn/layers/index";
import { Model, Sequential } from "@leukogram/engine/nn/model";
import { flatLayout, flatSize, predictionGraph, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { sgd } from "@leukogram/engine/nn/optimizers";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";

const names = (model: Model) => model.layers.map(({ name }) => name);

/** What a model says of float32 inputs [N, ...]. */
async function predict(model: Model, data: Float32Array, shape: readonly number[]): Promise<number[]> {
  const session = await createSession(compile(predictionGraph(model, "float32")));
  const { output } = await session.run({ images: { data, shape } });
  await session.release();
  return Array.from(output!.data, Number);
}

describe("names", () => {
  test("are the classes in Keras's snake case, numbered from the second on", () => {
    const model = new Sequential(
      [8, 8, 3],
      [
        new Conv2D({ filters: 2, kernelSize: 1 }),
        new Conv2D({ filters: 2, kernelSize: 1 }),
        new SeparableConv2D({ filters: 2, kernelSize: 1 }),
        new BatchNormalization(),
        new ReLU(),
        new MaxPooling2D(),
        new Conv2D({ filters: 2, kernelSize: 1 }),
        new GlobalAveragePooling2D(),
        new Dense({ units: 2 }),
      ],
    );
    expect(names(model)).toEqual([
      "input_layer",
      "conv2d",
      "conv2d_1",
      "separable_conv2d",
      "batch_normalization",
      "re_lu",
      "max_pooling2d",
      "conv2d_2",
      "global_average_pooling2d",
      "dense",
    ]);
  });

  test("that were given are kept, and not given again", () => {
    const model = new Sequential(
      [4],
      [new Dense({ units: 2, name: "dense_1" }), new Dense({ units: 2 }), new Dense({ units: 2 })],
    );
    expect(names(model)).toEqual(["input_layer", "dense_1", "dense", "dense_2"]);
  });

  test("that two layers share are refused", () => {
    const layers = [new Dense({ units: 2, name: "head" }), new Dense({ units: 2, name: "head" })];
    expect(() => new Sequential([4], layers)).toThrow('ERR_CONFIG model: two layers are named "head"');
  });

  test("find layers, and are named where they do not", () => {
    const head = new Dense({ units: 2, name: "head" });
    const model = new Sequential([4], [head], { name: "small" });
    expect(model.layer("head")).toBe(head);
    expect(() => model.layer("tail")).toThrow('ERR_CONFIG model small has no layer "tail"');
  });
});

describe("summary", () => {
  const model = new Sequential(
    [32, 32, 3],
    [
      new Conv2D({ filters: 16, kernelSize: 5, trainable: false }),
      new BatchNormalization(),
      new Flatten(),
      new Dense({ units: 5 }),
    ],
    { name: "tiny" },
  );

  test("has a row a layer, and the parameters as Keras counts them", () => {
    const lines = model.summary().split("\n");
    expect(lines[0]).toBe('Model: "tiny"');
    expect(lines.filter((line) => /^[a-z]/.test(line))).toEqual([
      "input_layer (InputLayer)                  (None, 32, 32, 3)         0  -",
      "conv2d (Conv2D)                           (None, 28, 28, 16)    1,216  no",
      "batch_normalization (BatchNormalization)  (None, 28, 28, 16)       64  yes",
      "flatten (Flatten)                         (None, 12544)             0  -",
      "dense (Dense)                             (None, 5)            62,725  yes",
    ]);
    expect(lines.slice(-3)).toEqual([
      "Total params: 64,005",
      "Trainable params: 62,757",
      "Non-trainable params: 1,248",
    ]);
  });

  test("agrees with the flat vectors", () => {
    const { theta, statistics } = flatLayout(model);
    expect(theta.map(({ name }) => name)).toEqual(["gamma", "beta", "kernel", "bias"]);
    expect(statistics.map(({ name }) => name)).toEqual(["moving_mean", "moving_variance"]);
    expect([flatSize(theta), flatSize(statistics), model.parameters]).toEqual([62_757, 32, 64_005]);
  });
});

describe("a shared layer", () => {
  test("has one set of weights and serves images of other sizes", () => {
    const image = Input([6, 6, 2]);
    const shared = new Conv2D({ filters: 2, kernelSize: 3, padding: "same" });
    const twice = shared.apply(new MaxPooling2D().apply(shared.apply(image)));
    const model = new Model({ input: image, output: new Flatten().apply(twice) });
    expect(names(model)).toEqual(["input_layer", "conv2d", "max_pooling2d", "flatten"]);
    expect(model.parameters).toBe(3 * 3 * 2 * 2 + 2);
  });

  test("is refused where its weights do not fit", () => {
    const shared = new Dense({ units: 2, name: "head" });
    shared.apply(Input([4]));
    expect(() => shared.apply(Input([5]))).toThrow("ERR_SHAPE head (Dense) on [5]: its weights were made for [4]");
  });
});

describe("a model from an inner layer", () => {
  const image = Input([4, 4, 1]);
  const features = new GlobalAveragePooling2D().apply(new Conv2D({ filters: 3, kernelSize: 2 }).apply(image));
  const dense = new Dense({ units: 3, name: "inner" }).apply(features);
  const output = new Dense({ units: 2, activation: "softmax" }).apply(dense);
  const whole = new Model({ input: image, output }).initialize(0);

  test("has the layers behind it alone, and shares their weights", () => {
    const head = new Model({ input: dense, output });
    expect(names(head)).toEqual(["input_layer", "dense"]);
    expect([...head.weights.keys()]).toEqual(["dense/kernel", "dense/bias"]);
    expect(head.weights.get("dense/kernel")).toBe(whole.weights.get("dense/kernel"));
    expect(head.parameters).toBe(8);
    expect(Object.keys(trainingGraph(head, { batchSize: 2, optimizer: sgd(), inputType: "float32" }))).toContain(
      "theta.next",
    );
  });

  test("and one up to there make the whole", async () => {
    const pixels = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
    const between = await predict(new Model({ input: image, output: dense }), pixels, [2, 1, 4, 4]);
    const head = new Model({ input: dense, output });
    const parts = await predict(head, Float32Array.from(between), [2, 3]);
    expect(parts.map((p) => p.toFixed(6))).toEqual(
      (await predict(whole, pixels, [2, 1, 4, 4])).map((p) => p.toFixed(6)),
    );
  });

  test("is refused where the output follows from elsewhere", () => {
    expect(() => new Model({ input: Input([3]), output })).toThrow(
      "ERR_CONFIG model: its output depends on an input other than the one given",
    );
  });
});

describe("setWeights", () => {
  const model = () => new Sequential([2], [new Dense({ units: 3 })], { name: "small" }).initialize(0);

  test("copies what it is given", () => {
    const own = model();
    const bias = Float32Array.of(1, 2, 3);
    own.setWeights(new Map([["dense/bias", bias]]));
    bias[0] = 9;
    expect([...own.weights.get("dense/bias")!.value]).toEqual([1, 2, 3]);
  });

  test.each([
    ["a path that is not known", "dense/gamma", 3, 'ERR_WEIGHTS model small has no weight "dense/gamma"'],
    ["too few numbers", "dense/kernel", 5, "ERR_WEIGHTS dense/kernel: expected [2, 3], received 5 numbers"],
  ])("refuses %s and changes nothing", (_, path, length, message) => {
    const own = model();
    const values = new Map([
      ["dense/bias", Float32Array.of(1, 2, 3)],
      [path, new Float32Array(length)],
    ]);
    expect(() => own.setWeights(values)).toThrow(message);
    expect([...own.weights.get("dense/bias")!.value]).toEqual([0, 0, 0]);
  });
});

describe("shape errors name the layer and the shapes", () => {
  const image = Input([8, 8, 3]);
  test.each([
    [
      "a kernel that is larger than the image",
      () => new Conv2D({ filters: 1, kernelSize: 9, name: "wide" }).apply(image),
      "ERR_SHAPE wide (Conv2D) on [8, 8, 3]: convolution: a 9x9 kernel does not fit into [1, 3, 8, 8]",
    ],
    [
      "a convolution of features",
      () => new Conv2D({ filters: 1, kernelSize: 3 }).apply(Input([10])),
      "ERR_SHAPE Conv2D on [10]: expected an image [H, W, C], received [10]. Add a Reshape before it.",
    ],
    [
      "a pooling of features",
      () => new MaxPooling2D().apply(Input([10])),
      "ERR_SHAPE MaxPooling2D on [10]: pooling: expected [N, C, H, W], received [1, 10]",
    ],
    [
      "a mean over features",
      () => new GlobalAveragePooling2D().apply(Input([10])),
      "ERR_SHAPE GlobalAveragePooling2D on [10]: reduce: [1, 10] has no axes 2, 3",
    ],
    [
      "a sum of other sizes",
      () => new Add({ name: "sum" }).apply([image, Input([4, 4, 3])]),
      "ERR_SHAPE sum (Add) on [8, 8, 3], [4, 4, 3]: broadcast: [1, 3, 8, 8] and [1, 3, 4, 4] are not compatible",
    ],
    [
      "a sum of one",
      () => new Add().apply(image),
      "ERR_SHAPE Add on [8, 8, 3]: merge: expected two or more tensors of one rank",
    ],
  ] as const)("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("and an activation that is not known is a matter of the settings", () => {
    const layer = new Activation({ activation: "glu" as "relu", name: "act" });
    expect(() => layer.apply(image)).toThrow(
      /^ERR_CONFIG act \(Activation\) on \[8, 8, 3\]: unknown activation "glu"\. Use one of linear, relu,/,
    );
  });

  test("as does a setting that makes no sense", () => {
    expect(() => new Dropout({ rate: 1 })).toThrow("ERR_CONFIG Dropout: expected a rate from 0 to below 1, received 1");
    expect(() => new Conv2D({ filters: 1, kernelSize: 0 })).toThrow(
      "ERR_CONFIG Conv2D kernelSize: expected whole numbers above 0, received 0",
    );
    expect(() => new MaxPooling2D({ padding: "causal" as "same" })).toThrow(
      'ERR_CONFIG pooling padding: expected valid or same, received "causal"',
    );
  });
});

test("a model that does not end in a softmax can't be trained as a classifier", () => {
  const model = new Sequential([4], [new Dense({ units: 2 })], { name: "scores" });
  expect(() => trainingGraph(model, { batchSize: 1, optimizer: sgd() })).toThrow(
    "ERR_CONFIG model scores does not end in a softmax, so it can't be trained as a classifier",
  );
});
