// Whole models of other programs: read, asked, written again in each format, and read again.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelFromJson } from "@leukogram/engine/formats/keras/kerasModel";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { readKerasFile, readKerasModel } from "@leukogram/engine/formats/keras/readKeras";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { cnnWide } from "@leukogram/engine/models/cnnWide";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { PREPROCESSINGS, withPreprocessing } from "@leukogram/engine/models/preprocessing";
import { exportGraph, plainGraph } from "@leukogram/engine/nn/exportGraph";
import { Dense, Flatten, Rescaling } from "@leukogram/engine/nn/layers/index";
import { Model, Sequential } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { decodeImage } from "leukogram/data/pictures/image";
import { JPEG_DCTS } from "leukogram/data/pictures/jpegDct";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { readNpy, readNpz } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";

const dir = temporaryFolder();

/** What a model gives for floats [N, H, W, C] as its own layers expect them. */
async function ask(model: Model, data: Float32Array, count = 1): Promise<number[]> {
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({ images: { data, shape: [count, ...model.input.shape] } });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const farthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

const readBytes = (path: string) => readFileSync(shared(path));

interface Golden {
  classes: string[];
  rows: { file: string; probabilities: number[] }[];
}

describe("cnn_3.h5, whose pixels were divided by 255 before it divides them again", () => {
  const NEEDED = ["models/cnn_3.h5", "golden/cnn_3_predictions.json"];

  testWith(...NEEDED)("gives Keras's probabilities for Keras's pixels", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const { rows } = sharedJson<Golden>("golden/cnn_3_predictions.json");
    const session = await createSession(compile(exportGraph(withPreprocessing(model, "0..1"))));
    for (const name of ["BA_1223", "LY_104155", "BNE_101007"]) {
      const { data, shape } = readNpy(readBytes(`golden/pixels/${name}.decoded.npy`));
      const images = { data: Uint8Array.from(data as Uint8Array), shape: [1, ...shape] };
      const { probabilities } = await session.run({ images });
      const wanted = rows.find(({ file }) => file.endsWith(`${name}.jpg`))!.probabilities;
      expect(farthest([...(probabilities!.data as Float32Array)], wanted)).toBeLessThan(1e-5);
    }
    await session.release();
  });

  testWith(...NEEDED, "data/pbc")("gives Keras's probabilities for the files, decoded as TensorFlow does", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const { rows } = sharedJson<Golden>("golden/cnn_3_predictions.json");
    const session = await createSession(compile(exportGraph(withPreprocessing(model, "0..1"))));
    const farthestOf = { accurate: 0, fast: 0 };
    for (const { file, probabilities: wanted } of rows)
      for (const jpegDct of JPEG_DCTS) {
        const { data, width, height } = await decodeImage(shared(`data/pbc/${file}`), { jpegDct });
        const { probabilities } = await session.run({ images: { data, shape: [1, height, width, 3] } });
        const found = [...(probabilities!.data as Float32Array)];
        expect(argmax(found), file).toBe(argmax(wanted));
        farthestOf[jpegDct] = Math.max(farthestOf[jpegDct], farthest(found, wanted));
      }
    await session.release();
    expect(farthestOf.fast).toBeLessThan(1e-5);
    // Pixels that differ by 1 level in the mean: this model makes much of it.
    expect(farthestOf.accurate).toBeGreaterThan(0.05);
  });

  testWith(...NEEDED, "golden/cnn_3_activations.json")("has Keras's activations in every layer", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const layers = sharedJson<{ layer: string; class: string; mean: number; absMax: number }[]>(
      "golden/cnn_3_activations.json",
    );
    const { data, shape } = readNpy(readBytes("golden/pixels/LY_104155.decoded.npy"));
    const scaled = withPreprocessing(model, "0..1");
    let step = scaled.output;
    const steps = new Map([[step.layer.name, step]]);
    for (; step.inputs.length > 0; step = step.inputs[0]!) steps.set(step.layer.name, step);
    for (const { layer, class: className, mean, absMax } of layers) {
      const output = steps.get(layer)!;
      expect(output.layer.className).toBe(className);
      const graph = exportGraph(new Model({ input: scaled.input, output }));
      const session = await createSession(compile(graph));
      const images = { data: Uint8Array.from(data as Uint8Array), shape: [1, ...shape] };
      const values = (await session.run({ images })).probabilities!.data as Float32Array;
      await session.release();
      const scale = Math.max(1, absMax);
      const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(Math.abs(most - absMax) / scale, layer).toBeLessThan(1e-5);
      expect(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - mean) / scale, layer).toBeLessThan(1e-5);
    }
  });
});

