import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readKerasH5 } from "@leukogram/engine/formats/keras/readKeras";
import type { Group } from "h5wasm";
import { describe, expect, test, vi } from "vitest";
import { shared, testWith } from "../../support/shared.ts";
import { testFolder } from "../support/folder.ts";
import { copyWith, h5Bytes, writeNamed } from "../support/h5.ts";
import { message } from "../support/message.ts";

const CNN = "models/cnn_3.h5";
const IMAGENET = "weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5";
const INITIAL = "golden/training/initial.h5";

const array = (...values: number[]) => ({ shape: [values.length], value: Float32Array.from(values) });

async function fileOf(write: (root: Group) => void): Promise<string> {
  const path = join(testFolder(), "model.h5");
  writeFileSync(path, await h5Bytes(write));
  return path;
}

const names = (layers: Awaited<ReturnType<typeof readKerasH5>>) =>
  [...layers].map(([layer, weights]) => [layer, ...weights.map(({ name }) => name)]);

describe("files of every Keras", () => {
  testWith(CNN)("a whole model of Keras 3", async () => {
    const layers = await readKerasH5(shared(CNN));
    expect([...layers.keys()].slice(0, 3)).toEqual(["conv2d_4", "batch_normalization_5", "conv2d_5"]);
    expect(layers.get("conv2d_4")!.map(({ name, shape }) => [name, shape])).toEqual([
      ["kernel", [3, 3, 3, 4]],
      ["bias", [4]],
    ]);
  });

  testWith(IMAGENET)("weights alone, as Keras publishes them", async () => {
    const layers = await readKerasH5(shared(IMAGENET));
    expect([layers.size, layers.has("Conv1"), layers.has("Conv_1_bn")]).toEqual([104, true, true]);
  });

  test("Keras 2 ends names in :0, and keeps the old name of a layer that was renamed", async () => {
    const path = await fileOf((root) =>
      writeNamed(root, { renamed: { "conv2d/kernel:0": array(1), "conv2d/bias:0": array(2) }, empty: {} }),
    );
    expect(names(await readKerasH5(path))).toEqual([["renamed", "kernel", "bias"]]);
  });

  test("Keras 1 has short names without a folder", async () => {
    const path = await fileOf((root) =>
      writeNamed(root, {
        convolution2d_1: { convolution2d_1_W: array(1), convolution2d_1_b: array(2) },
        bn_1: { bn_1_gamma: array(1), bn_1_beta: array(1), bn_1_running_mean: array(1), bn_1_running_std: array(1) },
      }),
    );
    expect(names(await readKerasH5(path))).toEqual([
      ["convolution2d_1", "kernel", "bias"],
      ["bn_1", "gamma", "beta", "moving_mean", "moving_variance"],
    ]);
  });

  test("lists that Keras cut into chunks are put together in order", async () => {
    const path = await fileOf((root) => {
      const layers = Array.from({ length: 12 }, (_, i) => `l${i}`);
      for (const layer of layers) {
        const group = root.create_group(layer);
        group.create_attribute("weight_names0", ["kernel:0"], [1], "S8");
        group.create_dataset({ name: "kernel:0", data: new Float32Array([1]), shape: [1] });
      }
      for (const [i, layer] of layers.entries()) root.create_attribute(`layer_names${i}`, [layer], [1], "S3");
    });
    expect([...(await readKerasH5(path)).keys()]).toEqual(Array.from({ length: 12 }, (_, i) => `l${i}`));
  });

  test("frozen layers of an inner model, which Keras lists last, are put back where the model has them", async () => {
    const config = (name: string, layers?: object[]) => ({ class_name: "X", config: { name, layers } });
    const path = await fileOf((root) => {
      const inner = [config("a"), config("b")];
      root.create_attribute("model_config", JSON.stringify(config("m", [config("inner", inner), config("top")])));
      const group = root.create_group("model_weights");
      writeNamed(group, {
        inner: { "b/kernel:0": array(2), "a/kernel:0": array(1) },
        top: { "top/kernel:0": array(3) },
      });
    });
    expect([...(await readKerasH5(path)).keys()]).toEqual(["a", "b", "top"]);
  });

  test("an inner layer whose name is taken bears its model's name too", async () => {
    const path = await fileOf((root) =>
      writeNamed(root, {
        dense: { "dense/kernel:0": array(1) },
        inner: { "dense/kernel:0": array(2), "conv/kernel:0": array(3) },
      }),
    );
    expect([...(await readKerasH5(path)).keys()]).toEqual(["dense", "inner/dense", "conv"]);
  });

  test.each([
    ["<d", new Float64Array([0.5, 2])],
    ["<i", new Int32Array([1, 2])],
    ["<q", new BigInt64Array([1n, 2n])],
  ])("numbers of type %s become float32", async (dtype, data) => {
    const path = await fileOf((root) => {
      writeNamed(root, { a: {} });
      const group = root.get("a") as Group;
      group.delete_attribute("weight_names");
      group.create_attribute("weight_names", ["kernel"], [1], "S6");
      group.create_dataset({ name: "kernel", data, shape: [2], dtype });
    });
    expect((await readKerasH5(path)).get("a")![0]!.value).toEqual(Float32Array.from(data as never, Number));
  });
});

