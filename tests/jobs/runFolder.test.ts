import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { checkRunFolder } from "leukogram/jobs/runs/runConfig";
import { isRunFolder, JUDGED_NAMES, onnxOf, RUN_NAMES, runFiles } from "leukogram/run/runFolder";
import { parseRecipe } from "leukogram/training/recipe/recipe";
import { VERSION } from "leukogram/version";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "../support/packages.ts";

const dir = mkdtempSync(join(tmpdir(), "leukogram-run-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("whatever lies in a run folder is among what makes room for a new run, but for figures of one set", () => {
  const paths = Object.values(runFiles("run")).map((path) => (typeof path === "string" ? path : path("x")));
  const tops = new Set(paths.map((path) => relative("run", path).split(sep)[0]!));
  expect([...tops].filter((name) => !RUN_NAMES.includes(name))).toEqual(["metrics.json"]);
  expect(JUDGED_NAMES).toContain("metrics.json");
});

test("the documents name the files as they are written", () => {
  const table = readFileSync(join(ROOT, "docs", "architecture.md"), "utf8").split("## What is in a run folder")[1]!;
  const { config, history, log, checkpoint, keras, model, memory, report, card } = runFiles("run");
  for (const path of [config, history, log, checkpoint, keras, model, memory, report, card])
    expect(table).toContain(`\`${relative("run", path).replaceAll(sep, "/")}\``);
});

test("a folder is a run from its settings on, and its model is found in it", () => {
  const run = join(dir, "run");
  mkdirSync(run);
  expect(isRunFolder(run)).toBe(false);
  writeFileSync(runFiles(run).config, "{}");
  expect(isRunFolder(run)).toBe(true);
  expect(onnxOf(run)).toBe(join(run, "model.onnx"));
  expect(onnxOf("mine.onnx")).toBe("mine.onnx");
});

test("a run of an earlier version is resumed with its settings, one of a later version is refused by name", () => {
  const run = join(dir, "earlier");
  mkdirSync(run);
  // As the first version wrote it: fewer settings, and nothing on how data is read.
  const first = {
    model: "cnn",
    head: "dense",
    frozen: true,
    epochs: 3,
    optimizer: "adamw",
    balance: "sampling",
    seed: 7,
  };
  const write = (version: string, recipe: object) =>
    writeFileSync(runFiles(run).config, JSON.stringify({ version, data: "cells", recipe }));
  const resume = (recipe: object) =>
    checkRunFolder(run, { recipe: parseRecipe({ ...recipe }) }, { resume: true, replace: false });
  write("0.0.1", first);
  expect(() => resume(first)).not.toThrow();
  expect(() => resume({ ...first, epochs: 4 })).toThrow("different settings: epochs 3, now 4");
  write("9.0.0", { ...first, swirl: 2 });
  expect(() => resume(first)).toThrow(
    `ERR_CONFIG ${runFiles(run).config}: unknown setting "swirl" of Leukogram 9.0.0. This is version ${VERSION}: install`,
  );
});
