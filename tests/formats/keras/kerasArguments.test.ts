// What Keras's files say of calls, operators and settings: honoured with Keras's numbers, or refused by name.
import { join } from "node:path";
import { legacyModel } from "@leukogram/engine/formats/keras/kerasLegacy";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { decodeImage } from "leukogram/data/pictures/image";
import { describe, expect, test } from "vitest";
import { shared, sharedJson, testWith } from "../../support/shared.ts";
import {
  described,
  ellipsis,
  functional,
  image,
  kerasTensor,
  lambda,
  layer3,
  slice,
  tensor,
  type Use,
  use3,
} from "./kerasNet.ts";

async function ask(model: Model, data: ArrayLike<number>): Promise<number[]> {
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({
    images: { data: Float32Array.from(data), shape: [1, ...model.input.shape] },
  });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const expectNear = (found: readonly number[], wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 4);
};

// As keras 3.15.1 and tf_keras 2.21 write them; x is 1, 2, 4.
const OPERATORS: readonly (readonly [string, Use, readonly number[]])[] = [
  ["255 - x", use3("Subtract", [255, image]), [254, 253, 251]],
  ["x - 255", use3("Subtract", [image, 255]), [-254, -253, -251]],
  ["1 / x", use3("TrueDivide", [1, image]), [1, 0.5, 0.25]],
  ["x / 4", use3("TrueDivide", [image, 4]), [0.25, 0.5, 1]],
  ["x ** 2", use3("Power", [image, 2]), [1, 4, 16]],
  ["2 ** x", use3("Power", [2, image]), [2, 4, 16]],
  ["x - vector", use3("Subtract", [image, tensor([1, 0, 3])]), [0, 2, 1]],
  ["vector - x", use3("Subtract", [tensor([1, 0, 3]), image]), [0, -2, -1]],
  ["x + [[vector]]", use3("Add", [image, tensor([[1, 0, 3]])]), [2, 2, 7]],
  ["x + x by operator", use3("Add", [image, image]), [2, 4, 8]],
  ["x[..., ::-1]", use3("GetItem", [image, [ellipsis, slice(null, null, -1)]]), [4, 2, 1]],
  ["x[..., 1:]", use3("GetItem", [image, [ellipsis, slice(1, null, null)]]), [2, 4]],
  ["x[:, -1:]", use3("GetItem", [image, [slice(null, null, null), slice(-1, null, null)]]), [4]],
  ["clip", use3("Clip", [image], { config: { x_min: 1.5, x_max: 3 } }), [1.5, 2, 3]],
  [
    "tf 255 - x",
    lambda("math.subtract", [["_CONSTANT_VALUE", -1, 255, { y: ["in", 0, 0], name: null }]]),
    [254, 253, 251],
  ],
  ["tf x - vector", lambda("math.subtract", [["in", 0, 0, { y: [1, 0, 3], name: null }]]), [0, 2, 1]],
  ["tf x + x", lambda("__operators__.add", [["in", 0, 0, { y: ["in", 0, 0], name: null }]]), [2, 4, 8]],
  ["tf bias_add", lambda("nn.bias_add", [["in", 0, 0, { bias: [1, 0, 3], data_format: "NHWC" }]]), [2, 2, 7]],
  [
    "tf x[..., ::-1]",
    lambda("__operators__.getitem", [
      ["in", 0, 0, { slice_spec: [{ class_name: "__ellipsis__" }, { start: null, stop: null, step: -1 }] }],
    ]),
    [4, 2, 1],
  ],
  [
    "tf concat",
    lambda("concat", [
      [
        ["in", 0, 0, { axis: -1 }],
        ["in", 0, 0, { axis: -1 }],
      ],
    ]),
    [1, 2, 4, 1, 2, 4],
  ],
];

describe("operators take their arguments where Keras has them", () => {
  test.each(OPERATORS)("%s", async (_, use, wanted) => {
    const { model } = described(functional([3], { op: use }));
    expectNear(await ask(model, [1, 2, 4]), wanted);
  });

  test("preprocess_input of caffe, as Keras 3 saves it: single channels, stacked, and a constant", async () => {
    const one = (place: number) => use3("GetItem", [image, [ellipsis, place]]);
    const { model } = described(
      functional([1, 1, 3], {
        blue: one(2),
        green: one(1),
        red: one(0),
        bgr: use3("Stack", [[kerasTensor("blue"), kerasTensor("green"), kerasTensor("red")]], { config: { axis: -1 } }),
        less: use3("Add", [kerasTensor("bgr"), tensor([[[[-103.939, -116.779, -123.68]]]])]),
      }),
    );
    // keras.applications.imagenet_utils.preprocess_input([[10, 100, 200]], mode="caffe")
    expectNear(await ask(model, [10, 100, 200]), [96.061, -16.779, -113.68]);
  });
});

