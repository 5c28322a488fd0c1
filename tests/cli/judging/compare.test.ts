import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";
import { copyTrainedRun } from "../trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);

const train = (size: number, out: string, ...more: string[]) => [
  ..."train --data smears --epochs 1 --threads 1 --quiet --image-size".split(" "),
  ...[String(size), "--out", out, ...more],
];

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "a" });
  await drawSmears(path("others"), { count: 1, testCount: 1, imageSize: 40, seed: 1 });
  const outcomes = await cli.runAll([train(16, "b")]);
  for (const { code, stderr } of outcomes) expect([code, stderr]).toEqual([0, ""]);
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
      "ERR_OUTPUT notes.html: exists and is not a Leukogram report. Move it, or choose another place",
    );
    expect(readFileSync(path("notes.html"), "utf8")).toBe("mine");
  });
});
