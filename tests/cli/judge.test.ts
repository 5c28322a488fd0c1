import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_TYPES } from "leukogram/cells/classes";
import { drawSmears } from "leukogram/data/smears/synthetic";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli, type Outcome } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const IMAGE = "smears/Test/Basophil/bas_0000.jpg";
const classes: readonly string[] = CELL_TYPES;

const train = (size: number, out: string, ...more: string[]) => [
  ..."train --data smears --epochs 1 --threads 1 --quiet --image-size".split(" "),
  ...[String(size), "--out", out, ...more],
];

interface Estimate {
  value: number;
  low: number;
  high: number;
}

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "a" });
  await drawSmears(path("others"), { count: 1, testCount: 1, imageSize: 40, seed: 1 });
  const outcomes = await cli.runAll([train(16, "b")]);
  for (const { code, stderr } of outcomes) expect([code, stderr]).toEqual([0, ""]);
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

describe.concurrent("predict", () => {
  test("prints a line an image, in order", async () => {
    const outcome = await cli.run("predict", "a", IMAGE, "smears/Test", "--json");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/^Classifying: 11\nNote: The model has no record of .*\n$/);
    const lines = outcome.stdout.trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as { file: string; class: string; probabilities: object });
    expect(rows).toHaveLength(11);
    expect(rows[0]!.file).toBe(IMAGE);
    for (const row of rows) {
      const shares = Object.entries(row.probabilities) as [string, number][];
      expect(shares.map(([name]) => name)).toEqual(classes);
      expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(shares.sort((a, b) => b[1] - a[1])[0]![0]).toBe(row.class);
    }
    expect(rows.map(({ file }) => file).slice(1)).toEqual(
      rows
        .map(({ file }) => file)
        .slice(1)
        .sort(),
    );
  });

  test("ends quietly where nobody reads on", async () => {
    const run = cli.start("predict", "a", "smears", "--quiet");
    run.child.stdout!.destroy();
    const { code, stderr } = await run.outcome;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("images that can't be read", () => {
  beforeAll(async () => {
    mkdirSync(path("bad"));
    const whole = readFileSync(path(IMAGE));
    writeFileSync(path("bad", "cut.jpg"), whole.subarray(0, whole.length / 2));
    writeFileSync(path("bad", "empty.png"), "");
    writeFileSync(path("bad", "text.jpg"), "These are words.");
    const black = { create: { width: 9000, height: 9000, channels: 3, background: "black" } } as const;
    await sharp(black).png({ compressionLevel: 1 }).toFile(path("bad", "vast.png"));
    copyFileSync(path(IMAGE), path("bad", "whole.jpg"));
  });

  test("are named, each with what is wrong, and left out with --skip-bad", async () => {
    const [strict, lenient, quiet] = await cli.runAll([
      ["predict", "a", "bad"],
      ["predict", "a", "bad", "--skip-bad"],
      ["predict", "a", "bad", "--skip-bad", "--quiet"],
    ]);
    expectFailure(
      strict!,
      3,
      /^ERR_IMAGE .*cut\.jpg: the image is damaged or incomplete \(.*\)\. Fix or remove it, or skip it with --skip-bad\.$/,
    );
    expect(lenient!.stdout).toMatch(/^.*whole\.jpg\t\w+\t[01]\.\d{4}\n$/);
    const lines = lenient!.stderr.split("\n").filter((line) => line.startsWith("Skipped: "));
    expect(lines).toHaveLength(4);
    for (const [i, said] of [
      /cut\.jpg: the image is damaged/,
      /empty\.png: the file is empty \(0 bytes\)/,
      /text\.jpg: not an image in a known format/,
      /vast\.png: the image is larger than 64 megapixels/,
    ].entries())
      expect(lines[i]).toMatch(said);
    expect(lenient!.stderr).toMatch(/^Unreadable images skipped: 4 of 5$/m);
    expect(quiet!.stderr).toBe("");
  });

  test("stop a training before anything is written, or are counted", async () => {
    for (const name of CELL_TYPES)
      for (let i = 0; i < 3; i++) {
        mkdirSync(path("mixed", name), { recursive: true });
        copyFileSync(
          path("smears", "Train", name, `${name.slice(0, 3).toLowerCase()}_000${i}.jpg`),
          path("mixed", name, `${i}.jpg`),
        );
      }
    copyFileSync(path("bad", "cut.jpg"), path("mixed", "Monocyte", "cut.jpg"));
    writeFileSync(path("mixed", "Monocyte", "empty.jpg"), "");
    const settings = ["--image-size", "16", "--epochs", "1", "--validation", "0.3", "--out"];
    const [strict, lenient] = await cli.runAll([
      ["train", "--data", "mixed", ...settings, "strict"],
      ["train", "--data", "mixed", ...settings, "lenient", "--skip-bad", "--json"],
    ]);
    expectFailure(strict!, 3, /^ERR_IMAGE .*(cut|empty)\.jpg: .*Fix or remove them, or skip them with --skip-bad\.$/);
    expect(existsSync(path("strict"))).toBe(false);
    expect(jsonOf<object>(lenient!)).toMatchObject({ judgedOn: "validation" });
    const report = readFileSync(path("lenient", "report.html"), "utf8");
    for (const name of ["cut.jpg", "empty.jpg"]) expect(report).toContain(`Monocyte/${name}`);
  });
});

describe.concurrent("compare", () => {
  test("sets two runs, or two prediction files, side by side", async () => {
    const files = ["a/predictions/test.csv", "b/predictions/test.csv"];
    const [runs, csv] = await cli.runAll([
      ["compare", "a", "b", "--json"],
      ["compare", ...files, "--json", "--out", "comparison.html"],
    ]);
    interface Result {
      models: Record<string, unknown>[];
      comparisons: Record<string, unknown>[];
    }
    const [ofRuns, ofCsv] = [jsonOf<Result>(runs!), jsonOf<Result>(csv!)];
    expect(ofRuns.models.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(ofRuns.models[0]).toMatchObject({ count: 10, costs: { parameters: 25805 } });
    expect(ofRuns.comparisons[0]).toMatchObject({ first: "a", second: "b", table: { both: expect.any(Number) } });
    expect(ofRuns.comparisons[0]!.verdict).toMatch(/^These 10 images /);
    expect(ofCsv.models.map(({ name }) => name)).toEqual(files);
    expect(ofCsv.models.map(({ accuracy }) => accuracy)).toEqual(ofRuns.models.map(({ accuracy }) => accuracy));
    expect(readFileSync(path("comparison.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  test("takes runs that differ in the seed alone as one model, and tests over seeds", async () => {
    const ofSeed = (size: number, seed: number) => train(size, `seeds/${size}-seed${seed}`, "--seed", String(seed));
    const runs = ["seeds/32-seed0", "seeds/32-seed1", "seeds/16-seed1", "seeds/16-seed0"];
    const [result, one] = (
      await cli.runAll([
        ...[ofSeed(32, 0), ofSeed(32, 1), ofSeed(16, 1), ofSeed(16, 0)],
        ["compare", ...runs, "--json", "--out", "seeds.html"],
        ["compare", ...runs.slice(0, 2), "--json"],
      ])
    ).slice(4);
    interface Result {
      models: { name: string; seeds?: number[] }[];
      comparisons: object[];
      overSplits?: { first: string; over: string; count: number }[];
    }
    const { models, comparisons, overSplits } = jsonOf<Result>(result!);
    expect(models).toMatchObject([
      { name: "32", seeds: [0, 1] },
      { name: "16", seeds: [1, 0] },
    ]);
    expect(comparisons).toHaveLength(1);
    expect(overSplits).toMatchObject([{ first: "32", second: "16", over: "seeds", count: 2 }]);
    expect(readFileSync(path("seeds.html"), "utf8")).toMatch(/32 minus 16 over 2 seeds/);
    expect(jsonOf<Result>(one!).models.map(({ name }) => name)).toEqual(["32-seed0", "32-seed1"]);
  });

  test("classifies the images of --data with each", async () => {
    const outcome = await cli.run("compare", "a", "b/model.onnx", "--data", "others");
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("Classifying with a: 5\n");
    expect(outcome.stdout).toMatch(/^Model +Test accuracy (?:.|\n)*\nThese 5 images /);
  });

  test("refuses different images, a name given twice, and a file that is not its own", async () => {
    const csv = readFileSync(path("b", "predictions", "test.csv"), "utf8");
    writeFileSync(path("fewer.csv"), csv.replace(/^.*neu_0001.*\n/m, ""));
    writeFileSync(path("notes.html"), "mine");
    const outcomes = await cli.runAll([
      ["compare", "a", "fewer.csv"],
      ["compare", "a", "a"],
      ["compare", "a", "b", "--out", "notes.html"],
    ]);
    expectFailure(
      outcomes[0]!,
      3,
      /^ERR_DATA compare: different images: 1 only in a, such as Test\/Neutrophil\/neu_0001\.jpg\. Evaluate both models on/,
    );
    expectFailure(outcomes[1]!, 2, "ERR_USAGE compare: a is given twice. Give each model a different name.");
    expectFailure(
      outcomes[2]!,
      3,
      "ERR_OUTPUT notes.html: exists and is not a Leukogram report. Choose another .html file",
    );
    expect(readFileSync(path("notes.html"), "utf8")).toBe("mine");
  });
});

describe("a MODEL that is none", () => {
  test("is told from a run that is not finished, and a device from one that is not here", async () => {
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

  test.skipIf(existsSync("/dev/nvidia0") || process.platform !== "linux")("CUDA without a driver is told", async () => {
    expectFailure(
      await cli.run("predict", "a", IMAGE, "--device", "cuda"),
      3,
      /^ERR_RUNTIME device "cuda" (can't be used|is not available) here.* or use --device cpu\.$/,
    );
  });
});
