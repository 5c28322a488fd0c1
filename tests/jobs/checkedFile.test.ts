import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { Dense, Flatten } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { askLayers, askOnnxFile, askStored, largestDifference, writeChecked } from "leukogram/jobs/models/checkedFile";
import { expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";

const dir = temporaryFolder();
const net = (seed: number) => new Sequential([4, 4, 3], [new Flatten(), new Dense({ units: 2 })]).initialize(seed);

test("a file that can't be loaded, or gives other numbers, is not left, nor is one before it touched", async () => {
  const out = join(dir, "m.keras");
  const bytes = await kerasBytes(net(1));
  const write = (path: string) => writeFile(path, bytes);
  const settings = { write, ask: askStored, tolerance: 1e-4 };
  const { difference } = await writeChecked(out, {
    ...settings,
    source: await askStored(await written("same.keras", bytes)),
  });
  expect([difference, readFileSync(out).equals(bytes)]).toEqual([0, true]);
  const before = readdirSync(dir).sort();
  const other = await askStored(await written("same.keras", await kerasBytes(net(2))));
  await expect(writeChecked(out, { ...settings, source: other })).rejects.toThrow(
    /^ERR_FORMAT .*m\.keras: the file written is not usable and was removed: its outputs differ from the original model's by \d.*/,
  );
  await expect(
    writeChecked(join(dir, "none.onnx"), {
      write: (path) => writeFile(path, "no model"),
      ask: (path) => askOnnxFile(path, [4, 4]),
      tolerance: 0,
    }),
  ).rejects.toThrow(/none\.onnx: the file written is not usable and was removed: model: ONNX Runtime can't load it/);
  expect(readdirSync(dir).sort()).toEqual(before);
  expect([existsSync(join(dir, "none.onnx")), readFileSync(out).equals(bytes)]).toEqual([false, true]);
});

async function written(name: string, bytes: Uint8Array): Promise<string> {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
}

test("only layers that are the same to the byte are not run again", async () => {
  const run = await askLayers(net(1));
  const known = { ...run, answers: [] };
  expect(await askStored(await written("first.keras", await kerasBytes(net(1))), known)).toBe(known.answers);
  const other = await askStored(await written("second.keras", await kerasBytes(net(2))), known);
  expect(largestDifference(run.answers, other)).toBeGreaterThan(0.01);
});

test("differences are shares of the largest number, and what is no number must be none in both", () => {
  const rows = (...values: number[]) => [Float32Array.from(values)];
  expect(largestDifference(rows(1, 200), rows(1, 201))).toBeCloseTo(1 / 200, 6);
  expect(largestDifference(rows(0.5, Number.NaN), rows(0.25, Number.NaN))).toBe(0.25);
  expect(largestDifference(rows(0.5), rows(Number.NaN))).toBe(Number.POSITIVE_INFINITY);
});
