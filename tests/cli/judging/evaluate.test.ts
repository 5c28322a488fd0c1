import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_TYPES } from "leukogram/cells/classes";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli, type Outcome } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const IMAGE = "smears/Test/Basophil/bas_0000.jpg";
const classes: readonly string[] = CELL_TYPES;

interface Estimate {
  value: number;
  low: number;
  high: number;
}

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "a" });
  cpSync(path("a"), path("b"), { recursive: true });
});

describe.concurrent("evaluate", () => {
  test("prints one object of figures, the same for run folder and model file", async () => {
    const outcomes = await cli.runAll([
      ["evaluate", "a", "--data", "smears", "--json"],
      ["evaluate", "a/model.onnx", "--data", "smears/Test", "--json", "--quiet"],
    ]);
    const [folder, file] = outcomes as [Outcome, Outcome];
    const result = jsonOf<Record<string, unknown>>(folder);
    expect(result).toMatchObject({ model: join("a", "model.onnx"), data: "smears", count: 10, classes, skipped: [] });
    for (const key of ["accuracy", "balancedAccuracy", "macroF1", "macroRocAuc", "kappa", "matthews"]) {
      const { value, low, high } = result[key] as Estimate;
      expect(low <= value && value <= high, key).toBe(true);
    }
    expect(result.logLoss).toEqual({ value: expect.any(Number), low: null, high: null });
    const perClass = result.perClass as Record<string, unknown>[];
    expect(perClass.map((row) => row.class)).toEqual(classes);
    expect(perClass[0]).toMatchObject({ support: 2, recall: { value: expect.any(Number) } });
    const matrix = result.confusionMatrix as number[][];
    expect(matrix.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([2, 2, 2, 2, 2]);
    expect(folder.stderr).toBe("Classifying: 10\n");
    expect(file.stderr).toBe("");
    // Rules are found on a run's validation images, and a file has none.
    const { rules, tried, ...figures } = result;
    expect(rules).toMatchObject({ images: expect.any(Number), temperature: expect.any(Number) });
    expect(tried).toMatchObject({ conformal: { coverage: { value: expect.any(Number) } } });
    expect({ ...jsonOf<object>(file), data: "smears" }).toEqual({ ...figures, notes: expect.anything() });
  });

  test("writes its files into a folder of its own, again and again", async () => {
    const outcomes = await cli.runAll([
      ["evaluate", "a", "--data", "smears", "--out", "judged"],
      ["evaluate", "a", "--data", "smears", "--out", "judged", "--quiet"],
      ["evaluate", "a", "--data", "smears", "--out", "b"],
    ]);
    const [outcome, again, refused] = outcomes as [Outcome, Outcome, Outcome];
    expect([outcome.code, outcome.stderr]).toEqual([0, "Classifying: 10\n"]);
    expect(outcome.stdout).toMatch(
      /precision +recall +f1-score +support(?:.|\n)*^Accuracy +\d.* % \(95 % [\d.]+ to [\d.]+\)$/m,
    );
    expect(outcome.stdout).toMatch(
      /^Calibration error +[\d.]+ %; expected for perfect probabilities: [\d.]+ % to [\d.]+ %$/m,
    );
    expect(outcome.stdout).toMatch(/^Temperature [\d.]+: calibration error [\d.]+ %, then [\d.]+ %\.$/m);
    const files = [
      "confusion-matrix.svg",
      "metrics.json",
      "per-class.svg",
      "precision-recall.svg",
      "predictions.csv",
      "reliability.svg",
      "risk-coverage.svg",
      "roc.svg",
    ];
    expect(readdirSync(path("judged")).sort()).toEqual(files);
    expect(again.code).toBe(0);
    expectFailure(
      refused,
      3,
      "ERR_OUTPUT b: contains files that do not belong to an evaluation, such as checkpoints. Choose a new folder",
    );
  });

  test("refuses classes that the model does not know", async () => {
    mkdirSync(path("blasts", "Blast"), { recursive: true });
    mkdirSync(path("blasts", "Monocyte"));
    for (const name of ["Blast", "Monocyte"]) copyFileSync(path(IMAGE), path("blasts", name, "x.jpg"));
    expectFailure(
      await cli.run("evaluate", "a", "--data", "blasts"),
      3,
      /^ERR_DATA class "Blast" is not one of the model's \(.*\): Basophil, .*\. Rename or remove that folder, or map its class with --map-classes map\.csv\.$/,
    );
  });
});

describe("a MODEL that is none", () => {
  test("is distinguished from an unfinished run, and a device from one that is not here", async () => {
    mkdirSync(path("unfinished"));
    copyFileSync(path("a", "config.json"), path("unfinished", "config.json"));
    writeFileSync(path("words.onnx"), "no model");
    writeFileSync(path("cut.onnx"), readFileSync(path("a", "model.onnx")).subarray(0, 5000));
    const evaluate = (model: string, ...more: string[]) => ["evaluate", model, "--data", "smears", ...more];
    const outcomes = await cli.runAll([
      evaluate("unfinished"),
      evaluate("nowhere.onnx"),
      evaluate("words.onnx"),
      evaluate("cut.onnx"),
      evaluate("smears"),
      evaluate("a", "--device", process.platform === "win32" ? "coreml" : "dml"),
    ]);
    const expected = [
      /^ERR_FORMAT unfinished.model\.onnx: no such model\. The run is not finished: resume it with leukogram train --out unfinished --resume\.$/,
      "ERR_FORMAT nowhere.onnx: no such model. Give a run folder or an .onnx file.",
      "ERR_FORMAT words.onnx: can't be loaded as a model. Give a run folder or an .onnx file that Leukogram wrote.",
      "ERR_FORMAT cut.onnx: can't be loaded as a model. Give a run folder or an .onnx file that Leukogram wrote.",
      /^ERR_FORMAT smears.model\.onnx: no such model\. Give a run folder or an \.onnx file\.$/,
      /^ERR_RUNTIME device "(dml|coreml)" is not available here; this installation has cpu.* or use --device cpu\.$/,
    ];
    for (const [i, message] of expected.entries()) expectFailure(outcomes[i]!, 3, message);
    rmSync(path("unfinished"), { recursive: true });
  });

  test.skipIf(existsSync("/dev/nvidia0") || process.platform !== "linux")(
    "CUDA without a driver is reported",
    async () => {
      expectFailure(
        await cli.run("predict", "a", IMAGE, "--device", "cuda"),
        3,
        /^ERR_RUNTIME device "cuda" (can't be used|is not available) here.* or use --device cpu\.$/,
      );
    },
  );
});
