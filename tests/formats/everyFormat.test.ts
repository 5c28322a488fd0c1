// Models are written in every format, and read again.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { readKerasFile, readKerasModel } from "@leukogram/engine/formats/keras/readKeras";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { cnnWide } from "@leukogram/engine/models/cnnWide";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Dense, Flatten, Rescaling } from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { ask } from "./support/ask.ts";
import { farthest } from "./support/farthest.ts";

const dir = temporaryFolder();

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
    expect(farthest(await ask(again, pixels, { count: 2 }), await ask(model, pixels, { count: 2 }))).toBeLessThan(1e-6);
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

describe("a damaged model of TensorFlow.js", () => {
  test("is distinguished from a good one", async () => {
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
