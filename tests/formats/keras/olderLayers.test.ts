import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeKerasH5, writeTensorflowJs } from "@leukogram/engine/formats/keras/kerasWriters";
import { inOlderLayers } from "@leukogram/engine/formats/keras/olderLayers";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import { mobilenetV3Small } from "@leukogram/engine/models/mobilenetV3";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import {
  Activation,
  Conv2D,
  Flatten,
  GlobalAveragePooling2D,
  GroupNormalization,
  Input,
  LayerScale,
  Normalization,
  ReLU,
  Resizing,
} from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { afterAll, describe, expect, test } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "leukogram-older-"));
afterAll(() => rmSync(dir, { recursive: true }));

// What a model makes of a ramp from -6 to 6.
async function answer(model: Model): Promise<number[]> {
  const shape = [1, ...model.input.shape];
  const size = shape.reduce((a, b) => a * b);
  const session = await createSession(compile(plainGraph(model)));
  const data = Float32Array.from({ length: size }, (_, i) => (12 * i) / (size - 1) - 6);
  const { probabilities } = await session.run({ images: { data, shape } });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const farthest = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

function everyKind(): Model {
  const input = Input([4, 4, 3]);
  const normalized = new Normalization({ mean: [0.1, 0.2, 0.3], variance: [0.5, 1, 2] }).apply(input);
  const apart = new Conv2D({ filters: 6, kernelSize: 3, groups: 3, name: "apart" }).apply(normalized);
  const convolved = new Conv2D({ filters: 4, kernelSize: 1, activation: "hard_sigmoid", name: "gate" }).apply(apart);
  const bent = new Activation({ activation: "hard_silu", name: "bent" }).apply(convolved);
  const smooth = new Activation({ activation: "silu", name: "smooth" }).apply(bent);
  const scaled = new LayerScale({ projectionDim: 4, initValues: 0.3, name: "scale" }).apply(smooth);
  return new Model({
    input,
    output: new Flatten().apply(new GlobalAveragePooling2D({ keepdims: true }).apply(scaled)),
  }).initialize(3);
}

describe("layers that an older program has not got", () => {
  test.each(["keras2", "tensorflowJs"] as const)("are said by others with the same numbers: %s", async (program) => {
    const model = everyKind();
    const older = inOlderLayers(model, program);
    const told = JSON.stringify(older.layers.map(({ className, config }) => [className, config]));
    expect(told).not.toMatch(/hard_|LayerScale/);
    expect(/Normalization|silu|"groups":3|"keepdims":true/.test(told)).toBe(program === "keras2");
    expect(farthest(await answer(older), await answer(model))).toBeLessThan(1e-6);
    expect(older.layers.find(({ name }) => name === "gate")!.weights[0]).toBe(
      model.layers.find(({ name }) => name === "gate")!.weights[0],
    );
  });

  test("a model that needs none of it stays itself", () => {
    const input = Input([2, 2, 3]);
    const model = new Model({ input, output: new Flatten().apply(new ReLU().apply(input)) });
    expect(inOlderLayers(model, "tensorflowJs")).toBe(model);
  });

  test("convolutions by groups of several channels are refused by name", () => {
    const input = Input([2, 2, 4]);
    const convolved = new Conv2D({ filters: 4, kernelSize: 1, groups: 2, name: "pairs" }).apply(input);
    const model = new Model({ input, output: new Flatten().apply(convolved) });
    expect(() => inOlderLayers(model, "tensorflowJs")).toThrow(
      'layer "pairs": TensorFlow.js has no convolution of 4 channels in 2 groups',
    );
  });

  test("a layer that is used twice is replaced once", async () => {
    const input = Input([2, 2, 3]);
    const conv = new Conv2D({ filters: 3, kernelSize: 1, activation: "hard_silu", name: "twice" });
    const model = new Model({ input, output: new Flatten().apply(conv.apply(conv.apply(input))) }).initialize(1);
    const older = inOlderLayers(model, "keras2");
    expect(older.parameters).toBe(model.parameters);
    expect(farthest(await answer(older), await answer(model))).toBeLessThan(1e-6);
  });

  test("files of both keep the numbers, MobileNetV3's too", async () => {
    for (const [i, model] of [everyKind(), mobilenetV3Small({ imageSize: 32 }).model.initialize(1)].entries()) {
      await writeKerasH5(model, join(dir, `${i}.h5`));
      await writeTensorflowJs(model, join(dir, `${i}.json`));
      const wanted = await answer(model);
      for (const ending of ["h5", "json"]) {
        const { model: read } = await readModel(join(dir, `${i}.${ending}`));
        expect(farthest(await answer(read), wanted), ending).toBeLessThan(1e-5);
      }
    }
  });
});

test("resizing is written for TensorFlow.js by convolutions, as its own layer gives other numbers", async () => {
  const input = Input([6, 5, 3]);
  const resized = new Resizing({ height: 4, width: 9, name: "small" }).apply(input);
  const model = new Model({ input, output: new Flatten().apply(resized) });
  await writeTensorflowJs(model, join(dir, "resizing.json"));
  const { model: read } = await readModel(join(dir, "resizing.json"));
  expect(read.layers.map(({ className }) => className)).not.toContain("Resizing");
  expect(farthest(await answer(read), await answer(model))).toBeLessThan(1e-5);
});

test("a layer that TensorFlow.js has not got is refused by name", async () => {
  const input = Input([4, 4, 4]);
  const output = new Flatten().apply(new GroupNormalization({ groups: 2, name: "groups" }).apply(input));
  await expect(writeTensorflowJs(new Model({ input, output }), join(dir, "no.json"))).rejects.toThrow(
    'ERR_FORMAT layer "groups": TensorFlow.js has no GroupNormalization. Use .keras or .onnx.',
  );
});

test("hard_sigmoid of TensorFlow.js is 0.2 x + 0.5, as that of Keras 2, not Keras 3's", async () => {
  const input = Input([2, 2, 3]);
  const output = new Flatten().apply(new Activation({ activation: "relu", name: "gate" }).apply(input));
  const path = join(dir, "gate.json");
  await writeTensorflowJs(new Model({ input, output }), path);
  writeFileSync(path, readFileSync(path, "utf8").replace('"activation":"relu"', '"activation":"hard_sigmoid"'));
  const { model } = await readModel(path);
  const wanted = Array.from({ length: 12 }, (_, i) => Math.min(1, Math.max(0, 0.2 * ((12 * i) / 11 - 6) + 0.5)));
  expect(farthest(await answer(model), wanted)).toBeLessThan(1e-6);
});
