import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "leukogram/adaptation/openRun";
import type { ShippedModel } from "leukogram/shipped/shipped";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shipModel } from "../../scripts/shipModels.ts";
import { setVariable } from "../support/environment.ts";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const folder = mkdtempSync(join(tmpdir(), "leukogram-models-"));
setVariable("LEUKOGRAM_MODELS", folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const IMAGE = "smears/Test/Basophil/bas_0000.jpg";
let shipped: ShippedModel;

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "runs/a" });
  const [judged] = await cli.runAll([["evaluate", "runs/a", "--data", "smears", "--out", "judged", "--quiet"]]);
  expect(judged).toMatchObject({ code: 0 });
  mkdirSync(path("left"));
  writeFileSync(path("left", "config.json"), JSON.stringify({ recipe: { epochs: 7, imageSize: 96 } }));
  const judgement = { laboratory: "third", images: 30, accuracy: 0.5, balanced: 0.25, byClass: ["Basophil 15/30"] };
  writeFileSync(path("left", "judged.json"), JSON.stringify([judgement]));
  shipped = await shipModel(path("runs", "a"), {
    name: "cnn-anylab",
    leftOut: [path("left")],
    home: [`smears=${path("judged")}`],
    away: [`others=${path("judged")}`],
    failure: ["It has seen drawings only."],
    images: path("smears", "Test"),
    command: "leukogram train --data smears",
  });
});

describe("shipModel", () => {
  test("writes the model, its layers, the card and the index, and the same bytes again", async () => {
    const names = [
      "cnn-anylab.keras",
      "cnn-anylab.md",
      "cnn-anylab.memory.safetensors",
      "cnn-anylab.onnx",
      "index.json",
    ];
    const bytes = () => readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    expect(readdirSync(folder).sort()).toEqual(names);
    const before = bytes();
    await shipModel(path("runs", "a"), {
      name: "cnn-anylab",
      leftOut: [path("left")],
      home: [`smears=${path("judged")}`],
      away: [`others=${path("judged")}`],
      failure: ["It has seen drawings only."],
      command: "leukogram train --data smears",
    });
    expect(bytes()).toEqual(before);
    expect(shipped.files.map(({ precision }) => precision)).toEqual(["float16", "float16", "int8"]);
    expect(shipped.files[0]!.bytes).toBeLessThan(0.75 * statSync(path("runs", "a", "model.onnx")).size);
    const card = readFileSync(join(folder, "cnn-anylab.md"), "utf8");
    for (const part of [
      "**Research use only; not a medical device.**",
      "Data in Brief 30:105474 (2020), doi:10.1016/j.dib.2020.105474. CC BY 4.0.",
      "- It has seen drawings only.",
      "| third | 7 | 96 | 30 | 50.0 % | 25.0 % | Basophil 15/30 |",
      "- On others: ",
      `| cnn-anylab.onnx | float16 | `,
      shipped.files[0]!.sha256,
    ])
      expect(card).toContain(part);
  });

  test("keeps the layers with kernels that half precision holds, so that the model can be changed", async () => {
    const [kept, run] = [await openRun("cnn-anylab"), await openRun(path("runs", "a"))];
    expect(kept.classes).toEqual(run.classes);
    for (const [name, { value, shape }] of kept.model.weights) {
      const trained = run.model.weights.get(name)!.value;
      if (shape.length < 2) {
        expect(value).toEqual(trained);
        continue;
      }
      const largest = trained.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
      for (const [i, number] of value.entries()) {
        expect(Math.abs(number - trained[i]!)).toBeLessThan(largest * 2 ** -10);
        expect(new Uint32Array(Float32Array.of(number).buffer)[0]! & 0x1fff).toBe(0);
      }
    }
  });

  test("refuses a name that is not in its table, and figures that are not there", async () => {
    await expect(shipModel(path("runs", "a"), { name: "other" })).rejects.toThrow(
      'ERR_USAGE shipModels: "other" is not known. Use one of mobilenetv2-anylab, mobilenetv2-types, cnn-anylab, cnn-cells.',
    );
    await expect(shipModel(path("runs", "a"), { name: "cnn-anylab", home: ["x=nowhere"] })).rejects.toThrow(
      "ERR_USAGE --home x=nowhere: there is no nowhere/metrics.json. Give NAME=FOLDER",
    );
  });
});

