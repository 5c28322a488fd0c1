import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { findSuspectLabels, locateSuspects } from "leukogram/audit/suspectLabels";
import { openData } from "leukogram/data/dataset";
import { crossValidate } from "leukogram/evaluation/crossValidate";
import { readPredictionsCsv } from "leukogram/evaluation/predictionsCsv";
import { parseRecipe } from "leukogram/training/recipe/recipe";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { setVariable } from "../support/environment.ts";
import { shared, testWith } from "../support/shared.ts";

const dir = temporaryFolder();
setVariable("LEUKOGRAM_CACHE", join(dir, "cache"));
const classes = ["A", "B", "C"];
const row = (file: string, label: number, probabilities: readonly number[]) => ({
  file,
  group: file,
  label,
  probabilities,
});

describe("findSuspectLabels", () => {
  test("names labels that a model is as sure against as it is for others, the surest first", () => {
    const rows = [
      ...Array.from({ length: 10 }, (_, i) => row(`a${i}`, 0, [0.8, 0.1, 0.1])),
      ...Array.from({ length: 10 }, (_, i) => row(`b${i}`, 1, [0.3, 0.6, 0.1])),
      ...Array.from({ length: 10 }, (_, i) => row(`c${i}`, 2, [0.1, 0.1, 0.8])),
      row("wrong", 0, [0.05, 0.9, 0.05]),
      row("rather wrong", 2, [0.05, 0.7, 0.25]),
      row("unsure", 0, [0.3, 0.5, 0.2]),
    ];
    const found = findSuspectLabels({ classes, rows });
    expect(found.map(({ file, label, suggested }) => [file, label, suggested])).toEqual([
      ["wrong", "A", "B"],
      ["rather wrong", "C", "B"],
    ]);
    expect(found[0]!.score).toBeGreaterThan(found[1]!.score);
  });

  test("never suggests a class without images", () => {
    const rows = [row("a", 0, [0.1, 0.1, 0.8]), row("b", 1, [0.1, 0.8, 0.1])];
    expect(findSuspectLabels({ classes, rows })).toEqual([]);
  });

  test("refuses predictions of other images", () => {
    const suspects = [{ file: "a", label: "A", suggested: "B", score: 1 }];
    expect(() => locateSuspects(suspects, [{ file: "b", path: "/b" }])).toThrow(
      "ERR_DATA predictions: a is not among the images. Give predictions for the same folder.",
    );
  });
});

testWith("data/pbc", "weights")(
  "finds 5 % of wrong labels among real images: by small pictures, six of ten, and about half of the suspects are wrong",
  async () => {
    // Three of four images are enough to learn from.
    const { train: all } = openData(shared("data/pbc/Train"));
    const train = { ...all, samples: all.samples.filter((_, i) => i % 4 !== 3) };
    const rng = new Rng(5);
    const wrong = new Set(rng.permutation(train.samples.length).slice(0, Math.round(0.05 * train.samples.length)));
    const samples = train.samples.map((sample, i) =>
      wrong.has(i) ? { ...sample, label: (sample.label + 1 + rng.integer(4)) % 5 } : sample,
    );
    const recipe = parseRecipe({ model: "mobilenetv2", head: "linear", imageSize: 96, epochs: 20, threads: 1 });
    const weights = shared("weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5");
    await crossValidate({ ...train, samples }, recipe, { out: join(dir, "cv"), folds: 3, weights });
    const suspects = findSuspectLabels(await readPredictionsCsv(join(dir, "cv", "predictions.csv")));
    const planted = new Set([...wrong].map((i) => train.samples[i]!.file));
    const right = suspects.filter(({ file }) => planted.has(file)).length;
    console.info(`planted ${planted.size}, found ${right} among ${suspects.length} suspects`);
    expect(right / planted.size).toBeGreaterThan(0.6);
    expect(right / suspects.length).toBeGreaterThan(0.45);
  },
  300_000,
);
