// Every command that takes a model takes another program's with the same flags, or says why not.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { Dense, Flatten, Rescaling, Resizing } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { beforeAll, expect, test } from "vitest";
import { picture } from "../../data/folders.ts";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const NAMES = "Basophil,Eosinophil,Lymphocyte,Monocyte,Neutrophil";
const FLAGS = ["--preprocessing", "0..1", "--classes", NAMES, "--outputs", "scores"];

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "run" });
  const layers = [new Resizing({ height: 8, width: 8 }), new Flatten(), new Dense({ units: 5 })];
  await writeKeras(new Sequential([12, 12, 3], layers).initialize(3), join(cli.dir, "scores.keras"));
  const one = [new Rescaling({ scale: 1 / 255 }), new Flatten(), new Dense({ units: 1, activation: "sigmoid" })];
  await writeKeras(new Sequential([4, 4, 3], one).initialize(3), join(cli.dir, "one.keras"));
  writeFileSync(join(cli.dir, "cell.png"), await picture(80));
});

interface Assumed {
  readonly assumptions: { readonly classesFrom: string; readonly outputs: string; readonly notes: readonly string[] };
}

test("predict, evaluate, compare, differential, explain, robustness and inspect take one", async () => {
  const outcomes = await cli.runAll([
    ["convert", "scores.keras", "converted.onnx", ...FLAGS, "--json"],
    ["predict", "converted.onnx", "cell.png", "--json"],
    ["predict", "scores.keras", "cell.png", ...FLAGS, "--json"],
    ["evaluate", "scores.keras", "--data", "smears", ...FLAGS, "--json"],
    ["compare", "scores.keras", "run", "--data", "smears", ...FLAGS, "--json"],
    ["differential", "smears/Test", "--model", "scores.keras", "--reject", "0", ...FLAGS, "--json"],
    ["robustness", "scores.keras", "--data", "smears", "--images", "5", ...FLAGS, "--json"],
    ["explain", "scores.keras", "cell.png", "--method", "occlusion", "--no-check", ...FLAGS, "--json"],
    ["inspect", "scores.keras", ...FLAGS, "--json"],
  ]);
  for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0);
  const [converted, ofConverted, direct] = outcomes.map(({ stdout }) => stdout);
  expect(JSON.parse(converted!)).toMatchObject({
    outputs: "scores",
    classesFrom: "--classes",
    checked: { pictures: 2 },
  });
  expect(direct!.split("\n")[0]).toBe(ofConverted!.split("\n")[0]);
  const predicted = JSON.parse(direct!.split("\n")[1]!) as Assumed;
  expect(predicted.assumptions).toMatchObject({ classesFrom: "--classes", outputs: "scores" });
  expect(outcomes[2]!.stderr).toContain("Note: it ends in scores; a softmax was added");
  expect(jsonOf<Assumed>(outcomes[3]!).assumptions).toEqual(predicted.assumptions);
  expect(jsonOf<{ assumptions: object }>(outcomes[4]!).assumptions).toEqual({ "scores.keras": predicted.assumptions });
  for (const i of [5, 6]) expect(jsonOf<Assumed>(outcomes[i]!).assumptions).toEqual(predicted.assumptions);
  expect(jsonOf<Assumed>(outcomes[7]!).assumptions.classesFrom).toBe("--classes");
  expect(jsonOf<object>(outcomes[8]!)).toMatchObject({ outputs: "scores", classesFrom: "--classes" });
});

test("generalise takes one, and corrects what needs no change of the model", async () => {
  const sets = ["--home", "A=smears/Test", "--sets", "B=smears/Train"];
  const [told, both, refused] = await cli.runAll([
    ["generalise", "scores.keras", ...sets, ...FLAGS, "--quiet", "--json"],
    ["generalise", "run", "scores.keras", "--no-corrections", ...sets, ...FLAGS, "--json"],
    ["generalise", "run", ...sets, ...FLAGS],
  ]);
  type Found = { models: (Assumed & { away: { corrections: { name: string }[] }[]; notes: string[] })[] };
  const [model] = jsonOf<Found>(told!).models;
  expect(model!.assumptions).toMatchObject({ classesFrom: "--classes", outputs: "scores" });
  expect(model!.away[0]!.corrections.map(({ name }) => name)).toEqual(["prior correction"]);
  expect(told!.stderr).toBe("Note: scores.keras: it ends in scores; a softmax was added to get probabilities\n");
  expect(jsonOf<Found>(both!).models.map(({ assumptions }) => assumptions?.classesFrom)).toEqual([
    undefined,
    "--classes",
  ]);
  expectFailure(refused!, 2, /^ERR_USAGE run: a model written by Leukogram contains these settings/);
});

