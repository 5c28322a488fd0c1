import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import type { CrossValidation } from "leukogram/evaluation/crossValidate";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const SMALL = "--data smears --folds 3 --epochs 1 --image-size 32 --threads 1 --quiet".split(" ");

beforeAll(async () => {
  await drawSmears(path("smears"), { count: 9, testCount: 1, imageSize: 40 });
  rmSync(path("smears", "manifest.csv")); // it names slides, which would stay whole
});

describe("crossvalidate", () => {
  test("judges each image once by a model that did not see it, goes on where it was stopped, and is compared", async () => {
    const first = await cli.run("crossvalidate", ...SMALL, "--out", "cv", "--json");
    const result = jsonOf<CrossValidation>(first);
    expect(result).toMatchObject({ folds: 3, repeats: 1, seed: 0, images: 45 });
    expect(result.splits.map(({ judgedOn }) => judgedOn)).toEqual([15, 15, 15]);
    const { value, low, high } = result.accuracy;
    expect(low <= value && value <= high).toBe(true);
    const rows = readFileSync(path("cv", "predictions.csv"), "utf8").trim().split("\n").slice(1);
    expect(new Set(rows.map((row) => row.split(",")[0])).size).toBe(45);
    expect(rows.some((row) => row.startsWith("Test/"))).toBe(false);

    // A training that is made again takes another time.
    const untimed = () =>
      readFileSync(path("cv", "crossvalidation.json"), "utf8").replace(/"(training\w*Seconds)": [\d.e-]+/g, "$1");
    const kept = untimed();
    expect(kept.match(/trainingSeconds/g)).toHaveLength(3);
    expect(kept.match(/trainingCpuSeconds/g)).toHaveLength(3);
    rmSync(path("cv", "splits", "repeat-1-fold-2"), { recursive: true });
    rmSync(path("cv", "crossvalidation.json"));
    const [again, other, over, text, compared] = await cli.runAll([
      ["crossvalidate", ...SMALL, "--out", "cv", "--resume", "--json"],
      ["crossvalidate", ...SMALL, "--out", "cv", "--resume", "--folds", "4"],
      ["crossvalidate", ...SMALL, "--out", "cv"],
      ["crossvalidate", ...SMALL, "--out", "two", "--learning-rate", "0.01", "--repeats", "2"],
      ["compare", "cv", "two"],
    ]);
    expect(again!.code).toBe(0);
    expect(untimed()).toBe(kept);
    expectFailure(
      other!,
      2,
      /^ERR_CONFIG cv: was started with other folds or images: \{"folds":3,"seed":0,"images":45\}/,
    );
    expectFailure(over!, 3, /^ERR_OUTPUT cv: already contains a run/);
    expect(text!.stdout).toMatch(/^Split +trained on +evaluated on +accuracy +balanced +macro F1 +training\n/);
    expect(text!.stdout.match(/^repeat \d, fold \d +\d+/gm)).toHaveLength(6);
    expect(existsSync(path("two", "splits", "repeat-2-fold-3", "model.onnx"))).toBe(true);
    // Of other splits, so that only the answers to the images are compared.
    expect(compared!.code).toBe(0);
    expect(compared!.stdout).not.toContain("over 3 splits");
  });

  test("two recipes on the same splits are compared split by split", async () => {
    const [one, two, compared] = await cli.runAll([
      ["crossvalidate", ...SMALL, "--out", "a"],
      ["crossvalidate", ...SMALL, "--out", "b", "--learning-rate", "0.0001"],
      ["compare", "a", "b"],
    ]);
    expect([one!.code, two!.code, compared!.code]).toEqual([0, 0, 0]);
    expect(compared!.stdout).toMatch(
      /^a minus b over 3 splits: .* percentage points \(95 % .*, p = [\d.]+ by Nadeau and Bengio's corrected t test, after Holm's correction\)\.$/m,
    );
  });

  test("keeps copies of one cell in one fold where asked to, and prints which class was taken for which", async () => {
    const original = path("smears", "Train", "Monocyte", "mon_0000.jpg");
    const copies = ["a.jpg", "b.jpg", "c.jpg"].map((name) => path("smears", "Train", "Monocyte", name));
    for (const copy of copies) copyFileSync(original, copy);
    try {
      const grouped = [...SMALL, "--out", "grouped"];
      const run = await cli.run("crossvalidate", ...grouped.filter((word) => word !== "--quiet"), "--group-copies");
      expect(run.code, run.stderr).toBe(0);
      expect(run.stderr).toContain("Copies found: 3 pairs; 48 groups of images were merged into 45.");
      const holds = [1, 2, 3].map((fold) => {
        const answers = readFileSync(path("grouped", "splits", `repeat-1-fold-${fold}`, "predictions.csv"), "utf8");
        return answers.match(/\/(mon_0000|[abc])\.jpg,/g)?.length ?? 0;
      });
      expect(holds.sort()).toEqual([0, 0, 4]);
      const { outOfFold } = JSON.parse(
        readFileSync(path("grouped", "crossvalidation.json"), "utf8"),
      ) as CrossValidation;
      expect(outOfFold!.confusionMatrix.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([9, 9, 9, 12, 9]);
      expect(run.stdout).toMatch(/\nClass +1 +2 +3 +4 +5 +recall, %\n1 Basophil( +\d+){5} +[\d.]+\n/);
      expectFailure(
        await cli.run("crossvalidate", ...grouped, "--resume"),
        2,
        /^ERR_CONFIG grouped: was started with other folds or images: \{.*"grouped":"copies"\}/,
      );
    } finally {
      for (const copy of copies) rmSync(copy);
    }
  });

  test("refuses to begin without data, or with too few groups", async () => {
    const [missing, few] = await cli.runAll([
      ["crossvalidate"],
      ["crossvalidate", ...SMALL, "--folds", "60", "--out", "never"],
    ]);
    expectFailure(missing!, 2, /^ERR_USAGE crossvalidate: --data is missing/);
    expectFailure(few!, 3, /^ERR_DATA 45 groups of images are too few for 60 folds/);
  });
});
