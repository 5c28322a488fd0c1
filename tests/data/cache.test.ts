import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { openImageCache } from "leukogram/data/loading/cache";
import type { ImageCacheOptions } from "leukogram/data/loading/cacheBuild";
import { defaultCacheDir } from "leukogram/data/loading/cacheDir";
import { decodeImage } from "leukogram/data/pictures/image";
import { resizeBilinearUint8 } from "leukogram/data/pictures/resize";
import { resizeArea } from "leukogram/data/pictures/resizeArea";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import type { Sample } from "leukogram/data/sample";
import { describe, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "./folders.ts";

const dir = temporaryFolder();
let made = 0;

/** Samples of pictures on disk; a string instead of a level is written as the file's content. */
async function samplesOf(...levels: (number | string)[]): Promise<Sample[]> {
  const folder = join(dir, `data${made++}`);
  const contents = await Promise.all(levels.map((level) => (typeof level === "string" ? level : picture(level))));
  writeFiles(folder, Object.fromEntries(contents.map((content, i) => [`${i}.png`, content])));
  return levels.map((_, i) => ({ file: `${i}.png`, path: join(folder, `${i}.png`), label: i % 2, group: `${i}` }));
}
const freshCacheDir = () => join(dir, `cache${made++}`);
const listed = (folder: string) => readdirSync(folder).sort();

describe("openImageCache", () => {
  test("holds each image decoded and resized, in the samples' order", async () => {
    const samples = await samplesOf(10, 80, 160, 240, 30);
    const seen: number[] = [];
    const cache = await openImageCache(samples, {
      imageSize: [6, 8],
      cacheDir: freshCacheDir(),
      onProgress: (done, total) => seen.push(done * 100 + total),
    });
    for (const [i, { path }] of samples.entries()) {
      const into = new Uint8Array(6 * 8 * 3 + 5);
      cache.read(i, into, 5);
      expect(into.subarray(5)).toEqual(resizeBilinearUint8(await decodeImage(path), 6, 8));
    }
    expect(seen).toEqual([105, 205, 305, 405, 505]);
    expect(statSync(cache.file).size).toBe(5 * 6 * 8 * 3);
    expect([cache.height, cache.width, cache.samples]).toEqual([6, 8, samples]);
    cache.close();
    cache.close();
  });

  test("is used again, until an image or the size changes", async () => {
    const samples = await samplesOf(1, 2);
    const cacheDir = freshCacheDir();
    let decoded = 0;
    const open = async (imageSize: [number, number]) => {
      decoded = 0;
      const cache = await openImageCache(samples, { imageSize, cacheDir, onProgress: () => decoded++ });
      cache.close();
      return cache.file;
    };
    const file = await open([4, 4]);
    expect(decoded).toBe(2);
    expect(await open([4, 4])).toBe(file);
    expect(decoded).toBe(0);
    expect(await open([4, 5])).not.toBe(file);
    appendFileSync(samples[0]!.path, "more");
    expect(await open([4, 4])).not.toBe(file);
    expect(decoded).toBe(2);
  });

  test("is built anew where its file or its index is not whole", async () => {
    const samples = await samplesOf(1, 2);
    const cacheDir = freshCacheDir();
    const first = await openImageCache(samples, { imageSize: [4, 4], cacheDir });
    first.close();
    truncateSync(first.file, 10);
    const second = await openImageCache(samples, { imageSize: [4, 4], cacheDir });
    second.read(1, new Uint8Array(48));
    second.close();
    writeFiles(cacheDir, { [listed(cacheDir).find((name) => name.endsWith(".json"))!]: '{"kept": [' });
    (await openImageCache(samples, { imageSize: [4, 4], cacheDir })).close();
    expect(listed(cacheDir).map((name) => name.replace(/^\w+/, ""))).toEqual([".bin", ".json"]);
  });

  test("may shrink by area, and change images before, each with a cache of its own", async () => {
    const samples = await samplesOf(10, 200);
    const cacheDir = freshCacheDir();
    const negative = (name: string) => ({
      name,
      apply: (image: RgbImage) => ({ ...image, data: image.data.map((level) => 255 - level) }),
    });
    const open = async (options: Partial<ImageCacheOptions>) => {
      const cache = await openImageCache(samples, { imageSize: [4, 5], cacheDir, ...options });
      const into = new Uint8Array(4 * 5 * 3);
      cache.read(1, into);
      cache.close();
      return { file: cache.file, pixels: into };
    };
    const original = await decodeImage(samples[1]!.path);
    const plain = await open({});
    const area = await open({ shrink: "area" });
    const turned = await open({ shrink: "area", prepare: negative("negative 1") });
    expect(plain.pixels).toEqual(resizeBilinearUint8(original, 4, 5));
    expect(area.pixels).toEqual(resizeArea(original, 4, 5));
    expect(turned.pixels).toEqual(resizeArea(negative("").apply(original), 4, 5));
    const files = [plain, area, turned, await open({ shrink: "area", prepare: negative("negative 2") })];
    expect(new Set(files.map(({ file }) => file)).size).toBe(4);
    expect((await open({ shrink: "bilinear" })).file).toBe(plain.file);
  });

  test("counts an image that can't be changed as bad", async () => {
    const samples = await samplesOf(10, 200);
    const prepare = {
      name: "picky",
      apply(image: RgbImage): RgbImage {
        if (image.data[0]! < 100) throw new LeukogramError("ERR_IMAGE", "there is no cell");
        return image;
      },
    };
    const options = { imageSize: [4, 4] as const, cacheDir: freshCacheDir(), prepare };
    await expect(openImageCache(samples, options)).rejects.toThrow("there is no cell");
    const cache = await openImageCache(samples, { ...options, skipBad: true });
    expect(cache.samples).toEqual([samples[1]]);
    cache.close();
  });

  test("parts of the same samples share one file, and know their own bad images alone", async () => {
    const among = await samplesOf(10, "no picture", 80, 160, 240);
    const cacheDir = freshCacheDir();
    const open = (places: number[], skipBad = false) =>
      openImageCache(
        places.map((i) => among[i]!),
        { imageSize: [4, 4], cacheDir, among, skipBad },
      );
    const [first, second] = [await open([3, 0]), await open([1, 4, 2], true)];
    expect([first.file, first.count, first.places]).toEqual([second.file, 4, [2, 0]]);
    expect(second.samples).toEqual([among[4], among[2]]);
    expect([first, second].map(({ skipped }) => skipped.map(({ file }) => file))).toEqual([[], ["1.png"]]);
    for (const cache of [first, second]) {
      for (const [i, { path }] of cache.samples.entries()) {
        const into = new Uint8Array(48);
        cache.read(i, into);
        expect(into).toEqual(resizeBilinearUint8(await decodeImage(path), 4, 4));
      }
      cache.close();
    }
    await expect(open([1, 4, 2])).rejects.toThrow("1.png");
  });

  test("may be asked for twice at once", async () => {
    const samples = await samplesOf(5, 6, 7);
    const cacheDir = freshCacheDir();
    const caches = await Promise.all([0, 1].map(() => openImageCache(samples, { imageSize: [4, 4], cacheDir })));
    const [first, second] = [new Uint8Array(48), new Uint8Array(48)];
    caches[0]!.read(2, first);
    caches[1]!.read(2, second);
    expect(second).toEqual(first);
    for (const cache of caches) cache.close();
    expect(listed(cacheDir).length).toBe(2);
  });

  test("names the first bad image and counts the others", async () => {
    const samples = await samplesOf(1, "words", 2, "", 3);
    const options = { imageSize: [4, 4] as const, cacheDir: freshCacheDir() };
    const message =
      /^ERR_IMAGE .*1\.png: not an image in a known format.* \(and 1 other bad image\)\. .* --skip-bad\.$/;
    await expect(openImageCache(samples, options)).rejects.toThrow(message);
    await expect(openImageCache(samples, options)).rejects.toThrow(message); // from the cache's index
  });

  test("leaves bad images out where asked to, and lists them", async () => {
    const samples = await samplesOf("words", 1, "", 2);
    for (const cacheDir of [freshCacheDir(), join(dir, "again"), join(dir, "again")]) {
      const cache = await openImageCache(samples, { imageSize: [4, 4], cacheDir, skipBad: true });
      expect(cache.samples.map((sample) => sample.file)).toEqual(["1.png", "3.png"]);
      expect(cache.skipped.map(({ file }) => file)).toEqual(["0.png", "2.png"]);
      expect(cache.skipped[1]!.reason).toMatch(/2\.png: the file is empty \(0 bytes\)/);
      const into = new Uint8Array(48);
      cache.read(1, into);
      expect(into).toEqual(resizeBilinearUint8(await decodeImage(samples[3]!.path), 4, 4));
      expect(() => cache.read(2, into)).toThrow(RangeError);
      cache.close();
    }
    await expect(
      openImageCache(await samplesOf("words", ""), { imageSize: [4, 4], cacheDir: freshCacheDir(), skipBad: true }),
    ).rejects.toThrow("ERR_DATA none of the 2 images can be decoded. Check that the folder contains images.");
  });

  test("stops where asked to, and leaves nothing behind", async () => {
    const cacheDir = freshCacheDir();
    const stop = new AbortController();
    const opened = openImageCache(await samplesOf(1, 2, 3, 4), {
      imageSize: [4, 4],
      cacheDir,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(opened).rejects.toThrow("ERR_ABORTED decoding the images was interrupted");
    expect(listed(cacheDir)).toEqual([]);
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full, and leaves nothing behind", async () => {
    const samples = await samplesOf(1, 2);
    const probe = await openImageCache(samples, { imageSize: [4, 4], cacheDir: freshCacheDir() });
    probe.close();
    const cacheDir = freshCacheDir();
    mkdirSync(cacheDir);
    // The file that the pixels go to first is a device without space.
    symlinkSync("/dev/full", join(cacheDir, `${probe.file.split("/").pop()}.${process.pid}.tmp`));
    await expect(openImageCache(samples, { imageSize: [4, 4], cacheDir })).rejects.toThrow(
      `ERR_OUTPUT cannot write the image cache in ${cacheDir}: the disk is full; the cache needs 1 MB. Free some disk space`,
    );
    expect(listed(cacheDir)).toEqual([]);
  });

  test("refuses a size that is none, and a cache folder that is a file", async () => {
    const samples = await samplesOf(1, 2);
    const file = join(writeFiles(dir, { plain: "" }), "plain");
    await expect(openImageCache(samples, { imageSize: [0, 4], cacheDir: dir })).rejects.toThrow(
      "ERR_USAGE the image size must be whole numbers above 0, received 0 x 4",
    );
    await expect(openImageCache(samples, { imageSize: [4, 4], cacheDir: join(file, "sub") })).rejects.toThrow(
      /^ERR_OUTPUT cannot make the cache folder .* Set LEUKOGRAM_CACHE to another folder\.$/,
    );
    expect(readFileSync(file, "utf8")).toBe("");
  });
});

test("the cache lies where LEUKOGRAM_CACHE says, else in the home folder", () => {
  const before = process.env.LEUKOGRAM_CACHE;
  try {
    process.env.LEUKOGRAM_CACHE = "/elsewhere";
    expect(defaultCacheDir()).toBe("/elsewhere");
    delete process.env.LEUKOGRAM_CACHE;
    expect(defaultCacheDir()).toMatch(/\.cache.leukogram$/);
  } finally {
    if (before !== undefined) process.env.LEUKOGRAM_CACHE = before;
  }
});
