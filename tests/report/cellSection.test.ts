import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shownCells } from "leukogram/report/pictures/cellSection";
import { runReport } from "leukogram/report/text/html";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInput } from "./fixtures.ts";
import { findAll, parseXml, textOf, texts } from "./parseXml.ts";

const dir = mkdtempSync(join(tmpdir(), "leukogram-cells-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { classes } = runInput().evaluation;
const COUNT = 40;
const FILES = Array.from({ length: COUNT }, (_, i) => `cell <${i}>.png`);
const samples = FILES.map((file, i) => ({ file, path: join(dir, `${i}.png`) }));
const rows = FILES.map((file, i) => ({
  file,
  label: i % 5,
  group: file,
  probabilities: classes.map((_, k) => (k === (i % 8) % 5 ? 0.4 + i / 100 : (0.6 - i / 100) / 4)),
}));

beforeAll(async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  for (const { path } of samples)
    await sharp({ create: { width: 360, height: 363, channels: 3, background: "#fff", noise } }).toFile(path);
});

const section = (html: string) => findAll(parseXml(html), ({ attributes }) => attributes.id === "cells")[0]!;

describe("the section of cells", () => {
  test("shows file, label, answer and probability below a small picture that the page holds", async () => {
    const html = runReport(runInput({ cells: await shownCells({ classes, rows }, samples) }));
    const cells = section(html);
    expect(texts(cells, "h3")).toEqual([
      "Most confident mistakes",
      "Least confident predictions",
      "Correct predictions, a few from each class",
    ]);
    const tiles = findAll(cells, ({ attributes }) => attributes.class === "tile");
    expect(tiles.length).toBeLessThanOrEqual(8 + 8 + 3 * classes.length);
    for (const tile of tiles) {
      const [picture] = findAll(tile, ({ name }) => name === "img");
      expect(picture!.attributes.src).toMatch(/^data:image\/jpeg;base64,[A-Za-z0-9+/=]+$/);
    }
    // The last wrong one is the surest.
    expect(textOf(tiles[0]!)).toBe(`cell <39>.pnglabel ${classes[39 % 5]}answer ${classes[(39 % 8) % 5]}79.0 %`);
    // Pictures of noise are the largest there are.
    expect(html.length).toBeLessThan(500_000);
    expect(textOf(cells)).not.toContain("could not be read");
  }, 60_000);

  test("is the same for the same answers, and only there where cells were chosen", async () => {
    const again = () => shownCells({ classes, rows }, samples);
    expect(await again()).toEqual(await again());
    expect(runReport(runInput())).not.toContain('id="cells"');
  }, 60_000);

  test("says of pictures that were moved or damaged that they can't be read, and goes on", async () => {
    const broken = samples.map((sample, i) => ({
      ...sample,
      path: i % 2 ? join(dir, "gone", `${i}.png`) : sample.path,
    }));
    writeFileSync(join(dir, "damaged.png"), "no picture");
    const cells = await shownCells({ classes, rows }, [
      { ...broken[0]!, path: join(dir, "damaged.png") },
      ...broken.slice(1),
    ]);
    const shown = section(runReport(runInput({ cells })));
    expect(textOf(shown)).toMatch(/\d+ images of \d+ could not be read when this report was written/);
    const without = findAll(shown, ({ attributes }) => attributes.class === "tile").filter(
      (tile) => findAll(tile, ({ name }) => name === "img").length === 0,
    );
    expect(without.length).toBeGreaterThan(0);
    for (const tile of without) expect(textOf(tile)).toContain("can\u2019t be read");
  }, 60_000);
});
