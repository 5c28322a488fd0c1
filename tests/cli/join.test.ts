import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, makeCli } from "./cli.ts";

const cli = makeCli();
const SHORT = ["--model", "cnn-wide", "--image-size", "32", "--epochs", "1", "--threads", "1"];
const OWN = ["--cell-diameters", "1.75", "--cell-hue", "0", "--cell-density", "0", "--no-cell-white"];

beforeAll(async () => {
  const outcomes = await cli.runAll([
    ["draw", "cells", "--count", "5", "--test-count", "1", "--size", "40"],
    ["train", "--data", "cells", ...SHORT, ...OWN, "--out", "own"],
    ["train", "--data", "cells", ...SHORT, "--cell-diameters", "1.75", "--out", "normalized"],
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
}, 400_000);

test("join makes a run folder that evaluate takes, and says how it answers to images that were held out", async () => {
  const [text, json, judged, others] = await cli.runAll([
    ["join", "own", "normalized", "--data", "cells", "--out", "both"],
    ["join", "own", "normalized", "--data", "cells", "--out", "both", "--yes", "--json"],
    ["evaluate", "both", "--data", "cells", "--json"],
    ["join", "own", "normalized", "--data", "cells/Train", "--out", "others"],
  ]);
  expect(text!.stdout).toMatch(/^\d+ images that neither learned from: accuracy \d+\.\d %/);
  expect(JSON.parse(json!.stdout)).toMatchObject({ out: "both", judgedOn: "validation" });
  expect(judged!.code).toBe(0);
  expect(text!.stderr).not.toContain("other data");
  expect(others!.stderr).toMatch(/Note: own was trained on other data than given here: it may have learned from the/);
}, 400_000);

test("join tells what is wrong, and writes nothing", async () => {
  writeFileSync(join(cli.dir, "file.onnx"), "no model");
  const [noData, noOut, order, taken, file, twice] = await cli.runAll([
    ["join", "own", "normalized", "--out", "x"],
    ["join", "own", "normalized", "--data", "cells"],
    ["join", "normalized", "own", "--data", "cells", "--out", "x"],
    ["join", "own", "normalized", "--data", "cells", "--out", "own"],
    ["join", "own", "file.onnx", "--data", "cells", "--out", "x"],
    ["join", "own", "./own", "--data", "cells", "--out", "x"],
  ]);
  expectFailure(noData!, 2, /join: --data is missing/);
  expectFailure(noOut!, 2, /join: --out is missing/);
  expectFailure(order!, 2, /can't be joined: normalized does not see cells in their original colours\. Put the run/);
  expectFailure(taken!, 3, /own: already contains a run/);
  expectFailure(file!, 3, /file\.onnx/);
  expectFailure(twice!, 2, /can't be joined: they are the same run\. Give two runs, such as two seeds of one recipe/);
  expect(existsSync(join(cli.dir, "x"))).toBe(false);
}, 400_000);
