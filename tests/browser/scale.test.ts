import { join } from "node:path";
import { bringPictures } from "leukogram/browser/classifier";
import { chooseScale, measureScale, redCellOf } from "leukogram/browser/scale";
import { walkImages } from "leukogram/data/folders/walk";
import { decodeImage } from "leukogram/data/pictures/image";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { scaleOfFiles } from "leukogram/data/scale/laboratoryScales";
import { parseScale } from "leukogram/data/scale/scale";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { bringImage, type PictureFacts } from "leukogram/evaluation/classifierFacts";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../training/sets.ts";

const dir = temporaryFolder();
const facts = {
  imageSize: [32, 32],
  isSquare: false,
  cropRedCells: 2.6,
  home: { looks: [], temperature: undefined },
} as const satisfies PictureFacts;
const model = { ...facts, scale: undefined };
let paths: string[];
let pictures: RgbImage[];

beforeAll(async () => {
  await drawSmears(dir, { count: 5, testCount: 1, imageSize: 48 });
  paths = walkImages(join(dir, "Train"));
  pictures = await Promise.all(paths.map((path) => decodeImage(path)));
});

test("a page measures the scale of a batch as Node does, and crops pixel for pixel as Node does", async () => {
  const measured = await scaleOfFiles(paths);
  expect(await measureScale(pictures)).toEqual({ ...measured, notes: [] });
  const { redCell } = measured.scale!;
  expect(await redCellOf(model, pictures, undefined)).toBe(redCell);
  const { images, brought } = await bringPictures(pictures, facts, redCell);
  for (const [i, picture] of pictures.entries()) {
    const { pixels, crop } = bringImage(picture, facts, redCell);
    expect(images.data.slice(i * pixels.length, (i + 1) * pixels.length)).toEqual(pixels);
    expect(brought[i]!.crop).toEqual(crop);
  }
});

test("what is told comes first, then what the model carries, then nuclei; of few pictures nothing is known", async () => {
  expect(await redCellOf({ ...model, scale: parseScale("30px") }, pictures, "0.4um")).toBeCloseTo(18, 10);
  expect(await redCellOf({ ...model, scale: parseScale("30px") }, pictures, undefined)).toBe(30);
  expect(await redCellOf(model, pictures.slice(0, 5), undefined)).toBeUndefined();
  const { notes } = await measureScale(pictures.slice(0, 5));
  expect(notes).toEqual([expect.stringMatching(/Nuclei were found in 5 of 5 images, but 20 are needed/)]);
  await expect(redCellOf(model, pictures, "72")).rejects.toThrow(/ERR_USAGE scale "72"/);
  const whole = redCellOf({ cropRedCells: undefined, scale: undefined }, pictures, "72px");
  await expect(whole).rejects.toThrow(/takes whole images.*Remove scale/);
});

test("a page chooses the scale as commands do, and says what the nuclei say against it", async () => {
  const { scale: measured } = await scaleOfFiles(paths);
  expect(await chooseScale(model, pictures)).toEqual({ scale: measured, notes: [] });
  const damaged = { data: new Uint8Array(3), width: 40, height: 40 };
  expect((await chooseScale(model, [damaged, ...pictures])).scale).toEqual(measured);
  const told = await chooseScale({ ...model, scale: parseScale("30px") }, pictures, "72px");
  expect(told).toEqual({
    scale: parseScale("72px"),
    notes: [expect.stringMatching(/^The given scale contradicts the images/)],
  });
  const carried = await chooseScale({ ...model, scale: parseScale("30px") }, pictures.slice(0, 3));
  expect(carried).toEqual({ scale: parseScale("30px"), notes: [] });
  const few = await chooseScale(model, pictures.slice(0, 3));
  expect(few).toEqual({ scale: undefined, notes: [expect.stringMatching(/^Nuclei were found in 3 of 3 images/)] });
  await expect(chooseScale(model, [], "72")).rejects.toThrow(/ERR_USAGE scale "72"/);
  const whole = { cropRedCells: undefined, scale: undefined };
  expect(await chooseScale(whole, pictures)).toEqual({ scale: undefined, notes: [] });
  await expect(chooseScale(whole, pictures, "72px")).rejects.toThrow(/takes whole images/);
});
