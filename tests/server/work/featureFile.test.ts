import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { FeatureFile } from "@leukogram/laboratory/server/work/featureFile";
import { afterAll, expect, test } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "leukogram-features-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const hash = (i: number) => createHash("sha256").update(`${i}`).digest("hex");

test("keeps rows by image, once each, and finds them again when it is opened", async () => {
  const path = join(dir, "deep", "a.bin");
  const file = await FeatureFile.open(path, 2);
  await file.add([hash(0), hash(1)], Float32Array.of(1, 2, 3, 4));
  await file.add([hash(1), hash(2)], Float32Array.of(9, 9, 5, 6));
  await file.close();
  appendFileSync(path, "cut short");
  const again = await FeatureFile.open(path, 2);
  expect(again.size).toBe(3);
  expect([again.has(hash(2)), again.has(hash(3)), await again.get(hash(3))]).toEqual([true, false, undefined]);
  expect(await again.get(hash(1))).toEqual(Float32Array.of(3, 4));
  await again.add([hash(3)], Float32Array.of(7, 8));
  await again.close();
  const third = await FeatureFile.open(path, 2);
  expect(await third.get(hash(3))).toEqual(Float32Array.of(7, 8));
  await third.close();
});

test("begins anew where it is of another width", async () => {
  const path = join(dir, "b.bin");
  const file = await FeatureFile.open(path, 2);
  await file.add([hash(0)], Float32Array.of(1, 2));
  await file.close();
  const other = await FeatureFile.open(path, 3);
  expect(other.size).toBe(0);
  await other.close();
  expect(statSync(path).size).toBe(8);
});

test("names the nearest of those that it is asked about, as comparing all by hand does", async () => {
  const file = await FeatureFile.open(join(dir, "c.bin"), 8);
  const rng = new Rng(3);
  const rows = Array.from({ length: 900 }, () => Float32Array.from({ length: 8 }, () => rng.uniform(-1, 1)));
  for (const [i, row] of rows.entries()) await file.add([hash(i)], row);
  const query = rows[7]!;
  const items = [...rows.keys()].filter((i) => i % 3 === 1);
  const near = await file.nearest(query, [...items, 100_000], { count: 5, hashOf: hash });
  const length = (row: Float32Array) => Math.hypot(...row);
  const byHand = items
    .map((item) => {
      const dot = rows[item]!.reduce((sum, value, j) => sum + value * query[j]!, 0);
      return { item, distance: 1 - dot / length(rows[item]!) / length(query) };
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5);
  expect(near.map(({ item }) => item)).toEqual(byHand.map(({ item }) => item));
  for (const [i, { distance }] of near.entries()) expect(distance).toBeCloseTo(byHand[i]!.distance, 6);
  expect(near[0]).toMatchObject({ item: 7 });
  await file.close();
});
