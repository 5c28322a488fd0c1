import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { Engine } from "@leukogram/laboratory/server/work/engine";
import { FeatureReader } from "@leukogram/laboratory/server/work/featureReader";
import { viewCells } from "leukogram/adaptation/fewLabels/labelledCells";
import { ownFeatures } from "leukogram/adaptation/fewLabels/topPart";
import { openRun } from "leukogram/adaptation/openRun";
import { walkImages } from "leukogram/data/folders/walk";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { findModelFile } from "leukogram/shipped/shippedModels";
import sharp from "sharp";
import { afterAll, describe, expect } from "vitest";
import { shared, testWith } from "../../support/shared.ts";

const MODEL = "cnn-anylab";
const dir = mkdtempSync(join(tmpdir(), "leukogram-engine-"));
const engine = new Engine({ session: { threads: 1 } });
afterAll(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});
const test = testWith("data/pbc");
const images = () => walkImages(shared("data/pbc/Test")).filter((_, i) => i % 150 === 0);
const named = (paths: readonly string[]) => paths.map((path, i) => ({ path, name: `cell ${i}.jpg` }));

describe("an engine", () => {
  test("answers as predict does, and names a damaged image as it came in", async () => {
    const paths = images();
    const damaged = join(dir, "0123");
    writeFileSync(damaged, readFileSync(paths[0]!).subarray(0, 3000));
    const answers = await engine.run("classify", {
      model: MODEL,
      files: [...named(paths), { path: damaged, name: "b.jpg" }],
    });
    const classifier = await loadClassifier(MODEL, { threads: 1 });
    for await (const { path, probabilities, familiarity } of classifyFiles(classifier, paths)) {
      const own = answers[paths.indexOf(path)]!;
      expect(own.error).toBeUndefined();
      expect(own.familiarity).toBe(familiarity);
      for (const [k, value] of own.probabilities!.entries()) expect(value).toBeCloseTo(probabilities![k]!, 6);
    }
    await classifier.close();
    expect(answers.at(-1)).toMatchObject({ probabilities: undefined });
    expect(answers.at(-1)!.error).toMatch(/^b\.jpg: the image is damaged or incomplete/);
  });

  test("knows classes, and the threshold that the file carries", async () => {
    const facts = await engine.run("facts", { model: MODEL });
    expect(facts.classes).toHaveLength(5);
    const metadata = readMetadata(readFileSync(findModelFile(MODEL).path));
    expect(facts).toMatchObject({ imageSize: [128, 128], error: Number(metadata.rejectError) });
    expect(facts.threshold).toBeCloseTo(Number(metadata.rejectThreshold), 6);
  });

  test("brings pictures of any size to the model, several at once", async () => {
    const shape = [2, 60, 80, 3] as const;
    const pixels = Buffer.alloc(2 * 60 * 80 * 3).map((_, i) => (i * 7919) % 251);
    const { probabilities: rows } = await engine.run("tensors", { model: MODEL, images: pixels, shape });
    expect(rows).toHaveLength(10);
    expect(rows.slice(0, 5).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  test("paints what speaks for a class, another picture for another class", async () => {
    const [file] = named(images());
    const [first, again, other] = [0, 0, 3].map((target) =>
      engine.run("explain", { model: MODEL, file: file!, target }),
    );
    const { width, height, format } = await sharp(Buffer.from(await first!)).metadata();
    expect([format, width, height]).toEqual(["png", 384, 384]);
    expect(Buffer.from(await again!).equals(Buffer.from(await first!))).toBe(true);
    expect(Buffer.from(await other!).equals(Buffer.from(await first!))).toBe(false);
  });

  test("tells what it can't do, and goes on; starts again when its process died", async () => {
    await expect(engine.run("facts", { model: "none" })).rejects.toThrow(/^ERR_FORMAT none: no such model/);
    const lost = expect(engine.run("classify", { model: MODEL, files: named(images()) })).rejects;
    process.kill(engine.pid!, "SIGKILL");
    await lost.toThrow(/^ERR_RUNTIME the process that runs models has ended: it ended with SIGKILL/);
    await expect(engine.run("facts", { model: "none" })).rejects.toThrow(/^ERR_FORMAT/);
  });

  test("ends at once when it is closed, whatever it is doing", async () => {
    const own = new Engine({ session: { threads: 1 } });
    const waiting = expect(own.run("facts", { model: MODEL })).rejects.toThrow(
      /^ERR_ABORTED the server is shutting down/,
    );
    const { pid } = own;
    await own.close();
    await waiting;
    expect(() => process.kill(pid!, 0)).toThrow(/ESRCH/);
    await expect(own.run("facts", { model: MODEL })).rejects.toThrow(/^ERR_ABORTED/);
  });
});

test("features are those that adapting learns from", async () => {
  const run = await openRun(MODEL);
  const paths = images().slice(0, 3);
  const samples = paths.map((path) => ({ file: path, path, label: 0, group: path }));
  const expected = await ownFeatures(run, await viewCells(run, samples, { threads: 1, ownOnly: true }), { threads: 1 });
  const reader = new FeatureReader(run, { threads: 1 });
  const bad = { path: join(dir, "missing"), name: "missing" };
  const { rows, width, places } = await reader.read([named(paths)[0]!, bad, ...named(paths).slice(1)]);
  await reader.close();
  expect(places).toEqual([0, undefined, 1, 2]);
  expect(rows).toHaveLength(3 * width);
  // Adapting rounds the normalised pictures to bytes.
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of rows.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(0.02 * largest);
});
