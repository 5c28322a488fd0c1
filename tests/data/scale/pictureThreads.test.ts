import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tellBits } from "leukogram/data/pictures/depth";
import { addPictures } from "leukogram/data/pictures/pictureSets";
import { forgetRemarks, remarksSoFar } from "leukogram/data/remarks";
import type { PictureForm } from "leukogram/data/scale/bringPicture";
import { PictureReading } from "leukogram/data/scale/pictureThreads";
import sharp from "sharp";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "../folders.ts";

const dir = temporaryFolder();
const FORM: PictureForm = { imageSize: [16, 12], isSquare: false, cropRedCells: undefined, hasLooks: true };
/** So many files are read in threads. */
const MANY = 64;
let paths: string[] = [];

beforeAll(async () => {
  const wide = Uint16Array.from({ length: 12 * 10 * 3 }, (_, i) => 11 * i);
  const raw = { raw: { width: 12, height: 10, channels: 3 } } as const;
  writeFiles(dir, {
    "same.png": await picture(30, { width: 12, height: 16 }),
    "turned.jpg": await sharp(await picture(90))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer(),
    "broken.jpg": "no image",
    "wide.png": await sharp(wide, raw).toColourspace("rgb16").png().toBuffer(),
  });
  for (let i = 0; i < MANY; i++) writeFileSync(join(dir, `${i}.png`), await picture(3 * i));
  paths = ["same.png", "turned.jpg", "broken.jpg", "wide.png", "missing.png"].map((name) => join(dir, name));
  paths.push(...Array.from({ length: MANY }, (_, i) => join(dir, `${i}.png`)));
  addPictures(dir, paths);
}, 60_000);
beforeEach(forgetRemarks);

async function readAll(count: number, form: PictureForm, redCell?: number) {
  const reading = new PictureReading(count);
  const found = await Promise.all(
    paths.map((path) => reading.bring(path, form, redCell, { name: `<${path}>` }).catch((error: Error) => error)),
  );
  const sizes = await Promise.all(paths.map((path) => reading.sizes(path).catch((error: Error) => error.message)));
  await reading.close();
  return { found, sizes, remarks: remarksSoFar() };
}

test.each<[string, PictureForm, number | undefined]>([
  ["whole pictures", FORM, undefined],
  ["squares", { ...FORM, imageSize: [16, 16], isSquare: true }, undefined],
  ["crops at a scale", { ...FORM, imageSize: [16, 16], cropRedCells: 2.8, looksSize: 8 }, 3],
])("threads bring %s as the main thread does, and say the same", async (_, form, redCell) => {
  const here = await readAll(1, form, redCell);
  forgetRemarks();
  const there = await readAll(paths.length, form, redCell);
  expect(there.sizes).toEqual(here.sizes);
  expect(there.remarks?.kinds).toEqual(here.remarks?.kinds);
  expect(here.remarks?.kinds).toEqual({ "orientation not applied": 1 });
  for (const [i, one] of here.found.entries()) {
    const other = there.found[i]!;
    if (one instanceof Error || other instanceof Error) expect(String(other)).toBe(String(one));
    else expect({ ...other, pixels: [...other.pixels] }).toEqual({ ...one, pixels: [...one.pixels] });
  }
  expect(here.found.filter((one) => one instanceof Error).map(String)).toEqual([
    expect.stringContaining(`<${paths[2]}>: not an image`),
    expect.stringContaining(`<${paths[4]}>: no such file`),
  ]);
});

test("bits that somebody said spare the measuring of all files, and the note on it", async () => {
  tellBits(14);
  const more = await Promise.all(
    [1, 2].map(async (name) => {
      const path = join(dir, `more-${name}.png`);
      writeFileSync(path, await sharp(join(dir, "wide.png")).toColourspace("rgb16").png().toBuffer());
      return path;
    }),
  );
  addPictures("more", more);
  const reading = new PictureReading(paths.length);
  await Promise.all(more.map((path) => reading.bring(path, FORM, undefined)));
  await reading.close();
  tellBits(undefined);
  expect(remarksSoFar()).toBeUndefined();
});

test("a reading that is closed lets all end that was begun; another takes the same threads", async () => {
  const reading = new PictureReading(paths.length);
  const begun = paths.slice(5).map((path) => reading.bring(path, FORM, undefined));
  await reading.close();
  expect((await Promise.all(begun)).map(({ pixels }) => pixels.length)).toEqual(begun.map(() => 16 * 12 * 3));
  const next = new PictureReading(paths.length);
  expect((await next.bring(paths[0]!, FORM, undefined)).pixels).toHaveLength(16 * 12 * 3);
  await next.close();
});

test("an interrupted reading reads no more", async () => {
  for (const count of [1, paths.length]) {
    const reading = new PictureReading(count, AbortSignal.abort());
    await expect(reading.sizes(paths[0]!)).rejects.toThrow("ERR_ABORTED reading images was interrupted");
    await reading.close();
  }
});
