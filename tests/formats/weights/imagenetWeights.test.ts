import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findImagenetWeights } from "@leukogram/engine/formats/weights/imagenetWeights";
import { mobilenetV2WeightsFile, publishedWeights } from "@leukogram/engine/formats/weights/publishedWeights";
import { beforeAll, describe, expect, test } from "vitest";
import { sendAll } from "../support/fileServer.ts";
import { testFolder } from "../support/folder.ts";
import { message } from "../support/message.ts";
import { FILE, fetchFrom, left, SIZE, weightsFiles } from "./fetchFrom.ts";

let right: Uint8Array;
let wrongAlpha: Uint8Array;
beforeAll(async () => {
  ({ right, wrongAlpha } = await weightsFiles());
});

describe("the file's name", () => {
  test.each([
    [1, 224, "1.0_224"],
    [0.5, 160, "0.5_160"],
    [0.35, 96, "0.35_96"],
    [1.4, 192, "1.4_192"],
    [1, 350, "1.0_224"],
    [0.75, 100, "0.75_224"],
  ])("alpha %d at %d pixels is %s, as Keras names it", (alpha, imageSize, part) => {
    expect(mobilenetV2WeightsFile({ alpha, imageSize })).toBe(
      `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${part}_no_top.h5`,
    );
  });

  test("an alpha that Keras has no weights for is refused with those it has", () => {
    expect(() => mobilenetV2WeightsFile({ alpha: 0.6, imageSize: 224 })).toThrow(
      "ERR_CONFIG mobilenetv2: there are no ImageNet weights for alpha 0.6. Choose one of 0.35, 0.5, 0.75, 1, 1.3, 1.4",
    );
  });

  test.each([
    ["mobilenetv2", "tensorflow/keras-applications/mobilenet_v2/", FILE],
    [
      "mobilenetv3large",
      "tensorflow/keras-applications/mobilenet_v3/",
      "weights_mobilenet_v3_large_224_0.75_float_no_top_v2.h5",
    ],
    ["efficientnetb0", "keras-applications/", "efficientnetb0_notop.h5"],
    ["convnexttiny", "tensorflow/keras-applications/convnext/", "convnext_tiny_notop.h5"],
    ["vgg16", "tensorflow/keras-applications/vgg16/", "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"],
  ])("and its folder are Keras's for %s", (model, folder, file) => {
    const alpha = model === "mobilenetv3large" ? 0.75 : 0.35;
    expect(publishedWeights({ model, alpha, imageSize: 96 })).toMatchObject({
      folder: `https://storage.googleapis.com/${folder}`,
      file,
    });
  });

  test("there is none of a vision transformer, and none is fetched", async () => {
    const vit = { ...SIZE, model: "vitb16", cacheDir: testFolder() };
    expect(await findImagenetWeights(vit)).toBeUndefined();
    expect(await message(findImagenetWeights({ ...vit, fetch: true }))).toBe(
      "ERR_CONFIG vitb16: Keras publishes no weights for this model. Give timm's model.safetensors with --weights.",
    );
  });

  test("a download that is not the file whose hash Keras states is refused", async () => {
    const small = { model: "mobilenetv3small", alpha: 1, imageSize: 64 };
    const { error, cacheDir } = await fetchFrom((_, response) => sendAll(response, right), small);
    expect(error).toMatch(/its MD5 is [0-9a-f]{32}, expected d3e8ec802a04aa4fc771ee12a9a9b836/);
    expect(left(cacheDir)).toEqual([]);
  });
});

describe("a file that was given", () => {
  test("is taken, whatever the cache holds", async () => {
    const path = join(testFolder(), "mine.h5");
    writeFileSync(path, right);
    expect(await findImagenetWeights({ ...SIZE, weights: path })).toEqual({ path, source: "given" });
  });

  test("must be there, and be a file", async () => {
    const folder = testFolder();
    expect(await message(findImagenetWeights({ ...SIZE, weights: join(folder, "no.h5") }))).toBe(
      `ERR_WEIGHTS ${folder}/no.h5: no such file. Check the path given with --weights.`,
    );
    expect(await message(findImagenetWeights({ ...SIZE, weights: folder }))).toContain(`${folder}: is not a file`);
  });
});

describe("the cache", () => {
  const cached = (bytes: Uint8Array | string) => {
    const cacheDir = testFolder();
    const path = join(cacheDir, "weights", FILE);
    mkdirSync(join(cacheDir, "weights"));
    writeFileSync(path, bytes);
    return { cacheDir, path };
  };

  test("gives nothing where it has nothing and may not download", async () => {
    expect(await findImagenetWeights({ ...SIZE, cacheDir: testFolder() })).toBeUndefined();
  });

  test("gives a file that was put there by hand, and keeps its SHA-256", async () => {
    const { cacheDir, path } = cached(right);
    expect(await findImagenetWeights({ ...SIZE, cacheDir })).toEqual({ path, source: "cache" });
    expect(readFileSync(`${path}.sha256`, "utf8")).toMatch(new RegExp(`^[0-9a-f]{64} {2}${FILE}\n$`));
    expect(await findImagenetWeights({ ...SIZE, cacheDir })).toEqual({ path, source: "cache" });
  });

  test("refuses a file that changed after its first use, and says how to mend it", async () => {
    const { cacheDir, path } = cached(right);
    await findImagenetWeights({ ...SIZE, cacheDir });
    const changed = Uint8Array.from(right);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(path, changed);
    const error = await message(findImagenetWeights({ ...SIZE, cacheDir }));
    expect(error).toMatch(
      /^ERR_WEIGHTS .*: has changed since its first use \(SHA-256 expected \w{64}, received \w{64}\)/,
    );
    expect(error).toContain(
      `Delete the file to download it again, or delete ${path}.sha256 if you changed it on purpose.`,
    );
  });

  test("refuses a record that is none", async () => {
    const { cacheDir, path } = cached(right);
    writeFileSync(`${path}.sha256`, "");
    expect(await message(findImagenetWeights({ ...SIZE, cacheDir }))).toBe(
      `ERR_WEIGHTS ${path}.sha256: holds no SHA-256. Delete the file; it will be written again.`,
    );
  });

  test("refuses a file of another alpha under this name, by layer and shapes", async () => {
    const { cacheDir, path } = cached(wrongAlpha);
    const error = await message(findImagenetWeights({ ...SIZE, cacheDir }));
    expect(error).toContain(`ERR_WEIGHTS ${path}: contains other weights`);
    expect(error).toMatch(/layer "\w+" \w+: expected \[.+\], received \[.+\]/);
    expect(error).toContain("Delete the file to download it again.");
    expect(existsSync(`${path}.sha256`)).toBe(false);
  });
});