test("what is only assumed is said, in text and in --json, by what was converted too", async () => {
  const outcomes = await cli.runAll([
    ["convert", "scores.keras", "assumed.onnx"],
    ["predict", "assumed.onnx", "cell.png", "--json"],
    ["evaluate", "assumed.onnx", "--data", "smears", "--json"],
    ["inspect", "scores.keras"],
    ["inspect", "one.keras", "--json"],
  ]);
  const note = `the model has no class names: assuming ${NAMES.replaceAll(",", ", ")}, in this order; use --classes A,B,C to change this`;
  expect(outcomes[0]!.stderr).toContain(`Note: ${note}\n`);
  expect(outcomes[1]!.stderr).toContain(`Note: ${note}\n`);
  expect(JSON.parse(outcomes[1]!.stdout.split("\n")[1]!).assumptions).toMatchObject({
    classesFrom: "assumed",
    notes: [note],
  });
  expect(jsonOf<Assumed>(outcomes[2]!).assumptions.notes).toEqual([note]);
  expect(outcomes[3]!.stdout).toMatch(/^Output {3}5 scores: Basophil, /m);
  expect(outcomes[3]!.stdout).toMatch(/^Classes {2}assumed$/m);
  expect(jsonOf<{ notes: string[] }>(outcomes[4]!).notes).toEqual([
    "other commands can't use this model directly: one.keras: the model has 2 classes but no class names. Name the classes in the order of the outputs: --classes A,B,C.",
  ]);
});

test("what is assumed is said under --quiet too, without --json", async () => {
  const own = ["--preprocessing", "0..1", "--outputs", "scores", "--quiet"];
  const note = `the model has no class names: assuming ${NAMES.replaceAll(",", ", ")}, in this order`;
  const outcomes = await cli.runAll([
    ["predict", "scores.keras", "cell.png", ...own],
    ["differential", "smears/Test", "--model", "scores.keras", "--reject", "0", ...own],
    ["evaluate", "scores.keras", "--data", "smears", ...own],
    ["robustness", "scores.keras", "--data", "smears", "--images", "5", ...own],
    ["differential", "smears/Test", "--model", "scores.keras", "--reject", "0", "--quiet"],
  ]);
  for (const { code, stderr } of outcomes) {
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(note);
    expect(stderr).not.toContain("Classifying");
  }
  expect(outcomes[4]!.stderr).toContain("The model has no layer that scales pixels. Give the scaling used");
});

test("names outlive a conversion to every format, and assumed ones may be told afterwards", async () => {
  const own = ["--preprocessing", "0..1", "--outputs", "scores"];
  const outcomes = await cli.runAll([
    ["convert", "scores.keras", "named.keras", ...own, "--classes", "A,B,C,D,E"],
    ["predict", "named.keras", "cell.png", "--json"],
    ["convert", "scores.keras", "told.onnx", ...own],
    ["predict", "told.onnx", "cell.png", "--classes", "A,B,C,D,E", "--json"],
    ["predict", "told.onnx", "cell.png", "--classes", "A,B", "--json"],
    ["convert", "scores.keras", "unnamed.keras", ...own],
  ]);
  expect(outcomes[0]!.stdout).toContain("Class names: named.labels.txt, as Keras");
  const names = (i: number) => Object.keys(JSON.parse(outcomes[i]!.stdout.split("\n")[0]!).probabilities);
  expect(names(1)).toEqual(["A", "B", "C", "D", "E"]);
  expect(names(3)).toEqual(["A", "B", "C", "D", "E"]);
  expectFailure(outcomes[4]!, 2, "ERR_USAGE the model has 5 classes, but 2 are named (--classes).");
  expect(readdirSync(cli.dir)).not.toContain("unnamed.labels.txt");
});

test("what can't be so is refused, and nothing is left", async () => {
  const before = readdirSync(cli.dir).sort();
  const outcomes = await cli.runAll([
    ["predict", "run", "cell.png", "--preprocessing", "0..1"],
    ["predict", "run", "cell.png", "--tta", "--outputs", "scores"],
    ["evaluate", "run", "--data", "smears", "--classes", NAMES],
    ["convert", "run", "x.keras", "--image-size", "64"],
    ["predict", "scores.keras", "cell.png", "--outputs", "probabilities"],
    ["convert", "one.keras", "x.onnx", "--classes", "Neutrophil"],
    ["adapt", "scores.keras", "smears/Train", "--out", "x"],
    ["predict", "scores.keras", "cell.png", "--tta"],
  ]);
  const ours = /^ERR_USAGE run: a model written by Leukogram contains these settings\. Remove --/;
  for (const outcome of outcomes.slice(0, 4)) expectFailure(outcome, 2, ours);
  expectFailure(
    outcomes[4]!,
    2,
    "ERR_USAGE the model's outputs are not probabilities: on test images they range from -",
  );
  expectFailure(outcomes[5]!, 2, "ERR_USAGE the model has 2 classes, but 1 is named (--classes).");
  expectFailure(outcomes[6]!, 3, "ERR_FORMAT scores.keras: a model file can be used but not adapted.");
  expectFailure(outcomes[7]!, 3, "ERR_FORMAT scores.keras: not a run folder; a model file alone can't be adapted.");
  expect(readdirSync(cli.dir).sort()).toEqual(before);
});
