import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { isRunFolder, JUDGED_NAMES, onnxOf, RUN_NAMES, runFiles } from "leukogram/run/runFolder";
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
