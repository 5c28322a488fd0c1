import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lookup3, zeroTimes } from "@leukogram/engine/formats/hdf5/hdf5Times";
import { kerasBytes, writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Add, ChannelSlice, Conv2D, Flatten, Input } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, test, vi } from "vitest";
import { testFolder } from "../support/folder.ts";
import { h5Bytes, writeArray } from "../support/h5.ts";

const models = {
  cnn: () => cnn({ imageSize: 64 }),
  mobilenetV2: () => mobilenetV2({ alpha: 0.35, imageSize: 96 }).model,
  branches,
};
const values = (model: Model) => new Map([...model.weights].map(([name, { value }]) => [name, value]));

interface Written {
  readonly config: {
    readonly layers: { name: string; class_name: string; inbound_nodes: { args: unknown[] }[] }[];
    readonly input_layers: unknown;
    readonly output_layers: unknown;
  };
}
const configOf = async (model: Model) =>
  (JSON.parse(strFromU8(unzipSync(await kerasBytes(model))["config.json"]!)) as Written).config;

/** Two branches of one shape, which stand in another order in Keras than on the way from input to output. */
function branches(): Model {
  const image = Input([4, 4, 3], { name: "images" });
  const conv = (name: string) => new Conv2D({ filters: 3, kernelSize: 1, name });
  const short = conv("short").apply(image);
  const long = conv("long_2").apply(conv("long_1").apply(image));
  return new Model({ input: image, output: new Add({ name: "sum" }).apply([short, long]) });
}

describe("a .keras file that is written", () => {
  test.each(Object.entries(models))("gives %s back, by name and in order", async (_, make) => {
    const path = join(testFolder(), "runs", "model.keras");
    const model = make().initialize(7);
    await writeKeras(model, path);
    const stored = await readKerasFile(path);
    for (const match of ["name", "order"] as const) {
      const again = make().initialize(8);
      loadWeights(again, stored, { source: path, match });
      expect(values(again)).toEqual(values(model));
    }
    expect(readdirSync(join(path, ".."))).toEqual(["model.keras"]);
  });

  test("describes layers, their inputs, and where the model begins and ends", async () => {
    const image = Input([4, 4, 3], { name: "images" });
    const twice = new Conv2D({ filters: 3, kernelSize: 1, name: "twice" });
    const sum = new Add({ name: "sum" }).apply([twice.apply(image), twice.apply(twice.apply(image))]);
    const config = await configOf(new Model({ input: image, output: new Flatten({ name: "flat" }).apply(sum) }));
    expect(config.layers.map(({ name, inbound_nodes }) => [name, inbound_nodes.length])).toEqual([
      ["images", 0],
      ["twice", 3],
      ["sum", 1],
      ["flat", 1],
    ]);
    expect(config.input_layers).toEqual(["images", 0, 0]);
    expect(config.output_layers).toEqual(["flat", 0, 0]);
    const [inputs] = config.layers[2]!.inbound_nodes[0]!.args as [{ config: { shape: unknown } }[]];
    expect(inputs.map((input) => input.config.shape)).toEqual([
      [null, 4, 4, 3],
      [null, 4, 4, 3],
    ]);
  });

  test("branches stand as Keras counts them: farthest from the output first", async () => {
    const config = await configOf(branches());
    expect(config.layers.map(({ name }) => name)).toEqual(["images", "long_1", "short", "long_2", "sum"]);
  });

  test("a slice of channels is Keras's operation: its arguments with each use, and no weights", async () => {
    const image = Input([4, 4, 6], { name: "images" });
    const slice = new ChannelSlice({ start: 3, stop: 6, name: "part" }).apply(image);
    const model = new Model({
      input: image,
      output: new Conv2D({ filters: 2, kernelSize: 1, name: "conv" }).apply(slice),
    });
    const [, part] = (await configOf(model)).layers as unknown as Record<string, unknown>[];
    const { args } = (part!.inbound_nodes as { args: unknown[] }[])[0]!;
    expect(part).toMatchObject({ module: "keras.src.ops.numpy", class_name: "GetItem", config: { name: "part" } });
    expect(args[1]).toEqual([
      { class_name: "__ellipsis__", config: {} },
      { class_name: "__slice__", config: { start: 3, stop: 6, step: null } },
    ]);
    const path = join(testFolder(), "model.keras");
    await writeKeras(model.initialize(1), path);
    expect([...(await readKerasFile(path)).keys()]).toEqual(["conv"]);
  });

  test("later layers alone begin with an input of their own", async () => {
    const { model, features } = mobilenetV2({ alpha: 0.35, imageSize: 96 });
    const config = await configOf(new Model({ input: features, output: model.output }));
    expect(config.layers.map(({ class_name }) => class_name)).toEqual([
      "InputLayer",
      "Dense",
      "BatchNormalization",
      "Dense",
    ]);
  });

  test("is of equal bytes for equal models, whenever it is written", async () => {
    const first = await kerasBytes(models.cnn().initialize(1));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // HDF5 notes whole seconds
    const second = await kerasBytes(models.cnn().initialize(1));
    expect(Buffer.compare(first, second)).toBe(0);
  });

  test("leaves no temporary file", async () => {
    const temporary = testFolder();
    vi.stubEnv("TMPDIR", temporary);
    await kerasBytes(models.cnn());
    expect(readdirSync(temporary)).toEqual([]);
    vi.unstubAllEnvs();
  });

  test("says where it can't be written", async () => {
    const file = join(testFolder(), "model.keras");
    await writeKeras(models.cnn(), file);
    await expect(writeKeras(models.cnn(), join(file, "model.keras"))).rejects.toThrow(/^ERR_OUTPUT /);
    expect(readFileSync(file).length).toBeGreaterThan(1000);
  });
});

describe("the times in HDF5", () => {
  test("the checksum is Jenkins's, by the examples in his lookup3.c", () => {
    expect(lookup3(new Uint8Array(0))).toBe(0xdeadbeef);
    expect(lookup3(Buffer.from("Four score and seven years ago"))).toBe(0x17770551);
  });

  test("weights that spell OHDR are left as they are", async () => {
    const value = new Float32Array(64);
    Buffer.from(value.buffer).write("OHDR\x02\x20", 16, "latin1");
    const bytes = await h5Bytes((root) => writeArray(root, "a/b", { shape: [64], value }));
    const before = Buffer.from(bytes);
    zeroTimes(bytes);
    const at = before.indexOf(Buffer.from(value.buffer));
    expect(at).toBeGreaterThan(0);
    expect(Buffer.from(bytes).indexOf(Buffer.from(value.buffer))).toBe(at);
    expect(before.equals(bytes)).toBe(false);
  });
});
