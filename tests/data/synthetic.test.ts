import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "leukogram/cells/classes";
import { openData } from "leukogram/data/dataset";
import { decodeImage } from "leukogram/data/pictures/image";
import { splitDataset } from "leukogram/data/sampling/split";
import { drawSlideLook, drawSmear } from "leukogram/data/smears/smear";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "./folders.ts";

const dir = temporaryFolder();

describe("drawSmears", () => {
  test("writes a data set that opens and splits, and says what it is", async () => {
    const dest = join(dir, "smears");
    let last = "";
    await drawSmears(dest, {
      count: 5,
      testCount: 1,
      imageSize: 32,
      onProgress: (done, total) => (last = `${done}/${total}`),
    });
    const { train, test: held } = openData(dest);
    expect(train.classes).toEqual([...CELL_TYPES]);
    expect([train.samples.length, held!.samples.length, last]).toEqual([25, 5, "30/30"]);
    const { validation } = splitDataset(train);
    expect(new Set(validation.map((sample) => sample.label)).size).toBe(5);
    const slides = new Set(train.samples.map((sample) => sample.group));
    expect(slides.size).toBe(5);
    expect(held!.samples.some((sample) => slides.has(sample.group))).toBe(false);
    expect(readFileSync(join(dest, "README.txt"), "utf8")).toContain("synthetic drawings, not patients' cells");
    const { width, height } = await decodeImage(train.samples[0]!.path);
    expect([width, height]).toEqual([32, 32]);
  });

  test("draws the same pictures for the same seed, and others for another", async () => {
    const read = async (seed: number, name: string) => {
      await drawSmears(join(dir, name), { count: 1, testCount: 1, imageSize: 32, seed });
      return readFileSync(join(dir, name, "Train/Monocyte/mon_0000.jpg"));
    };
    expect(await read(1, "one")).toEqual(await read(1, "two"));
    expect(await read(1, "one")).not.toEqual(await read(2, "three"));
  });

  test("writes whole or not at all, and over no one's files", async () => {
    const stop = new AbortController();
    const stopped = drawSmears(join(dir, "stopped"), {
      count: 2,
      imageSize: 16,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow("ERR_ABORTED drawing was interrupted; nothing was written");
    expect(existsSync(join(dir, "stopped"))).toBe(false);
    const foreign = writeFiles(join(dir, "foreign"), { "mine.txt": "" });
    await expect(drawSmears(foreign, { count: 1, testCount: 1, imageSize: 16 })).rejects.toThrow(
      /ERR_OUTPUT .* was not made by/,
    );
    await expect(drawSmears(join(dir, "x"), { count: 0 })).rejects.toThrow(
      "ERR_USAGE synthetic smears: count must be a whole number above 0, received 0",
    );
    await expect(drawSmears(join(dir, "x"), { imageSize: 4 })).rejects.toThrow(
      "the image size must be 16 to 2048, received 4",
    );
  });
});

/** Share of the pixels for which `is` holds, over a few pictures of the class. */
function share(label: number, is: (red: number, green: number, blue: number) => boolean): number {
  const look = { lamp: [1, 0.9, 0.85], stain: [1, 1, 1], density: 0, pallor: 0.6 } as const;
  let [found, all] = [0, 0];
  for (let i = 0; i < 6; i++) {
    const pixels = drawSmear(new Rng(40).fork(label).fork(i), label, { size: 90, look });
    for (let at = 0; at < pixels.length; at += 3, all++) if (is(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!)) found++;
  }
  return found / all;
}

describe("the drawn cells", () => {
  const [basophil, eosinophil, lymphocyte, monocyte, neutrophil] = [0, 1, 2, 3, 4];
  const orange = (red: number, green: number, blue: number) => red > 150 && red > 1.35 * green && red > 1.2 * blue;
  const dark = (red: number, green: number) => red < 130 && green < 100;
  const notBare = (_red: number, green: number) => green < 195;

  test("are orange where they are eosinophils only", () => {
    const others = [basophil, lymphocyte, monocyte, neutrophil].map((label) => share(label, orange));
    expect(share(eosinophil, orange)).toBeGreaterThan(0.01);
    expect(Math.max(...others)).toBeLessThan(0.001);
  });

  test("are smallest as lymphocytes and largest as monocytes", () => {
    const sizes = [basophil, eosinophil, lymphocyte, monocyte, neutrophil].map((label) => share(label, notBare));
    expect(Math.min(...sizes)).toBe(sizes[lymphocyte]);
    expect(Math.max(...sizes)).toBe(sizes[monocyte]);
  });

  test("are filled by the nucleus the most as lymphocytes", () => {
    const filled = [eosinophil, lymphocyte, monocyte, neutrophil].map(
      (label) => share(label, dark) / share(label, notBare),
    );
    expect(Math.max(...filled)).toBe(filled[1]);
  });
});

test("slides differ in stain and light", () => {
  const looks = Array.from({ length: 4 }, (_, i) => drawSlideLook(new Rng(i)));
  expect(new Set(looks.map((look) => look.stain[0])).size).toBe(4);
});