describe("the transfer models of Keras", () => {
  for (const ending of [".h5", ".keras"])
    testWith("golden/transfer/io.npz")(`${ending} is read whole, the model within it too`, async () => {
      const { model, kind } = await readModel(shared(`golden/transfer/mobilenetv2_035_96${ending}`));
      expect(kind).toMatch(/^Keras 3\.15\.1/);
      const { images, probabilities } = readNpz(shared("golden/transfer/io.npz"));
      const count = images!.shape[0]!;
      const found = await ask(model, Float32Array.from(images!.data as Float32Array), count);
      expect(farthest(found, Array.from(probabilities!.data as Float32Array))).toBeLessThan(1e-5);
    });
});

const MODELS: Readonly<Record<string, () => Model>> = {
  cnn: () =>
    new Sequential(
      [8, 8, 3],
      [new Rescaling({ scale: 1 / 255 }), new Flatten(), new Dense({ units: 4, activation: "softmax" })],
    ),
  "cnn-wide": () => cnnWide({ imageSize: 32, classes: 5, momentum: 0.9 }).model,
  mobilenetv2: () => mobilenetV2({ imageSize: 32, alpha: 0.35 }).model,
};

describe.each(Object.entries(MODELS))("%s goes through every format", (name, make) => {
  const model = make().initialize(3);
  const size = model.input.shape.reduce((a, b) => a * b);
  const pixels = Float32Array.from({ length: 2 * size }, (_, i) => (i * 7919) % 256);
  const at = (file: string) => join(dir, name, file);

  test.each([
    ["model.keras", writeKeras],
    ["model.h5", writeKerasH5],
    ["model.json", writeTensorflowJs],
  ])("%s", async (file, write) => {
    await write(model, at(file));
    const again = (await readModel(at(file))).model;
    expect(again.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
    expect(again.parameters).toBe(model.parameters);
    for (const [path, { value }] of model.weights) expect(again.weights.get(path)!.value, path).toEqual(value);
    expect(farthest(await ask(again, pixels, 2), await ask(model, pixels, 2))).toBeLessThan(1e-6);
  });

  test(".weights.h5", async () => {
    await writeWeightsH5(model, at("model.weights.h5"));
    const other = make().initialize(4);
    loadWeights(other, await readKerasFile(at("model.weights.h5")), { source: "weights", match: "order" });
    for (const [path, { value }] of model.weights) expect(other.weights.get(path)!.value, path).toEqual(value);
  });

  test("equal models give equal bytes", async () => {
    await writeKerasH5(model, at("once.h5"));
    await writeKerasH5(model, at("twice.h5"));
    expect(readFileSync(at("once.h5")).equals(readFileSync(at("twice.h5")))).toBe(true);
  });
});

describe("modelFromJson", () => {
  const sequential = (layers: object[]) => ({ class_name: "Sequential", config: layers }) as never;
  const layer = (className: string, config: object) => ({ class_name: className, config });

  test("takes the words of Keras 1", () => {
    const { model } = modelFromJson(
      sequential([
        layer("Convolution2D", {
          name: "convolution2d_1",
          nb_filter: 4,
          nb_row: 3,
          nb_col: 3,
          border_mode: "same",
          subsample: [2, 2],
          bias: true,
          dim_ordering: "tf",
          activation: "relu",
          batch_input_shape: [null, 8, 8, 3],
        }),
        layer("MaxPooling2D", { name: "maxpooling2d_1", pool_size: [2, 2], strides: [2, 2], border_mode: "valid" }),
        layer("Flatten", { name: "flatten_1" }),
        layer("Dropout", { name: "dropout_1", p: 0.5 }),
        layer("Dense", { name: "dense_1", output_dim: 5, activation: "softmax", bias: true }),
      ]),
      "old.h5",
    );
    expect(model.output.shape).toEqual([5]);
    expect(model.layer("convolution2d_1").weights.map(({ shape }) => shape)).toEqual([[3, 3, 3, 4], [4]]);
    expect(model.parameters).toBe(3 * 3 * 3 * 4 + 4 + 16 * 5 + 5);
  });

  test("leaves out what only training needs, and says so", () => {
    const { model, notes } = modelFromJson(
      sequential([
        layer("RandomFlip", { name: "flip", mode: "horizontal", batch_input_shape: [null, 4, 4, 3] }),
        layer("Flatten", { name: "flat" }),
        layer("Dense", { name: "out", units: 2, activation: "softmax" }),
      ]),
      "m.h5",
    );
    expect(notes).toEqual(['layer "flip" (RandomFlip) has no effect in prediction and was removed']);
    expect(model.layers.map(({ className }) => className)).toEqual(["InputLayer", "Flatten", "Dense"]);
  });

  test.each([
    [
      "a layer that is not known",
      [layer("Lambda", { name: "mine", batch_input_shape: [null, 4] })],
      /^ERR_FORMAT m\.h5: layer "mine": class Lambda is not supported\. Supported: .*Conv2D/,
    ],
    ["no input", [layer("Flatten", { name: "flat" })], /^ERR_FORMAT m\.h5: has no input shape/],
    [
      "a layer that does not fit",
      [layer("Conv2D", { name: "conv", filters: 2, kernel_size: [9, 9], batch_input_shape: [null, 4] })],
      /^ERR_FORMAT m\.h5: .*conv/,
    ],
  ])("tells of %s", (_, layers, message) => {
    expect(() => modelFromJson(sequential(layers), "m.h5")).toThrow(message);
  });

  test("takes a Functional model of Keras 2, with a layer used twice and arithmetic in between", () => {
    const input = layer("InputLayer", { name: "in", batch_input_shape: [null, 4] });
    const json = {
      class_name: "Functional",
      config: {
        name: "twice",
        layers: [
          { ...input, name: "in", inbound_nodes: [] },
          {
            ...layer("TFOpLambda", { name: "tf.math.truediv", function: "math.truediv" }),
            name: "tf.math.truediv",
            inbound_nodes: [["in", 0, 0, { y: 2 }]],
          },
          {
            ...layer("Dense", { name: "shared", units: 3 }),
            name: "shared",
            inbound_nodes: [[["in", 0, 0, {}]], [["tf.math.truediv", 0, 0, {}]]],
          },
          {
            ...layer("Add", { name: "sum" }),
            name: "sum",
            inbound_nodes: [
              [
                ["shared", 0, 0, {}],
                ["shared", 1, 0, {}],
              ],
            ],
          },
        ],
        input_layers: [["in", 0, 0]],
        output_layers: [["sum", 0, 0]],
      },
    };
    const { model } = modelFromJson(json as never, "m.h5");
    expect(model.layers.filter(({ className }) => className === "Dense")).toHaveLength(1);
    expect(model.layers.find(({ className }) => className === "Rescaling")!.config).toEqual({ scale: 0.5, offset: 0 });
    expect(model.parameters).toBe(15);
  });
});

describe("withPreprocessing", () => {
  test("scales pixels as keras.applications does", async () => {
    const identity = new Sequential([1, 1, 3], [new Flatten(), new Dense({ units: 3, useBias: false, name: "same" })]);
    identity.setWeights(new Map([["same/kernel", Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)]]));
    // keras.applications.imagenet_utils.preprocess_input([[10, 100, 200]], mode="caffe" | "torch" | "tf")
    const wanted: Readonly<Record<string, readonly number[]>> = {
      "0..255": [10, 100, 200],
      "0..1": [10 / 255, 100 / 255, 200 / 255],
      "-1..1": [-0.92156863, -0.21568628, 0.5686275],
      caffe: [96.061, -16.779, -113.68],
      torch: [-1.946656, -0.28501397, 1.6813947],
    };
    for (const way of PREPROCESSINGS) {
      const found = await ask(withPreprocessing(identity, way), Float32Array.of(10, 100, 200));
      expect(farthest(found, wanted[way]!), way).toBeLessThan(1e-4);
    }
  });
});

