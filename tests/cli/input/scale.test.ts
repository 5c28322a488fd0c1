import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli, type Outcome } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const TRAIN = "train --data cells --model cnn-wide --image-size 32 --epochs 1 --threads 1 --crop-red-cells 2.6".split(
  " ",
);

interface Scale {
  redCell: number | null;
  error: number | null;
  source: string;
  cells: number;
  notes: string[];
  crops: number;
  leaving: number;
  withoutNucleus: number;
}
const scaleOf = (outcome: Outcome) => jsonOf<{ scale: Scale }>(outcome).scale;
const linesOf = ({ stdout }: Outcome) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let measured: number;

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "whole" });
  const outcomes = await cli.runAll([
    ["draw", "cells", "--count", "6", "--test-count", "6", "--size", "48"],
    ["draw", "labels", "--count", "2", "--test-count", "1", "--size", "48"],
    [...TRAIN, "--out", "run"],
    ["evaluate", "run", "--data", "cells", "--json"],
  ]);
  expect(outcomes.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0, 0]);
  measured = scaleOf(outcomes[3]!).redCell!;
}, 400_000);

describe("a model that takes crops", () => {
  test("measures the folder's scale, and says it in every output", async () => {
    const [judged, predicted, counted] = (await cli.runAll([
      ["evaluate", "run", "--data", "cells", "--json"],
      ["predict", "run", "cells/Test", "--json"],
      ["differential", "cells/Test", "--model", "run", "--reject", "0", "--json"],
    ])) as [Outcome, Outcome, Outcome];
    expect(scaleOf(judged)).toMatchObject({ source: "red cells", crops: 30, leaving: expect.any(Number) });
    expect(judged.stderr).toMatch(/^Scale: a red cell is [\d.]+ pixels wide, ± \d+ % \(from \d+ red cells/m);
    const rows = linesOf(predicted);
    expect(rows).toHaveLength(31);
    expect(rows[0]).toMatchObject({ crop: { outside: expect.any(Number), nucleus: expect.any(Boolean) } });
    expect(rows[30]).toMatchObject({ scale: { redCell: measured, crops: 30 } });
    expect(scaleOf(counted)).toMatchObject({ redCell: measured, source: "red cells" });
    expect(readFileSync(path("run", "model-card.md"), "utf8")).toMatch(/Scale: a red cell is [\d.]+ pixels wide/);
    expect(readFileSync(path("run", "report.html"), "utf8")).toMatch(/Scale: a red cell is [\d.]+ pixels wide/);
  });

  test("crops at the scale that it is told, in pixels and in micrometres alike", async () => {
    const told = ["--scale", "18px"];
    const [pixels, micrometres, other] = (await cli.runAll([
      ["predict", "run", "cells/Test", "--json", ...told],
      ["predict", "run", "cells/Test", "--json", "--scale", "0.4um"],
      ["predict", "run", "cells/Test", "--json", "--scale", "12px"],
    ])) as [Outcome, Outcome, Outcome];
    const answers = (outcome: Outcome) => linesOf(outcome).map(({ probabilities }) => probabilities);
    expect(answers(micrometres)).toEqual(answers(pixels));
    expect(answers(other)).not.toEqual(answers(pixels));
    expect(linesOf(pixels).at(-1)).toMatchObject({ scale: { redCell: 18, source: "told", cells: 0 } });
  });

  test("names a scale that is off by two, and crops that leave their pictures", async () => {
    const judgedAt = (times: number) =>
      ["evaluate", "run", "--data", "cells", "--json", "--scale", `${(times * measured).toFixed(1)}px`] as const;
    const [half, judged] = (await cli.runAll([judgedAt(0.5), judgedAt(4)])) as [Outcome, Outcome];
    expect(scaleOf(half).notes).toEqual([
      expect.stringMatching(/contradicts the images/),
      // At that scale a picture is as wide as a field.
      expect.stringMatching(/^30 of 30 images seem to be whole fields/),
    ]);
    const { notes, leaving } = scaleOf(judged);
    expect(notes.join("\n")).toMatch(/contradicts the images/);
    expect(notes.join("\n")).toMatch(new RegExp(`${leaving} of 30 crops extend beyond the image`));
    for (const note of notes) expect(judged.stderr).toContain(`Note: ${note}`);
  });

  test("warns of fewer than 20 cells, and of pictures without a nucleus", async () => {
    mkdirSync(path("few"));
    mkdirSync(path("empty"));
    const files = readdirSync(path("cells", "Test", "Monocyte")).sort();
    for (const name of files.slice(0, 3)) cpSync(path("cells", "Test", "Monocyte", name), path("few", name));
    for (const i of [0, 1, 2])
      await sharp({ create: { width: 48, height: 48, channels: 3, background: "#e8e0e4" } })
        .png()
        .toFile(path("empty", `${i}.png`));
    const [few, empty] = (await cli.runAll([
      ["predict", "run", "few", "--json"],
      ["predict", "run", "empty", "--json"],
    ])) as [Outcome, Outcome];
    expect(few.stderr).toMatch(/Scale: unknown; each cell is cropped by the size of its own nucleus/);
    expect(few.stderr).toMatch(/Nuclei were found in 3 of 3 images, but 20 are needed/);
    expect(linesOf(few).at(-1)).toMatchObject({ scale: { redCell: null, source: "each nucleus", crops: 3 } });
    expect(empty.stderr).toMatch(/No nucleus was found in 3 of 3 images/);
    expect(linesOf(empty)[0]).toMatchObject({ crop: { nucleus: false } });
  });

  test("warns of two scales in one folder, and measures two laboratories by themselves", async () => {
    mkdirSync(path("mixed", "Monocyte"), { recursive: true });
    mkdirSync(path("wide"));
    cpSync(path("cells", "Test"), path("wide"), { recursive: true });
    for (const name of readdirSync(path("cells", "Test"))) {
      for (const file of readdirSync(path("cells", "Test", name))) {
        const source = path("cells", "Test", name, file);
        cpSync(source, path("mixed", "Monocyte", file));
        const large = await sharp(source).resize(144, 144).png().toBuffer();
        await sharp(large).toFile(path("mixed", "Monocyte", `large-${file}.png`));
        await sharp(large).toFile(path("wide", name, file));
      }
    }
    const sets = ["--data", "A=cells", "--data", "B=wide"];
    const [mixed, both, told, nameless] = (await cli.runAll([
      ["predict", "run", "mixed", "--json"],
      ["evaluate", "run", ...sets, "--json"],
      ["evaluate", "run", ...sets, "--json", "--scale", "A=18px", "--scale", "B=54px"],
      ["evaluate", "run", ...sets, "--scale", "18px"],
    ])) as [Outcome, Outcome, Outcome, Outcome];
    expect(mixed.stderr).toMatch(/mix scales or laboratories/);
    const [a, b] = jsonOf<{ scale: { laboratories: Scale[] } }>(both).scale.laboratories;
    expect(b!.redCell! / a!.redCell!).toBeCloseTo(3, 0);
    expect(jsonOf<{ scale: { laboratories: object[] } }>(told).scale.laboratories).toMatchObject([
      { laboratory: "A", redCell: 18, source: "told" },
      { laboratory: "B", redCell: 54, source: "told" },
    ]);
    expectFailure(nameless!, 2, /one scale given for 2 laboratories.*--scale A=72px --scale B=72px/);
  });

  test("asks for the scale where all answers are one class", async () => {
    const one = path("one");
    mkdirSync(one);
    const [file] = readdirSync(path("cells", "Test", "Monocyte")).sort();
    for (let i = 0; i < 20; i++) cpSync(path("cells", "Test", "Monocyte", file!), join(one, `${i}.jpg`));
    const [predicted, told] = (await cli.runAll([
      ["predict", "run", "one", "--json"],
      ["predict", "run", "one", "--json", "--scale", "18px"],
    ])) as [Outcome, Outcome];
    expect(predicted.stderr).toMatch(/All 20 predictions are \w+\. The scale was estimated from the nuclei/);
    expect(told.stderr).not.toMatch(/All 20 answers/);
  });
});

test("adapt writes the told scale into the new model, which predict then uses", async () => {
  const [adapted, predicted] = (await cli.runAll([
    ["adapt", "run", "labels", "--out", "adapted", "--scale", "18px", "--threads", "1", "--json"],
    ["predict", "adapted", "cells/Test", "--json"],
  ])) as [Outcome, Outcome];
  expect(adapted.stderr).toMatch(/Scale: a red cell is 18\.0 pixels wide/);
  expect(linesOf(predicted).at(-1)).toMatchObject({ scale: { redCell: 18, source: "told" } });
}, 400_000);

test("whatever asks a model takes the scale, and says it", async () => {
  const scale = ["--scale", "18px", "--json"];
  const [explained, fallen, spoilt, folds] = (await cli.runAll([
    ["explain", "run", "labels/Test", "--images", "1", "--method", "gradcam", "--no-check", "--out", "why", ...scale],
    "generalise run --home A=cells/Test --sets B=labels --no-corrections --scale A=18px --scale B=20px --json".split(
      " ",
    ),
    ["robustness", "run", "--data", "labels", "--images", "5", "--out", "spoilt.html", ...scale],
    [...TRAIN.map((word) => (word === "train" ? "crossvalidate" : word)), "--folds", "2", "--out", "cv", ...scale],
  ])) as [Outcome, Outcome, Outcome, Outcome];
  const told = { redCell: 18, source: "told" };
  expect(scaleOf(explained)).toMatchObject(told);
  expect(readFileSync(path("why", "explain.html"), "utf8")).toMatch(/a crop around the nucleus, 2\.6 red cells wide/);
  const { models } = jsonOf<{ models: { notes: string[] }[] }>(fallen);
  expect(models[0]!.notes.join("\n")).toMatch(/A: Scale: a red cell is 18\.0.*B: Scale: a red cell is 20\.0/s);
  expect(scaleOf(spoilt)).toMatchObject({ ...told, crops: 5 });
  expect(readFileSync(path("spoilt.html"), "utf8")).toMatch(/a red cell is 18\.0 pixels wide/);
  expect(folds.code).toBe(0);
  expect(JSON.parse(readFileSync(path("cv", "config.json"), "utf8"))).toMatchObject({ scale: ["18px"] });
}, 400_000);

test("two models are compared at one scale, and the report says it of each", async () => {
  cpSync(path("run"), path("again"), { recursive: true });
  const [compared] = (await cli.runAll([
    ["compare", "run", "again/model.onnx", "--data", "labels", "--out", "both.html", "--scale", "18px", "--json"],
  ])) as [Outcome];
  const { scale } = jsonOf<{ scale: Record<string, Scale> }>(compared);
  expect(scale).toMatchObject({ run: { redCell: 18, crops: 5 }, "model.onnx": { redCell: 18 } });
  expect(readFileSync(path("both.html"), "utf8")).toMatch(/run: Scale: a red cell is 18\.0 pixels wide/);
}, 400_000);

test("train takes a scale for each laboratory, and remembers it", async () => {
  const [trained, stranger, whole] = (await cli.runAll([
    [...TRAIN, "--out", "told", "--scale", "18px"],
    [...TRAIN, "--out", "x", "--scale", "elsewhere=18px"],
    [..."train --data cells --image-size 32 --epochs 1 --out x --scale 18px".split(" ")],
  ])) as [Outcome, Outcome, Outcome];
  expect(trained.stderr).toMatch(/Scale: a red cell is 18\.0 pixels wide/);
  expect(JSON.parse(readFileSync(path("told", "config.json"), "utf8"))).toMatchObject({ scale: ["18px"] });
  expect(readFileSync(path("told", "model-card.md"), "utf8")).toMatch(/--scale 18px/);
  expectFailure(stranger, 2, /scale of "elsewhere": no such laboratory/);
  expectFailure(whole, 2, /takes whole images.*--crop-red-cells/);
}, 400_000);

test("a model that takes whole pictures refuses a scale by name, and says nothing of one", async () => {
  const [predicted, judged, plain, bad] = (await cli.runAll([
    ["predict", "whole", "cells/Test", "--scale", "72px"],
    ["evaluate", "whole", "--data", "cells", "--scale", "72px"],
    ["predict", "whole", "cells/Test/Monocyte", "--json"],
    ["predict", "run", "cells/Test", "--scale", "72"],
  ])) as [Outcome, Outcome, Outcome, Outcome];
  expectFailure(predicted, 2, /whole.*takes whole images and does not use a scale\. Remove --scale/);
  expectFailure(judged, 2, /takes whole images/);
  expect(plain.stderr).not.toMatch(/[Ss]cale/);
  expect(linesOf(plain)).toHaveLength(6);
  expectFailure(bad, 2, /scale "72": expected micrometres per pixel/);
});
