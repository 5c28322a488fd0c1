import type { Sample } from "leukogram/data/sample";
import { evaluateByLaboratory, laboratoryFolds } from "leukogram/evaluation/laboratories/laboratories";
import { describe, expect, test } from "vitest";

const classes = ["a", "b", "c"];

function images(laboratory: string | undefined, labels: readonly number[], part = "train"): Sample[] {
  return labels.map((label, i) => {
    const file = `${laboratory}/${part}/${classes[label]}/${i}.png`;
    return { file, path: `/none/${file}`, label, group: file, laboratory };
  });
}

describe("laboratoryFolds", () => {
  const train = [...images("A", [0, 0, 1]), ...images("B", [1, 2]), ...images("C", [0, 1, 1])];
  const validation = [...images("A", [0], "validation"), ...images("B", [2], "validation")];
  const test_ = images("A", [0, 1], "test");
  const folds = laboratoryFolds({ classes, train, validation, test: test_ }, "/none");
  const counts = folds.map((fold) => [fold.train.samples.length, fold.validation.length, fold.judged.length]);

  test("leaves each laboratory out once, with nothing of it to learn from or to choose by", () => {
    expect(folds.map(({ laboratory, trainedOn }) => [laboratory, trainedOn])).toEqual([
      ["A", ["B", "C"]],
      ["B", ["A", "C"]],
      ["C", ["A", "B"]],
    ]);
    for (const fold of folds) {
      expect([...fold.train.samples, ...fold.validation].every((s) => s.laboratory !== fold.laboratory)).toBe(true);
      expect(fold.judged.every((s) => s.laboratory === fold.laboratory)).toBe(true);
    }
    expect(counts).toEqual([
      [5, 1, 2],
      [6, 1, 1],
      [5, 2, 3],
    ]);
  });

  test("judges test images where there are some, and all images elsewhere", () => {
    expect(folds.map(({ judgedOn }) => judgedOn)).toEqual(["test", "all", "all"]);
    expect(folds[0]!.judged).toEqual(test_);
  });

  test("leaves a class out that no other laboratory has, and counts its images", () => {
    expect(folds.map((fold) => [fold.train.classes, fold.leftOut])).toEqual([
      [["a", "b", "c"], 0],
      [["a", "b"], 2],
      [["a", "b", "c"], 0],
    ]);
    expect(folds[1]!.judged.map(({ label }) => label)).toEqual([1]);
  });

  test("leaves none out that is not trained on", () => {
    const names = laboratoryFolds({ classes, train, validation, test: images("D", [0, 1]) }, "/none");
    expect(names.map(({ laboratory }) => laboratory)).toEqual(["A", "B", "C"]);
  });

  test("gives labels anew where an earlier class is left out", () => {
    const [fold] = laboratoryFolds(
      { classes, train: [...images("A", [0, 1]), ...images("B", [1, 2, 2])], validation: [] },
      "/none",
    );
    expect(fold!.train.classes).toEqual(["b", "c"]);
    expect(fold!.train.samples.map(({ label }) => label)).toEqual([0, 1, 1]);
    expect(fold!.judged.map(({ file, label }) => [file, label])).toEqual([["A/train/b/1.png", 0]]);
  });

  test("takes images of no known laboratory for one of their own", () => {
    const folded = laboratoryFolds({ classes, train: [...train, ...images(undefined, [0, 1])], validation }, "/none");
    expect(folded.map(({ laboratory }) => laboratory)).toEqual(["A", "B", "C", "unknown"]);
    expect(laboratoryFolds({ classes, train: images(undefined, [0, 1]), validation: [] }, "/none")).toEqual([]);
  });
});

test("evaluateByLaboratory judges each laboratory's images by themselves, and passes over one without answers", () => {
  const samples = [...images("A", [0, 1, 1]), ...images("B", [0, 2]), ...images("C", [1])];
  const answers = [0, 1, 0, 0, 2].map((predicted) => classes.map((_, k) => (k === predicted ? 0.8 : 0.1)));
  const rows = answers.map((probabilities, i) => ({ ...samples[i]!, probabilities }));
  const found = evaluateByLaboratory({ classes, rows }, samples);
  expect(found.map(({ laboratory, evaluation }) => [laboratory, evaluation.count, evaluation.accuracy.value])).toEqual([
    ["A", 3, 2 / 3],
    ["B", 2, 1],
  ]);
  // Over the classes that the laboratory has: 1 of 1 and 1 of 2.
  expect(found[0]!.evaluation.balancedAccuracy.value).toBeCloseTo(0.75, 12);
});