describe("files that are not right", () => {
  const write = (bytes: Uint8Array | string) => {
    const path = join(testFolder(), "model.h5");
    writeFileSync(path, bytes);
    return path;
  };

  test("missing, a folder, empty, text, a web page and a Git LFS pointer are told apart", async () => {
    const folder = testFolder();
    expect(await message(readKerasH5(join(folder, "no.h5")))).toContain("no.h5: no such file");
    expect(await message(readKerasH5(folder))).toContain(`${folder}: is a folder`);
    expect(await message(readKerasH5(write("")))).toContain("model.h5: is empty");
    expect(await message(readKerasH5(write("some text")))).toMatch(/is not an HDF5 file\. Give a Keras \.h5 file\.$/);
    expect(await message(readKerasH5(write("<html></html>")))).toContain("is not an HDF5 file but a web page");
    expect(await message(readKerasH5(write("version https://git-lfs.github.com/spec/v1\n")))).toContain("Git LFS");
  });

  test("HDF5 that Keras did not write", async () => {
    const path = await fileOf((root) => root.create_dataset({ name: "x", data: new Float32Array(1), shape: [1] }));
    expect(await message(readKerasH5(path))).toBe(
      `ERR_FORMAT ${path}: an HDF5 file without Keras layers. Give a file written by Keras: model.save(...) or model.save_weights(...).`,
    );
  });

  test("a layer or a weight that is listed and missing is named", async () => {
    const layer = await fileOf((root) => root.create_attribute("layer_names", ["conv"], [1], "S4"));
    expect(await message(readKerasH5(layer))).toBe(`ERR_FORMAT ${layer}: layer "conv" is listed but missing`);
    const weight = await fileOf((root) => {
      writeNamed(root, { conv: {} });
      const group = root.get("conv") as Group;
      group.delete_attribute("weight_names");
      group.create_attribute("weight_names", ["conv/kernel"], [1], "S11");
    });
    expect(await message(readKerasH5(weight))).toBe(`ERR_FORMAT ${weight}: /conv/conv/kernel is listed but missing`);
  });

  test("texts where numbers should be are refused", async () => {
    const path = await fileOf((root) => {
      writeNamed(root, { conv: {} });
      const group = root.get("conv") as Group;
      group.delete_attribute("weight_names");
      group.create_attribute("weight_names", ["kernel"], [1], "S6");
      group.create_dataset({ name: "kernel", data: ["a", "b"], shape: [2], dtype: "S1" });
    });
    expect(await message(readKerasH5(path))).toContain(`${path}: /conv/kernel contains no numbers`);
  });

  testWith(INITIAL)(
    "cut or overwritten anywhere, it is called damaged or read, and no temporary file stays",
    async () => {
      const path = join(testFolder(), "damaged.h5");
      const temporary = testFolder();
      vi.stubEnv("TMPDIR", temporary);
      const said = new Set<string>();
      for (let at = 0; at < 180_000; at += 6_000) {
        await copyWith(shared(INITIAL), path, (bytes) => bytes.subarray(0, at + 1));
        said.add(await message(readKerasH5(path)));
        await copyWith(shared(INITIAL), path, (bytes) => bytes.fill(0xa5, at, at + 3_000));
        said.add(await message(readKerasH5(path)));
      }
      for (const text of said) expect(text).toMatch(/^no error$|^ERR_FORMAT /);
      expect([...said].some((text) => text.includes("damaged or incomplete (file has been truncated)"))).toBe(true);
      expect(readdirSync(temporary)).toEqual([]);
      vi.unstubAllEnvs();
      expect((await readKerasH5(shared(INITIAL))).size).toBe(13);
    },
  );
});