describe("models", () => {
  test("lists shipped models with their figures, in text and as JSON", async () => {
    const [text, json] = await cli.runAll([["models"], ["models", "--json"]]);
    expect(text!.stdout).toMatch(/^Model +Classes +Pixels +Parameters +File +Licence +Home accuracy +Away accuracy\n/);
    expect(text!.stdout).toMatch(/cnn-anylab +5 +32 x 32 +[\d,]+ +[\d.]+ kB +Apache-2.0 +smears .* others .*\)\n$/);
    const { models } = jsonOf<{ models: Record<string, unknown>[] }>(json!);
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      name: "cnn-anylab",
      path: join(folder, "cnn-anylab.onnx"),
      imageSize: [32, 32],
      parameters: shipped.parameters,
      home: [{ data: "smears", count: 10, accuracy: { low: expect.any(Number) } }],
      away: [{ data: "others", balancedAccuracy: { high: expect.any(Number) } }],
    });
  });

  test("lists runs, a folder of runs, and model files", async () => {
    const [json] = await cli.runAll([["models", "runs", "runs/a", "runs/a/model.onnx", "cnn-anylab", "--json"]]);
    const { models } = jsonOf<{ models: { name: string; home: { data: string }[] }[] }>(json!);
    expect(models.map(({ name }) => name)).toEqual([join("runs", "a"), "runs/a", "runs/a/model.onnx", "cnn-anylab"]);
    expect(models.map(({ home }) => home.map(({ data }) => data))).toEqual([["test"], ["test"], [], ["smears"]]);
  });

  test("says so where there is none", async () => {
    mkdirSync(path("none"));
    const [none, nothing, nowhere] = await cli.runAll([
      ["models", "none"],
      ["models", "cnn-anylap"],
      ["models", "no/where"],
    ]);
    expectFailure(none!, 3, "ERR_FORMAT none: contains no finished run.");
    expectFailure(nothing!, 3, 'ERR_FORMAT cnn-anylap: no such model. Did you mean "cnn-anylab"?');
    expectFailure(nowhere!, 3, "ERR_FORMAT no/where: no such model.");
  });
});

describe("the name of a shipped model", () => {
  test("works wherever a MODEL is asked for", async () => {
    const [predicted, own, named, evaluated, compared] = await cli.runAll([
      ["predict", "cnn-anylab", IMAGE],
      ["predict", "runs/a", IMAGE],
      ["predict", "--model", "cnn-anylab", IMAGE],
      ["evaluate", "cnn-anylab", "--data", "smears", "--json"],
      ["compare", "cnn-anylab", "runs/a", "--data", "smears", "--json"],
    ]);
    expect(predicted!.stdout).toContain(IMAGE);
    expect([own!.stdout, named!.stdout]).toEqual([predicted!.stdout, predicted!.stdout]);
    expect(jsonOf<object>(evaluated!)).toMatchObject({ model: join(folder, "cnn-anylab.onnx"), count: 10 });
    const { comparisons } = jsonOf<{ comparisons: { table: { firstOnly: number; secondOnly: number } }[] }>(compared!);
    expect(comparisons[0]!.table).toMatchObject({ firstOnly: 0, secondOnly: 0 });
  });

  test("means a file or folder of that name where there is one", async () => {
    mkdirSync(path("elsewhere"));
    cpSync(path("runs", "a"), path("cnn-anylab"), { recursive: true });
    const outcome = await cli.run("models", "cnn-anylab", "--json");
    rmSync(path("cnn-anylab"), { recursive: true });
    expect(jsonOf<object>(outcome)).toMatchObject({ models: [{ path: join("cnn-anylab", "model.onnx") }] });
  });

  test("is refused where its file is not the one that was shipped", async () => {
    const file = join(folder, "cnn-anylab.onnx");
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 1000));
    const outcome = await cli.run("predict", "cnn-anylab", IMAGE);
    writeFileSync(file, whole);
    expectFailure(outcome, 3, "cnn-anylab.onnx: differs from the original file of the model. Reinstall Leukogram.");
  });
});

describe("predict without a model", () => {
  test("takes the default one, and says so where it is not here", async () => {
    const [absent, empty, missing] = await cli.runAll([
      ["predict", IMAGE],
      ["predict", "runs/a"],
      ["predict", "cnn-anilab", IMAGE],
    ]);
    expectFailure(absent!, 2, "ERR_USAGE predict: no model is given, and mobilenetv2-anylab is not in this package.");
    expectFailure(empty!, 2, "ERR_USAGE predict: runs/a is a model, but no images are given.");
    expectFailure(missing!, 3, 'ERR_FORMAT cnn-anilab: no such model. Did you mean "cnn-anylab"?');
    const default_ = await shipModel(path("runs", "a"), { name: "mobilenetv2-anylab" });
    const outcome = await cli.run("predict", IMAGE, IMAGE, "--json");
    expect(outcome.stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(default_.files[0]!.sha256).toBe(shipped.files[0]!.sha256);
  });
});
