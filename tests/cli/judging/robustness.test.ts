import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, makeCli } from "../cli.ts";

const cli = makeCli();

beforeAll(async () => {
  const outcomes = await cli.runAll([
    ["draw", "cells", "--count", "6", "--test-count", "3", "--size", "40"],
    ["train", "--data", "cells", "--image-size", "32", "--epochs", "2", "--threads", "1", "--out", "run"],
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
}, 400_000);

test("robustness judges every corruption at five strengths, the same each time, and draws it", async () => {
  const words = ["robustness", "run", "--data", "cells", "--images", "10", "--threads", "1"];
  const [json, again, text, judged] = await cli.runAll([
    [...words, "--json"],
    [...words, "--json"],
    [...words, "--out", "report.html"],
    ["evaluate", "run", "--data", "cells", "--json"],
  ]);
  const told = JSON.parse(json!.stdout);
  expect(again!.stdout).toBe(json!.stdout);
  expect(told.count).toBe(10);
  expect(told.rows).toHaveLength(14);
  for (const { points } of told.rows) {
    expect(points).toHaveLength(5);
    for (const { balancedAccuracy, change } of points) {
      expect(balancedAccuracy.low).toBeLessThanOrEqual(balancedAccuracy.value);
      expect(change.value).toBeCloseTo(balancedAccuracy.value - told.balancedAccuracy.value, 10);
    }
  }
  expect(text!.stdout).toMatch(/^Corruption .*\nCrop off centre /);
  const page = readFileSync(join(cli.dir, "report.html"), "utf8");
  expect(page.match(/<polygon/g)).toHaveLength(14);
  expect(judged!.code).toBe(0);
}, 400_000);

test("robustness tells what is wrong, and overwrites nothing", async () => {
  writeFileSync(join(cli.dir, "mine.html"), "mine");
  const [noData, noModel, nowhere, mine] = await cli.runAll([
    ["robustness", "run"],
    ["robustness", "nothing", "--data", "cells"],
    ["robustness", "run", "--data", "nowhere"],
    ["robustness", "run", "--data", "cells", "--out", "mine.html"],
  ]);
  expectFailure(noData!, 2, /robustness: --data is missing/);
  expectFailure(noModel!, 3, /nothing: no such model/);
  expectFailure(nowhere!, 3, /nowhere/);
  expectFailure(mine!, 3, /mine\.html: exists and is not a Leukogram report/);
  expect(readFileSync(join(cli.dir, "mine.html"), "utf8")).toBe("mine");
  expect(existsSync(join(cli.dir, "runs"))).toBe(false);
}, 400_000);