describe("arguments of calls", () => {
  const norm = { axis: [1] };
  const older = (kwargs: object): Use => ({
    class_name: "BatchNormalization",
    config: norm,
    inbound_nodes: [[["in", 0, 0, kwargs]]],
  });

  test("training=True is refused in files of Keras 2, which then predicts with the batch's statistics", () => {
    expect(() => described(functional([4], { norm: older({ training: true }) }), { kerasVersion: "2.15.0" })).toThrow(
      /^ERR_FORMAT m\.keras: layer "norm" \(BatchNormalization\): training true is not supported\. With it, Keras uses batch statistics/,
    );
  });

  // Also what Keras 3 writes of every Random* layer.
  test("training=True in files of Keras 3 is passed over, as model.predict does, and that is said", () => {
    const norm3 = layer3("BatchNormalization", norm, { training: true });
    expect(described(functional([4], { norm: norm3 })).notes).toEqual([
      'layer "norm" is called with training=True, which Keras 3 ignores in prediction',
    ]);
    expect(described(functional([4, 4, 1], { flip: layer3("RandomFlip", {}, { training: true }) })).notes).toEqual([
      'layer "flip" (RandomFlip) has no effect in prediction and was removed',
    ]);
  });

  test("training=True of a frozen layer, training=False and mask=None mean nothing special", () => {
    const frozen = layer3("BatchNormalization", { ...norm, trainable: false }, { training: true });
    const plain = older({ training: false, mask: null });
    for (const use of [frozen, plain])
      expect(described(functional([4], { norm: use })).model.output.shape).toEqual([4]);
  });

  test("training=True of a model within the model goes on to its layers", () => {
    const inner = functional([4], { drop: layer3("Dropout", { rate: 0.5 }) }) as { config: object };
    const outer = (training: boolean) =>
      functional([4], { inner: { ...layer3("Functional", inner.config, { training }) } });
    expect(() => described(outer(true), { kerasVersion: "2.15.0" })).toThrow(
      'layer "drop" (Dropout): training true is not supported',
    );
    expect(described(outer(false)).model.output.shape).toEqual([4]);
  });

  test("an argument that is not known is refused by name", () => {
    expect(() => described(functional([4], { d: layer3("Dense", { units: 2 }, { routing: "top" }) }))).toThrow(
      'ERR_FORMAT m.keras: layer "d" (Dense): argument routing "top" is unknown. A newer Keras may have added it.',
    );
    expect(() =>
      described(functional([3], { op: use3("Clip", [image], { config: { x_min: 0, x_max: 1, soft: true } }) })),
    ).toThrow('layer "op" (Clip): argument soft true is unknown');
    expect(() => described(functional([3], { op: use3("Subtract", [image, image, 3]) }))).toThrow(
      'layer "op" (Subtract): called with 3 arguments, but takes 2',
    );
  });

  const attention = { num_heads: 1, key_dim: 2 };

  test("use_causal_mask is refused", () => {
    const use = layer3("MultiHeadAttention", attention, { value: image, use_causal_mask: true });
    expect(() => described(functional([3, 2], { a: use }))).toThrow(
      'layer "a" (MultiHeadAttention): use_causal_mask true',
    );
  });

  test("value and key of an attention in files of tf_keras are its second and third input", () => {
    const scaled = lambda("math.multiply", [["in", 0, 0, { y: 2, name: null }]]);
    const use: Use = {
      class_name: "MultiHeadAttention",
      config: attention,
      inbound_nodes: [[["in", 0, 0, { key: ["scaled", 0, 0], value: ["in", 0, 0] }]]],
    };
    const { model } = described(functional([3, 2], { scaled, a: use }));
    expect(model.output.inputs.map((input) => input.layer.name)).toEqual(["in", "in", "scaled"]);
  });

  test("a class of another module that is called as one of Keras is refused", () => {
    const own = { ...layer3("Dense", { units: 2 }), module: "my_layers" };
    expect(() => described(functional([3], { d: own }))).toThrow(
      'layer "d" (Dense): a class of the module my_layers, not of Keras',
    );
  });

  test("operators in HDF5 files of Keras 3, which say no module", () => {
    const reshape: Use = {
      class_name: "Reshape",
      config: { newshape: [-1, 2, 2] },
      inbound_nodes: [{ args: [image], kwargs: {} }],
    };
    expect(described(functional([4], { op: reshape })).model.output.shape).toEqual([2, 2]);
    const sum: Use = { class_name: "Add", config: {}, inbound_nodes: [{ args: [image, 3], kwargs: {} }] };
    expect(described(functional([4], { op: sum })).model.output.layer.className).toBe("Rescaling");
  });

  test("an operator that is not known is refused by name", () => {
    expect(() => described(functional([3], { op: use3("Round", [image]) }))).toThrow(
      'ERR_FORMAT m.keras: layer "op": the operator Round is not supported. Supported: Abs,',
    );
    expect(() => described(functional([3], { op: lambda("math.round", [["in", 0, 0, {}]]) }))).toThrow(
      'layer "op": the operator math.round is not supported',
    );
    expect(() => described(functional([3], { op: use3("Cast", [image], { config: { dtype: "int32" } }) }))).toThrow(
      'layer "op" (Cast): casts to int32, which is not supported',
    );
  });
});