describe("a damaged model of TensorFlow.js", () => {
  test("is told from a good one", async () => {
    const model = MODELS.cnn!().initialize(1);
    const folder = join(dir, "broken");
    mkdirSync(folder, { recursive: true });
    await writeTensorflowJs(model, join(folder, "model.json"));
    const json = JSON.parse(readFileSync(join(folder, "model.json")).toString());
    const written = (change: (copy: typeof json) => void) => {
      const copy = structuredClone(json);
      change(copy);
      writeFileSync(join(folder, "changed.json"), JSON.stringify(copy));
      return readModel(join(folder, "changed.json"));
    };
    await expect(written((copy) => (copy.weightsManifest[0].paths = ["../../secret"]))).rejects.toThrow(
      "refers to weights outside its folder",
    );
    await expect(written((copy) => (copy.weightsManifest[0].paths = ["none.bin"]))).rejects.toThrow(
      /none\.bin: no such file/,
    );
    await expect(written((copy) => (copy.weightsManifest[0].weights[0].shape = [1e9, 1e9]))).rejects.toThrow(
      "is longer than its files",
    );
    await expect(written((copy) => (copy.weightsManifest[0].weights[0].shape[0] = -1))).rejects.toThrow(/^ERR_/);
    await expect(written((copy) => (copy.format = "graph-model"))).rejects.toThrow("a graph model without a graph");
    await expect(written((copy) => delete copy.modelTopology)).rejects.toThrow("not a TensorFlow.js model.json");
    writeFileSync(join(folder, "changed.json"), "{ cut");
    await expect(readModel(join(folder, "changed.json"))).rejects.toThrow("damaged JSON");
    await expect(readKerasModel(join(folder, "model.json"))).rejects.toThrow("is not an HDF5 file");
  });
});
