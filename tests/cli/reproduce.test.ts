import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);

interface Result {
  models: {
    name: string;
    seeds: number[];
    testAccuracy: object[];
    generalisationGap: number[];
    trainingSeconds: number[];
    trainingCpuSeconds: number[];
  }[];
  comparisons: { mcnemarP: number; verdict: string }[];
  report: string;
}

test("reproduce trains the three models, compares them and writes the report", async () => {
  await drawSmears(path("smears"), { count: 4, testCount: 2, imageSize: 40 });
  const outcome = await cli.run(
    ..."reproduce --data smears --out both --seeds 1 --seed 3 --epochs 1 --threads 1 --json".split(" "),
  );
  const { models, comparisons, report } = jsonOf<Result>(outcome);
  expect(models.map(({ name }) => name)).toEqual(["CNN", "MobileNetV2, dense head", "MobileNetV2, linear head"]);
  for (const { seeds, testAccuracy, generalisationGap, trainingSeconds, trainingCpuSeconds } of models) {
    expect(seeds).toEqual([3]);
    expect(Object.keys(testAccuracy[0]!)).toEqual(["value", "low", "high"]);
    expect(Math.abs(generalisationGap[0]!)).toBeLessThanOrEqual(1);
    expect(trainingSeconds[0]).toBeGreaterThan(0);
    expect(trainingCpuSeconds[0]).toBeGreaterThan(0);
  }
  expect(comparisons).toHaveLength(3);
  expect(report).toBe(join("both", "report.html"));
  const html = readFileSync(path(report), "utf8");
  expect(html).toContain("MobileNetV2 had no ImageNet weights");
  expect(html).toContain("<h1>Custom CNN against MobileNetV2 trained entirely, starting from random weights</h1>");
  expect(html).not.toContain("frozen");
  expect(JSON.parse(readFileSync(path("both", "cnn-seed3", "config.json"), "utf8")).recipe).toMatchObject({
    seed: 3,
    epochs: 1,
    threads: 1,
  });
  expectFailure(
    await cli.run("reproduce", "--data", path("smears", "Train"), "--out", "none"),
    3,
    "contains no Test folder",
  );
  expect(existsSync(path("none"))).toBe(false);
}, 400_000);