describe("settings", () => {
  test("a layer given as an activation keeps its own settings", async () => {
    const activation = { module: "keras.layers", class_name: "LeakyReLU", config: { name: "l", negative_slope: 0.5 } };
    const { model } = described(functional([2], { d: layer3("Dense", { units: 2, activation }) }));
    model.setWeights(new Map([["d/kernel", Float32Array.of(1, 0, 0, 1)]]));
    expectNear(await ask(model, [3, -4]), [3, -2]);
    const prelu = { ...activation, class_name: "PReLU", config: {} };
    expect(() => described(functional([2], { d: layer3("Dense", { units: 2, activation: prelu }) }))).toThrow(
      'layer "d" (Dense): PReLU as the activation of a layer is not supported',
    );
  });

  test("LeakyReLU of Keras 2 says alpha, ThresholdedReLU theta", async () => {
    const leaky = described(functional([2], { l: layer3("LeakyReLU", { alpha: 0.25 }) })).model;
    expectNear(await ask(leaky, [3, -4]), [3, -1]);
    const threshold = described(functional([2], { l: layer3("ThresholdedReLU", { theta: 1 }) })).model;
    expectNear(await ask(threshold, [3, 0.5]), [3, 0]);
  });

  test("CustomScaleLayer of InceptionResNetV2 adds a share of its second input", async () => {
    const use = layer3("CustomScaleLayer", { scale: 0.5 }, {}, [[image, image]]);
    expectNear(await ask(described(functional([2], { s: use })).model, [3, -4]), [4.5, -6]);
  });

  test("a RandomCrop of Keras 2 resizes when it predicts, of Keras 3 does nothing", () => {
    const json = functional([6, 6, 1], { crop: layer3("RandomCrop", { height: 4, width: 3, rng_type: "stateful" }) });
    const older = described(json, { kerasVersion: "2.15.0" });
    expect(older.model.output.shape).toEqual([4, 3, 1]);
    expect(older.model.layers.map(({ className }) => className)).toEqual(["InputLayer", "Cropping2D", "Resizing"]);
    expect(older.notes).toEqual(['layer "crop" (RandomCrop) resizes to 4 x 3 in prediction with Keras 2']);
    expect(described(json, { kerasVersion: "3.15.1" }).model.output.shape).toEqual([6, 6, 1]);
    expect(() => described(json, { kerasVersion: "3.4.0" })).toThrow(
      "it is unknown which part Keras 3.4.0 crops in prediction",
    );
    expect(() => described(json, { kerasVersion: "2.6.0" })).toThrow("crops 4 x 3 from images of another shape");
  });
});

describe("inputs and outputs", () => {
  const pooled = layer3("GlobalAveragePooling2D", {});
  const after = (units: number) => layer3("Dense", { units }, {}, [kerasTensor("pool")]);
  const two = functional([4, 4, 1], { pool: pooled, kind: after(5), count: after(1) }, [
    ["kind", 0, 0],
    ["count", 0, 0],
  ]);

  test("one of two outputs is chosen by its name", () => {
    expect(() => described(two)).toThrow(
      'ERR_FORMAT m.keras: has 2 outputs: "kind", "count". Choose the class output with --output kind.',
    );
    expect(described(two, { output: "count" }).model.output.shape).toEqual([1]);
    expect(() => described(two, { output: "size" })).toThrow('has no output "size", only "kind", "count"');
  });

  test("images whose size is left open take --image-size", () => {
    const open = functional([null, null, 3], { pool: pooled });
    expect(() => described(open)).toThrow(
      "ERR_FORMAT m.keras: does not fix the image size. Set it with --image-size 224 (height and width).",
    );
    expect(described(open, { imageSize: 32 }).model.input.shape).toEqual([32, 32, 3]);
  });

  test("an output of one pixel becomes a row, and that is said", () => {
    const { model, notes } = described(
      functional([4, 4, 5], { pool: layer3("GlobalAveragePooling2D", { keepdims: true }) }),
    );
    expect(model.output.shape).toEqual([5]);
    expect(notes).toEqual(["its output, an image of one pixel [1, 1, 5], was flattened"]);
  });

  test("a second tensor of a layer that gives one is refused", () => {
    const second = { class_name: "__keras_tensor__", config: { keras_history: ["in", 0, 1] } };
    expect(() => described(functional([4], { d: layer3("Dense", { units: 2 }, {}, [second]) }))).toThrow(
      'layer "in": its tensor 1 is used but missing',
    );
  });
});

