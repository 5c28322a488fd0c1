import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scaleInFiles } from "leukogram/data/scale/fileScales";
import { type MeasuredScale, scaleNotes, scaleText, withFileScale } from "leukogram/data/scale/scale";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../folders.ts";

const all: Record<string, { readonly file: string }> = JSON.parse(
  readFileSync(new URL("../pictures/pictureKinds.json", import.meta.url), "utf8"),
);
const file = (name: string) => new Uint8Array(Buffer.from(all[name]!.file, "base64"));
const dir = temporaryFolder();

const measured = (redCell: number): MeasuredScale => ({
  scale: { redCell, error: 0.05, source: "red cells", cells: 50 },
  looked: 50,
  found: 50,
  spread: 1.3,
});

test("files that all say one width of a pixel tell the scale; others, or one without, tell none", async () => {
  writeFiles(dir, { "a.tif": file("resolution.tif"), "b.TIF": file("resolution.tif"), "c.tif": file("rgba.tif") });
  const of = (...names: string[]) => scaleInFiles(names.map((name) => join(dir, name)));
  const said = (await of("a.tif", "b.TIF"))!;
  expect([said.redCell, said.source]).toEqual([expect.closeTo(72, 3), "file"]);
  expect(scaleText(said)).toContain("from the pixel size in the files");
  expect(await of("a.tif", "c.tif")).toBeUndefined();
  expect(await of()).toBeUndefined();
});

test("the cells count where files contradict them by more than a quarter, and both numbers are said", async () => {
  const said = await scaleInFiles([join(dir, "a.tif")]);
  expect(withFileScale(measured(65), said).file).toBe(said);
  const off = withFileScale(measured(40), said);
  expect(off.file).toBeUndefined();
  expect(scaleNotes(off.scale, off)).toEqual([
    "According to the files, red cells are 72.0 pixels wide (0.100 micrometres per pixel); according to the cells, 40.0 (red cells). The cells are used, because the two differ by more than 25 %. Use --scale to change this.",
  ]);
});

test("reading is interrupted", async () => {
  await expect(scaleInFiles([join(dir, "a.tif")], { signal: AbortSignal.abort() })).rejects.toThrow(
    "ERR_ABORTED reading scales of files was interrupted",
  );
});
