import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { isZip, unpackZip } from "leukogram/data/archives/unpackedFolder";
import { openData } from "leukogram/data/dataset";
import { defaultCacheDir } from "leukogram/data/loading/cacheDir";
import { tellBits } from "leukogram/data/pictures/depth";
import { decodeImage } from "leukogram/data/pictures/image";
import { bitsKey } from "leukogram/data/pictures/pictureSets";
import { forgetRemarks, onRemark, remarksSoFar } from "leukogram/data/remarks";
import { imagesOf } from "leukogram/jobs/cells/imageFiles";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setVariable } from "../../support/environment.ts";
import { picture, temporaryFolder, writeFiles } from "../folders.ts";

const all: Record<string, { readonly file: string; readonly rgb?: string }> = JSON.parse(
  readFileSync(new URL("pictureKinds.json", import.meta.url), "utf8"),
);
const file = (name: string) => new Uint8Array(Buffer.from(all[name]!.file, "base64"));
const [red] = Buffer.from(all["rgb-12-of-16.tif"]!.rgb!, "base64");

const root = temporaryFolder();
setVariable("LEUKOGRAM_CACHE", join(root, "cache"));
beforeEach(forgetRemarks);
afterEach(() => tellBits(undefined));

describe("how many of 16 bits are used", () => {
  test("is one number for all pictures of a folder, by the largest value of all, and is said", async () => {
    const dir = join(root, "cells");
    writeFiles(dir, {
      "a/1.tif": file("rgb-12-of-16.tif"),
      "b/2.png": file("grey-10-of-16.png"),
      "b/3.tif": file("rgba.tif"),
    });
    const paths = openData(dir).train.samples.map(({ path }) => path);
    const said: string[] = [];
    onRemark((text) => said.push(text));
    const [wide, dark] = await Promise.all(paths.map((path) => decodeImage(path)));
    expect(wide!.data[0]).toBe(red);
    expect(dark!.data[0]).toBe(red! >>> 2); // of 12 bits, as its neighbour, though 10 would hold it
    expect(said).toEqual([
      `${dir}: 2 16-bit images are read as 12 bits, because the largest value is 3840: 1.tif, 2.png. Use --bits to change this.`,
    ]);
    expect(await bitsKey(paths)).toBe("12");
  });

  test("is said of many files of a call by their number and a few names", async () => {
    const files = Object.fromEntries([..."abcde"].map((name) => [`${name}.png`, file("grey-10-of-16.png")]));
    const dir = writeFiles(join(root, "many"), files);
    const paths = imagesOf(Object.keys(files).map((name) => join(dir, name)));
    const said: string[] = [];
    onRemark((text) => said.push(text));
    await decodeImage(paths[4]!);
    expect(said[0]).toMatch(
      /^\S+a\.png and 4 other paths: 5 16-bit images are read as 10 bits, because the largest value is \d+: a\.png, b\.png, c\.png and others\. Use --bits to change this\.$/,
    );
  });

  test("is what the user says, and is refused where that is no camera's", async () => {
    tellBits(14);
    expect((await decodeImage(file("rgb-12-of-16.tif"))).data[0]).toBe(red! >>> 2);
    expect(await bitsKey([])).toBe("14");
    expect(() => tellBits(20)).toThrow(
      "ERR_USAGE --bits 20: expected a whole number from 8 to 16. Cameras use 10, 12,",
    );
  });

  test("is one number for all files and folders of a call", async () => {
    const dir = writeFiles(join(root, "call"), {
      "dark/1.png": file("grey-10-of-16.png"),
      "2.tif": file("rgb-14-of-16.tif"),
    });
    const paths = imagesOf([join(dir, "dark"), join(dir, "2.tif")]);
    expect((await decodeImage(paths[0]!)).data[0]).toBe(red! >>> 4);
  });
});

describe("what could be read otherwise is said of the first and counted", () => {
  test.each([
    ["imagej-cyx.tif", "channels as pages", "its pages 1, 2, 3 are used as red, green and blue"],
    ["cyx-bgr.ome.tif", "channels as pages", "its pages 3, 2, 1 are used as red, green and blue"],
    ["pages.tif", "several pages", "of its 4 images, page 1 is used"],
    [
      "resolution.tif",
      "scale in tags",
      "gives 0.1 micrometres per pixel, which is used if all images of a laboratory give the same; to use it anyway, add --scale 0.1um",
    ],
    ["imagej-stack.tif", "several pages", "of its 3 images, page 1 is used"],
    ["orientation-6.tif", "orientation not applied", "has an EXIF rotation, which is ignored"],
  ])("%s", async (name, kind, text) => {
    const said: string[] = [];
    onRemark((line) => said.push(line));
    await decodeImage(file(name), { name });
    await decodeImage(file(name), { name: "second" });
    expect(said).toEqual([`${name}: ${text}. Similar images are read the same way.`]);
    expect(remarksSoFar()).toEqual({ kinds: { [kind]: 2 } });
  });

  test("a slice of several is named beside the channels", async () => {
    await decodeImage(file("imagej-zcyx.tif"), { name: "z.tif" });
    expect(remarksSoFar()).toEqual({ kinds: { "channels as pages": 1, "several pages": 1 } });
  });

  test.each(["pyramid.tif", "subifds.tif", "thumbnail-first.tif", "rgb-16.tif"])("nothing of %s", async (name) => {
    await decodeImage(file(name));
    expect(remarksSoFar()).toBeUndefined();
  });

  test("of a JPEG too", async () => {
    const { default: sharp } = await import("sharp");
    await decodeImage(
      await sharp(await picture(3))
        .withMetadata({ orientation: 3 })
        .jpeg()
        .toBuffer(),
      { name: "x" },
    );
    expect(remarksSoFar()).toEqual({ kinds: { "orientation not applied": 1 } });
  });
});

test("a zip of pictures stands for the folder in it", async () => {
  const dir = root;
  const bytes = new Uint8Array(await picture(3));
  const zip = zipSync({
    "cells/Basophil/1.png": bytes,
    "cells/Monocyte/2.png": bytes,
    "__MACOSX/cells/._1.png": bytes,
  });
  writeFiles(dir, { "cells.zip": zip, "no.zip": "words" });
  const path = join(dir, "cells.zip");
  expect(() => openData(path)).toThrow(
    `ERR_DATA ${path}: a zip file that is not unpacked yet. Unpack it, or await unpackZip`,
  );
  expect(isZip(path)).toBe(true);
  await unpackZip(path);
  expect(remarksSoFar()!.notes).toEqual([expect.stringContaining(`${path} is unpacked in ${defaultCacheDir()}`)]);
  const { classes, samples } = openData(path).train;
  expect(classes).toEqual(["Basophil", "Monocyte"]);
  expect(samples.length).toBe(2);
  expect(imagesOf([path]).length).toBe(2);
  await expect(unpackZip(join(dir, "no.zip"))).rejects.toThrow(
    /no\.zip: is not a zip, tar, gzipped tar or rar archive/,
  );
});

test("a folder without images is refused by its path", () => {
  const dir = temporaryFolder();
  writeFiles(dir, { "notes.txt": "words" });
  expect(() => imagesOf([dir])).toThrow(`ERR_DATA ${dir}: contains no images. Give image files (`);
});
