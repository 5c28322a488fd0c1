import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, makeCli } from "../cli.ts";

const cli = makeCli();

beforeAll(async () => {
  const train = ["--image-size", "32", "--epochs", "1", "--threads", "1", "--validation", "0.5"];
  const outcomes = await cli.runAll([
    ["draw", "cells", "--count", "42", "--test-count", "6", "--size", "40"],
    ["draw", "elsewhere", "--count", "22", "--test-count", "2", "--size", "40", "--seed", "9"],
    ["train", "--data", "cells", ...train, "--out", "run"],
    ["train", "--data", "cells/Test", "--image-size", "32", "--epochs", "1", "--threads", "1", "--out", "few"],
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
}, 400_000);

test("generalise shows a fall with limits, the classes that break, the warning, and what corrections give", async () => {
  const words = ["generalise", "run", "--home", "A=cells/Test", "--sets", "B=elsewhere/Train", "--threads", "1"];
  const [json, text] = await cli.runAll([
    [...words, "--json"],
    [...words, "--no-corrections", "--out", "change.html"],
  ]);
  const [model] = JSON.parse(json!.stdout).models;
  const [away] = model.away;
  expect([model.home.name, away.name, away.evaluation.count]).toEqual(["A", "B", 110]);
  expect(away.fall.accuracy.value).toBeCloseTo(
    model.home.evaluation.accuracy.value - away.evaluation.accuracy.value,
    10,
  );
  expect(away.fall.accuracy.low).toBeLessThanOrEqual(away.fall.accuracy.value);
  expect(away.classes).toHaveLength(5);
  for (const { support, recall, mistakenFor } of away.classes) {
    expect(support).toBe(22);
    if (mistakenFor !== undefined) expect(mistakenFor.count).toBeLessThanOrEqual(Math.round(22 * (1 - recall.value)));
  }
  expect(model.home.familiarity.count).toBe(30);
  expect(away.toldApart.value).toBeGreaterThanOrEqual(0);
  expect(away.corrections.map(({ name }: { name: string }) => name)).toEqual([
    "prior correction",
    "test-time augmentation",
    "batch-norm statistics",
    "entropy minimisation",
  ]);
  for (const { change, accuracy } of away.corrections)
    expect(change.accuracy.value).toBeCloseTo(accuracy.value - away.evaluation.accuracy.value, 10);
  expect(text!.stdout).toMatch(/^run\nLaboratory /);
  expect(text!.stdout).toMatch(/B: accuracy drops by /);
  const page = readFileSync(join(cli.dir, "change.html"), "utf8");
  expect(page).toContain("From A to B");
  expect(page).not.toContain("corrections without labels gain");
}, 400_000);

test("pictures unlike the model's own are told by predict, evaluate and generalise", async () => {
  // The same cells in the light of a darker lamp: nothing that a label says.
  for (const name of readdirSync(join(cli.dir, "cells/Test"))) {
    mkdirSync(join(cli.dir, "dark", name), { recursive: true });
    for (const file of readdirSync(join(cli.dir, "cells/Test", name)))
      await sharp(join(cli.dir, "cells/Test", name, file))
        .linear(0.5, 0)
        .toFile(join(cli.dir, "dark", name, file));
  }
  const [predicted, evaluated, judged, own] = await cli.runAll([
    ["predict", "run", "dark", "--json"],
    ["evaluate", "run", "--data", "dark"],
    ["generalise", "run", "--home", "A=cells/Test", "--sets", "dark", "--no-corrections", "--json"],
    ["predict", "run", "cells/Test"],
  ]);
  expect(predicted!.stderr).toMatch(/Note: These images do not look like the model's training images: \d+ of 30 /);
  for (const line of predicted!.stdout.trim().split("\n")) expect(typeof JSON.parse(line).familiarity).toBe("number");
  expect(evaluated!.stdout).toMatch(/Note: These images do not look like/);
  expect(JSON.parse(judged!.stdout).models[0].away[0].toldApart.value).toBeGreaterThan(0.9);
  expect(own!.stderr).not.toMatch(/do not look like/);
}, 400_000);

test("predict --calibrated divides logits by the temperature that the model carries", async () => {
  const [plain, calibrated] = await cli.runAll([
    ["predict", "run", "cells/Test/Basophil", "--json"],
    ["predict", "run", "cells/Test/Basophil", "--json", "--calibrated"],
  ]);
  const [rows, others] = [plain!, calibrated!].map(({ stdout }) =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { class: string; probabilities: Record<string, number> }),
  );
  const ratios = rows!.map((row, i) => {
    const { Basophil: p, Monocyte: q } = row.probabilities;
    const { Basophil: r, Monocyte: s } = others![i]!.probabilities;
    expect(others![i]!.class).toBe(row.class);
    return Math.log(p! / q!) / Math.log(r! / s!);
  });
  expect(ratios[0]).not.toBeCloseTo(1, 3);
  for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 4);
}, 30_000);

test("generalise tells what is wrong", async () => {
  writeFileSync(join(cli.dir, "mine.html"), "mine");
  const sets = ["--home", "A=cells/Test", "--sets", "B=elsewhere/Train"];
  const [noHome, noSets, twice, mine, nowhere, cold] = await cli.runAll([
    ["generalise", "run", "--sets", "B=elsewhere"],
    ["generalise", "run", "--home", "A=cells"],
    ["generalise", "run", ...sets, "--sets", "B=cells"],
    ["generalise", "run", ...sets, "--out", "mine.html"],
    ["generalise", "nothing", ...sets],
    ["predict", "few", "cells/Test", "--calibrated"],
  ]);
  expectFailure(cold!, 3, /few\/model\.onnx: contains no temperature/);
  expectFailure(noHome!, 2, /generalise: --home is missing/);
  expectFailure(noSets!, 2, /generalise: --sets is missing/);
  expectFailure(twice!, 2, /two sets are named "B"/);
  expectFailure(mine!, 3, /mine\.html: exists and is not a/);
  expectFailure(nowhere!, 3, /nothing: no such model/);
}, 400_000);
