import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import type { StoredLayers } from "@leukogram/engine/formats/keras/storedLayers";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { shared, testWith } from "../../support/shared.ts";
import { testFolder } from "../support/folder.ts";
import { h5Bytes, writeArray } from "../support/h5.ts";
import { message } from "../support/message.ts";

const H5 = "golden/training/initial.h5";
const WEIGHTS = "golden/training/initial.weights.h5";
const KERAS = "golden/training/initial.keras";
const TRANSFER_H5 = "golden/transfer/mobilenetv2_035_96.h5";
const TRANSFER_KERAS = "golden/transfer/mobilenetv2_035_96.keras";

/** Layers with their weights sorted by name, so that files can be compared. */
const sorted = (layers: StoredLayers) =>
  [...layers].map(([name, weights]) => [name, weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))]);

describe("the three files of one model", () => {
  testWith(H5, KERAS)(".keras holds the same layers in the same order as .h5", async () => {
    const [h5, keras] = [await readKerasFile(shared(H5)), await readKerasFile(shared(KERAS))];
    expect(h5.size).toBe(13);
    expect([...keras]).toEqual([...h5]);
  });

  testWith(H5, WEIGHTS)(".weights.h5 holds the same layers, in order within each class", async () => {
    const [h5, weights] = [await readKerasFile(shared(H5)), await readKerasFile(shared(WEIGHTS))];
    const byName = new Map([...h5].sort(([a], [b]) => a.localeCompare(b)));
    expect(new Map([...weights].sort(([a], [b]) => a.localeCompare(b)))).toEqual(byName);
    expect([...weights.keys()].filter((name) => name.startsWith("conv2d"))).toEqual(
      [...h5.keys()].filter((name) => name.startsWith("conv2d")),
    );
    expect(weights.classes?.get("batch_normalization_2")).toBe("batch_normalization");
  });

  testWith(TRANSFER_H5, TRANSFER_KERAS)("a model within the model gives its layers, by their own names", async () => {
    const [h5, keras] = [await readKerasFile(shared(TRANSFER_H5)), await readKerasFile(shared(TRANSFER_KERAS))];
    expect([...h5.keys()].slice(0, 4)).toEqual([
      "Conv1",
      "bn_Conv1",
      "expanded_conv_depthwise",
      "expanded_conv_depthwise_BN",
    ]);
    expect([...h5.keys()].slice(-4)).toEqual(["Conv_1_bn", "dense_15", "batch_normalization_8", "dense_16"]);
    expect([...keras.keys()]).toEqual([...h5.keys()]);
    expect(sorted(keras)).toEqual(sorted(h5));
  });

  testWith(TRANSFER_KERAS)("a model within the model is found without config.json too", async () => {
    const zip = unzipSync(readFileSync(shared(TRANSFER_KERAS)));
    const path = join(testFolder(), "transfer.weights.h5");
    writeFileSync(path, zip["model.weights.h5"]!);
    const [layers, keras] = [await readKerasFile(path), await readKerasFile(shared(TRANSFER_KERAS))];
    expect(new Map(layers)).toEqual(new Map(keras));
    expect(layers.classes?.get("dense_15")).toBe("dense");
    expect(layers.classes?.get("Conv1")).toBe("mobilenetv2_0.35_96/conv2d");
  });
});

describe("a .keras file that is not right", () => {
  const write = (files: Record<string, Uint8Array>) => {
    const path = join(testFolder(), "model.keras");
    writeFileSync(path, zipSync(files, { level: 0 }));
    return path;
  };
  const dense = (config: object = {}) =>
    strToU8(JSON.stringify({ class_name: "Sequential", config: { layers: [{ class_name: "Dense", config }] } }));

  test("a zip of something else says what is missing", async () => {
    const path = write({ "readme.txt": strToU8("hello") });
    expect(await message(readKerasFile(path))).toBe(
      `ERR_FORMAT ${path}: a zip archive without config.json and model.weights.h5. Give a .keras file written by Keras 3.`,
    );
  });

  test("a cut zip is called damaged", async () => {
    const path = write({ "config.json": dense(), "model.weights.h5": new Uint8Array(1000) });
    writeFileSync(path, readFileSync(path).subarray(0, 600));
    expect(await message(readKerasFile(path))).toContain(`${path}: a damaged or incomplete zip archive`);
  });

  test.each(["no json", '"text"', '{"config": {}}'])("config.json %s is refused", async (config) => {
    const path = write({ "config.json": strToU8(config), "model.weights.h5": new Uint8Array(1) });
    expect(await message(readKerasFile(path))).toBe(
      `ERR_FORMAT ${path}: its config.json is not that of a Sequential or Functional model`,
    );
  });

  test("weights that are no HDF5 are named within the zip", async () => {
    const path = write({ "config.json": dense(), "model.weights.h5": strToU8("0123456789") });
    expect(await message(readKerasFile(path))).toContain(`${path} (model.weights.h5): is not an HDF5 file`);
  });

  test("a layer of config.json without weights in the file is named", async () => {
    const weights = await h5Bytes((root) =>
      writeArray(root, "layers/conv2d/vars/0", { shape: [1], value: new Float32Array(1) }),
    );
    const path = write({ "config.json": dense({ name: "head" }), "model.weights.h5": weights });
    expect(await message(readKerasFile(path))).toBe(
      `ERR_FORMAT ${path}: layer "head" of config.json has no weights (dense)`,
    );
  });

  test("settings say which weights there are: a BatchNormalization without beta has gamma first", async () => {
    const weights = await h5Bytes((root) => {
      for (const i of [0, 1, 2])
        writeArray(root, `layers/batch_normalization/vars/${i}`, { shape: [1], value: new Float32Array([i]) });
    });
    const config = { name: "bn", center: false };
    const model = { config: { layers: [{ class_name: "BatchNormalization", config }] } };
    const path = write({ "config.json": strToU8(JSON.stringify(model)), "model.weights.h5": weights });
    const layer = (await readKerasFile(path)).get("bn")!;
    expect(layer.map(({ name, value }) => [name, value[0]])).toEqual([
      ["gamma", 0],
      ["moving_mean", 1],
      ["moving_variance", 2],
    ]);
  });
});