// Written by keras 3.15.1 with that dtype policy; the zip was packed again.
describe("weights of 16 bits", () => {
  test.each([
    ["float16", [1, -2.5, 0.0999755859375, 9.5367431640625e-7, 3, 100], [0.300048828125, -0.0078125]],
    ["bfloat16", [1, -2.5, 0.10009765625, 9.5367431640625e-7, 3, 100], [0.30078125, -0.0078125]],
  ])("%s", async (name, kernel, bias) => {
    const { model, notes } = await readModel(join(import.meta.dirname, `fixtures/${name}.keras`));
    expect([...model.layer("scores").weights[0]!.value]).toEqual(kernel);
    expect([...model.layer("scores").weights[1]!.value]).toEqual(bias);
    expect(notes).toEqual([`Keras computes this layer in ${name}; Leukogram uses float32`]);
  });
});

// Conv2DTranspose, UpSampling2D, PReLU, LeakyReLU, ELU, ReLU with all settings, Average, Maximum, Minimum, Subtract,
// Permute, CenterCrop, Softmax along rows, and activations by name; packed again.
describe("models of many layers", () => {
  const pixels = Float32Array.from({ length: 72 }, (_, i) => ((i % 7) - 3) / 2);
  test.each([
    ["manyLayers", "keras 3.15.1", [-1.1077569723129272, 0.7613651752471924, 1.0031929016113281, 0.8536623120307922]],
    ["manyLayersTf", "tf_keras 2.21", [1.5841407775878906, -1.854071855545044, -1.007245421409607, 2.488957643508911]],
  ])("%s gives the scores of %s", async (name, _, wanted) => {
    const { model } = await readModel(join(import.meta.dirname, `fixtures/${name}.keras`));
    for (const [i, score] of (await ask(model, pixels)).entries()) expect(score).toBeCloseTo(wanted[i]!, 5);
  });

  test("what Keras 3 brought is not written for Keras 2", async () => {
    const { model } = await readModel(join(import.meta.dirname, "fixtures/manyLayers.keras"));
    expect(() => legacyModel(model)).toThrow(
      /^ERR_FORMAT layer "\w+": Keras 2 has no activation \w+\. Use \.keras or \.onnx\./,
    );
    const leaky = described(functional([2], { l: layer3("LeakyReLU", { negative_slope: 0.25 }) })).model;
    expect(JSON.stringify(legacyModel(leaky).json)).toContain('"alpha":0.25');
  });
});

describe("files of shared/cases", () => {
  const right = (name: string) =>
    Object.values(sharedJson<Record<string, { right: object }>>("cases/expected.json")[name]!.right);
  for (const [name, digits] of [
    ["constant-minus-image.keras", 4],
    ["random-crop-24.h5", 4],
    ["hard-sigmoid-of-keras2.keras", 4],
    ["float16-weights.keras", 3], // Keras computes with 16 bits too
  ] as const)
    testWith(
      `cases/${name}`,
      "cases/pic32.png",
      "cases/expected.json",
    )(`${name} gives Keras's numbers`, async () => {
      const { model } = await readModel(shared(`cases/${name}`));
      const { data } = await decodeImage(shared("cases/pic32.png"));
      const found = await ask(model, data);
      for (const [i, value] of right(name).entries()) expect(found[i]).toBeCloseTo(value as number, digits);
    });

  testWith("cases/bn-called-with-training.h5")("bn-called-with-training.h5 is refused", async () => {
    await expect(readModel(shared("cases/bn-called-with-training.h5"))).rejects.toThrow(
      'layer "batch_normalization" (BatchNormalization): training true is not supported',
    );
  });
});
