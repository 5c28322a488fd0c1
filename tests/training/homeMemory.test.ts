import { truncateSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { readHomeMemory, writeHomeMemory } from "leukogram/training/homeMemory";
import { trainModel } from "leukogram/training/trainModel";
import { expect, test } from "vitest";
import { drawSet, rejection, smallRecipe, temporaryFolder } from "./sets.ts";

const dir = temporaryFolder();
const rng = new Rng("memory");
const memory = {
  shape: [3, 2, 2],
  labels: [0, 1, 4],
  activations: Float32Array.from({ length: 36 }, (_, i) => rng.normal() * 10 ** Math.floor(i / 12)),
};

test("comes back within half a step of each cell's largest number", async () => {
  const file = join(dir, "memory.safetensors");
  await writeHomeMemory(file, memory);
  const { shape, labels, activations } = (await readHomeMemory(file))!;
  expect([shape, labels]).toEqual([memory.shape, memory.labels]);
  for (let cell = 0; cell < 3; cell++) {
    const own = memory.activations.subarray(cell * 12, cell * 12 + 12);
    const step = Math.max(...own.map(Math.abs)) / 127;
    for (const [j, value] of own.entries())
      expect(Math.abs(activations[cell * 12 + j]! - value)).toBeLessThan(0.51 * step);
  }
});

test("is undefined where there is none, and an error where it is cut short", async () => {
  expect(await readHomeMemory(join(dir, "none"))).toBeUndefined();
  const file = join(dir, "short.safetensors");
  await writeHomeMemory(file, memory);
  truncateSync(file, 200);
  expect((await rejection(readHomeMemory(file))).code).toBe("ERR_FORMAT");
});

test("fields that are larger than the model's pictures are remembered too", async () => {
  const set = await drawSet(join(dir, "fields"));
  const out = join(dir, "of fields");
  await trainModel(set.train, set.validation, smallRecipe({ epochs: 1, fieldSize: 40, scaleMin: 0.5 }), { out });
  expect((await readHomeMemory(join(out, "memory.safetensors")))!.labels.length).toBe(set.validation.length);
});

test("a run remembers its validation images, as many of each class", async () => {
  const set = await drawSet(join(dir, "smears"));
  const out = join(dir, "run");
  await trainModel(set.train, set.validation, smallRecipe({ epochs: 1 }), { out });
  const { labels, shape } = (await readHomeMemory(join(out, "memory.safetensors")))!;
  const counts = set.train.classes.map((_, k) => labels.filter((label) => label === k).length);
  const there = set.train.classes.map((_, k) => set.validation.filter(({ label }) => label === k).length);
  expect(counts).toEqual(there);
  expect(shape).toEqual([8]);
});
