import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { walkImages } from "leukogram/data/folders/walk";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, makeCli } from "./cli.ts";

const cli = makeCli();
const TRAIN = ["--model", "cnn", "--image-size", "32", "--epochs", "3", "--threads", "1", "--out", "home"];

beforeAll(async () => {
  const outcomes = await cli.runAll([
    ["draw", "cells", "--count", "6", "--test-count", "2", "--size", "40"],
    ["draw", "elsewhere", "--count", "6", "--test-count", "2", "--size", "40", "--seed", "9"],
    ["train", "--data", "cells", ...TRAIN],
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
}, 400_000);

/** Files of a run folder, by their paths in it. */
const filesOf = (name: string) =>
  readdirSync(join(cli.dir, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(cli.dir, name), join(entry.parentPath, entry.name)))
    .sort();

describe("leukogram adapt", () => {
  test("writes a run folder that evaluate, predict and adapt take, and says what to expect", async () => {
    const [json, text, again, judged] = await cli.runAll([
      ["adapt", "home", "elsewhere", "--out", "new", "--home-loss", "100", "--json", "--threads", "1"],
      ["adapt", "home", "elsewhere", "--out", "text", "--home-loss", "100", "--threads", "1"],
      ["adapt", "new", "elsewhere", "--out", "newer", "--json", "--threads", "1"],
      ["evaluate", "new", "--data", "elsewhere", "--json"],
    ]);
    const told = JSON.parse(json!.stdout);
    expect(told).toMatchObject({ out: "new", from: "home", cells: 30 });
    expect(typeof told.adapted).toBe("boolean");
    expect(told.gain.accuracy.low).toBeLessThanOrEqual(told.gain.accuracy.value);
    const file = JSON.parse(readFileSync(join(cli.dir, "new", "adaptation.json"), "utf8"));
    expect(file.gain).toEqual(told.gain);
    expect(file.seconds).toBe(told.seconds);
    expect(file.cpuSeconds).toBeGreaterThan(0);
    for (const name of ["model.onnx", "model.keras", "memory.safetensors", "predictions/labelled-after.csv"])
      expect(existsSync(join(cli.dir, "new", name))).toBe(true);
    // All that a trained run has, but for what an adaptation can't have.
    const lacks = ["history.csv", "checkpoints", "learning-curves.svg", "train.csv", "train.json"];
    const own = (name: string) => filesOf(name).filter((path) => !lacks.includes(basename(path)));
    expect(filesOf("new")).toEqual(expect.arrayContaining(own("home").filter((path) => !/test\.|last/.test(path))));
    const html = readFileSync(join(cli.dir, "new", "report.html"), "utf8");
    for (const part of [
      "Expected gain in accuracy",
      "cross-validated",
      "There is no history.csv",
      "(CPU ",
      'id="cells"',
    ])
      expect(html).toContain(part);
    expect(html).not.toContain("could not be read");
    expect(readFileSync(join(cli.dir, "new", "model-card.md"), "utf8")).toContain("## Adaptation");
    expect(text!.stdout).toMatch(/^Labelled cells {5}30: Basophil 6, Eosinophil 6/);
    expect(text!.stdout).toMatch(/Expected gain {6}accuracy -?\d+\.\d points \(95 % /);
    expect([again!.code, judged!.code]).toEqual([0, 0]);
  }, 400_000);

  test("--judge judges both models on cells that it learns nothing from, and a program can watch", async () => {
    const line = ["adapt", "home", "elsewhere/Train", "--out", "judged", "--home-loss", "100", "--threads", "1"];
    const [text, same] = await cli.runAll([
      [...line, "--judge", "elsewhere/Test", "--progress-file", "progress.json"],
      [...line, "--yes", "--judge", "elsewhere/Train", "--progress-file", "failed.json"],
    ]);
    expect(text!.stdout).toMatch(/^Held out {11}10 cells: accuracy \d.* now \d/m);
    const judged = JSON.parse(readFileSync(join(cli.dir, "judged", "judged.json"), "utf8"));
    expect(judged.cells).toBe(10);
    for (const name of ["before", "after", "kappaAfter"])
      expect(Object.keys(judged[name])).toEqual(["value", "low", "high"]);
    const metrics = JSON.parse(readFileSync(join(cli.dir, "judged", "metrics", "test.json"), "utf8"));
    expect([metrics.count, metrics.accuracy]).toEqual([10, judged.after]);
    expect(existsSync(join(cli.dir, "judged", "predictions", "test.csv"))).toBe(true);
    const told = (name: string) => JSON.parse(readFileSync(join(cli.dir, name), "utf8"));
    expect(told("progress.json")).toMatchObject({
      state: "finished",
      stage: "Evaluating the adapted model",
      error: null,
    });
    expectFailure(
      same!,
      3,
      /^ERR_DATA .*: used both for training and for evaluation\. Give different cells with --judge\.$/,
    );
    expect(told("failed.json")).toMatchObject({ state: "failed", error: expect.stringMatching(/^ERR_DATA/) });
  }, 400_000);

  test("--unlabelled takes a folder or a manifest, and leaves the model as it is for few cells", async () => {
    const images = walkImages(join(cli.dir, "elsewhere", "Train"));
    writeFileSync(join(cli.dir, "cells.csv"), ["file", ...images].join("\n"));
    const [folder, manifest, none, labelled] = await cli.runAll([
      ["adapt", "home", "--unlabelled", "elsewhere/Train", "--out", "by-folder", "--threads", "1"],
      ["adapt", "home", "--unlabelled", "cells.csv", "--out", "by-manifest", "--threads", "1"],
      ["adapt", "home", "--unlabelled", "gone.csv", "--out", "by-nothing"],
      ["adapt", "home", "--unlabelled", "elsewhere/Train", "--judge", "elsewhere/Test", "--out", "by-labels"],
    ]);
    expect(folder!.stdout).toMatch(
      /^Cells {16}30 unlabelled.*^Not adapted: \d+ different cells are too few for a vote .* The model in by-folder is unchanged\.$/ms,
    );
    expect(manifest!.stdout).toBe(folder!.stdout.replaceAll("by-folder", "by-manifest"));
    const html = readFileSync(join(cli.dir, "by-folder", "report.html"), "utf8");
    for (const part of [
      "be measured without labels",
      "There are no metrics",
      "Least confident predictions",
      "Not adapted: ",
    ])
      expect(html).toContain(part);
    expect(html).not.toContain("surest mistakes");
    expect(filesOf("by-folder")).toEqual(expect.arrayContaining(["log.txt", "model-card.md"]));
    expect(filesOf("by-folder").filter((path) => /^(metrics|figures)/.test(path))).toEqual([]);
    const test = JSON.parse(readFileSync(join(cli.dir, "by-labels", "metrics", "test.json"), "utf8"));
    expect([labelled!.code, test.count]).toEqual([0, 10]);
    expectFailure(none!, 3, /^ERR_DATA gone\.csv: no such image/);
  }, 400_000);

  test("--suggest names cells and changes nothing", async () => {
    const [json, text] = await cli.runAll([
      ["adapt", "home", "elsewhere", "--suggest", "4", "--json"],
      ["adapt", "home", "elsewhere", "--suggest", "4", "--labelled", "elsewhere/Train/Monocyte"],
    ]);
    expect(JSON.parse(json!.stdout).suggest).toHaveLength(4);
    const lines = text!.stdout.trim().split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      expect(line).toMatch(/^\S+\.jpg\t\w+\t[01]\.\d{4}$/);
      expect(line).not.toContain("Train/Monocyte");
    }
  }, 400_000);

  test("tells what is wrong, and writes nothing", async () => {
    const outcomes = await cli.runAll([
      ["adapt", "home", "elsewhere"],
      ["adapt", "home", "elsewhere", "--out", "x", "--suggest", "3"],
      ["adapt", "home", "elsewhere", "--out", "x", "--labelled", "cells"],
      ["adapt", "home", "elsewhere", "--out", "x", "--home-loss", "-1"],
      ["adapt", "home", "nowhere", "--out", "x"],
      ["adapt", "home", "nowhere", "--suggest", "3"],
      ["adapt", "nothing", "elsewhere", "--out", "x"],
      ["adapt", "home", "elsewhere", "--out", "cells"],
      ["adapt", "home", "elsewhere", "--out", "home", "--yes"],
      ["adapt", "home/model.onnx", "elsewhere", "--out", "x"],
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 3, 3, 3, 3, 2, 3]);
    for (const { stderr, stdout } of outcomes) {
      expect(stdout).toBe("");
      expect(stderr.trim()).toMatch(/^ERR_[A-Z]+ /);
      expect(stderr).not.toMatch(/ {4}at /);
    }
    expect(existsSync(join(cli.dir, "x"))).toBe(false);
    expect(outcomes[0]!.stderr).toContain("adapt: --out is missing");
    expect(outcomes[8]!.stderr).toContain("adapt: --out is the model's own folder");
  }, 400_000);
});
