import { comparePredictions } from "leukogram/evaluation/compare";
import type { Predictions } from "leukogram/evaluation/types";
import { holm } from "leukogram/metrics/holm";
import { mcnemarExact } from "leukogram/metrics/mcnemar";
import { describe, expect, it } from "vitest";
import { surePredictions } from "./samples.ts";

const quick = { resamples: 400 };

/** Three classes in turn; images with `right(i)` false are called the next class. */
function answering(right: (i: number) => boolean, count = 300): Predictions {
  return surePredictions(Array.from({ length: count }, (_, i) => [i % 3, right(i) ? i % 3 : (i + 1) % 3] as const));
}

const good = { name: "MobileNetV2", predictions: answering((i) => i >= 20) };
const poor = { name: "CNN", predictions: answering((i) => i >= 60) };
const other = { name: "SVM", predictions: answering((i) => i < 278) };

describe("comparePredictions", () => {
  it("counts the images that both, one or neither got right", () => {
    const [pair] = comparePredictions([good, other], quick);
    expect(pair!.table).toEqual({ both: 258, firstOnly: 22, secondOnly: 20, neither: 0 });
    expect(pair!.mcnemarP).toBe(mcnemarExact({ firstOnly: 22, secondOnly: 20 }));
    expect(pair!.adjustedP).toBe(pair!.mcnemarP);
    expect(pair!.accuracyDifference.value).toBeCloseTo(2 / 300, 12);
  });

  it("says which is better where the images show it", () => {
    const [pair] = comparePredictions([poor, good], quick);
    expect(pair!.accuracyDifference.value).toBeCloseTo(-40 / 300, 12);
    expect(pair!.verdict).toMatch(
      /^MobileNetV2 is more accurate than CNN on these 300 images: \+13\.3 points \(95 % \d+\.\d to \d+\.\d, McNemar p < 0\.001\)\. This does not apply to other seeds or laboratories\.$/,
    );
  });

  it("turns the limits round with the models", () => {
    const [forth] = comparePredictions([poor, good], quick);
    const [back] = comparePredictions([good, poor], quick);
    expect(back!.accuracyDifference.low).toBeCloseTo(-forth!.accuracyDifference.high, 12);
    expect(back!.balancedAccuracyDifference.high).toBeCloseTo(-forth!.balancedAccuracyDifference.low, 12);
    expect(back!.verdict).toBe(forth!.verdict);
  });

  it("claims nothing where the images do not show it, and says what they could have shown", () => {
    const [pair] = comparePredictions([good, other], quick);
    expect(pair!.verdict).toMatch(
      /^These 300 images do not show a difference between MobileNetV2 and SVM: \+0\.7 points \(95 % -\d\.\d to \d\.\d, McNemar p = 0\.88\); differences below about \d\.\d percentage points could not be detected\./,
    );
    // Of 42 discordant images at least 28 must be on one side: p(28, 14) = 0.044, p(27, 15) = 0.088.
    const unseen = Number(/about (\d\.\d) percentage points/.exec(pair!.verdict)![1]);
    expect(unseen).toBeGreaterThanOrEqual(4.6);
    expect(unseen).toBeLessThan(5);
  });

  it("does not call two models that answer alike equal", () => {
    const [pair] = comparePredictions([good, { ...good, name: "copy" }], quick);
    expect(pair!.mcnemarP).toBe(1);
    // Six images at least, all on one side, make p < 0.05.
    expect(pair!.verdict).toContain("differences below about 2.0 percentage points could not be detected");
  });

  it("compares every two models, in order, with Holm's correction", () => {
    const pairs = comparePredictions([good, poor, other], quick);
    expect(pairs.map(({ first, second }) => `${first} ${second}`)).toEqual([
      "MobileNetV2 CNN",
      "MobileNetV2 SVM",
      "CNN SVM",
    ]);
    expect(pairs.map((pair) => pair.adjustedP)).toEqual(holm(pairs.map((pair) => pair.mcnemarP)));
    expect(pairs[1]!.verdict).toContain("p = 0.88 after Holm's correction over 3 pairs");
    const [alone] = comparePredictions([good, other], quick);
    expect(pairs[1]!.accuracyDifference).toEqual(alone!.accuracyDifference);
  });

  it("asks p after correction, not before, to be below 0.05", () => {
    const first = { name: "A", predictions: answering((i) => i >= 2) };
    const second = { name: "B", predictions: answering((i) => i < 290) };
    const third = { name: "C", predictions: answering((i) => i < 291) };
    const [alone] = comparePredictions([first, second], quick);
    expect(alone!.verdict).toContain("A is more accurate than B");
    const [together] = comparePredictions([first, second, third], quick);
    expect(together!.mcnemarP).toBe(alone!.mcnemarP);
    expect(together!.verdict).toContain("do not settle whether there is a difference between A and B");
  });

  it("takes no single patient for evidence", () => {
    const inOneGroup = ({ classes, rows }: Predictions) => ({
      classes,
      rows: rows.map((row, i) => ({ ...row, group: i < 60 ? "patient 1" : row.file })),
    });
    const [pair] = comparePredictions(
      [good, poor].map(({ name, predictions }) => ({ name, predictions: inOneGroup(predictions) })),
      quick,
    );
    expect(pair!.mcnemarP).toBeLessThan(0.001);
    expect(pair!.verdict).not.toContain("is more accurate");
    expect(pair!.verdict).toContain("a sign test over groups gives p = 1.");
  });

  it("claims what whole groups show", () => {
    const inPairs = ({ classes, rows }: Predictions) => ({
      classes,
      rows: rows.map((row, i) => ({ ...row, group: `original ${i - (i % 6) + (i % 3)}` })),
    });
    const [pair] = comparePredictions(
      [good, poor].map(({ name, predictions }) => ({ name, predictions: inPairs(predictions) })),
      quick,
    );
    expect(pair!.verdict).toMatch(
      /^MobileNetV2 is more accurate than CNN .* a sign test over groups gives p < 0\.001\./,
    );
  });

  it("takes groups from whichever model knows them", () => {
    const grouped = (predictions: Predictions) => ({
      ...predictions,
      rows: predictions.rows.map((row, i) => ({ ...row, group: `slide ${i % 30}` })),
    });
    const with1 = { name: good.name, predictions: grouped(good.predictions) };
    const with2 = { name: poor.name, predictions: grouped(poor.predictions) };
    const expected = comparePredictions([with1, with2], quick);
    expect(comparePredictions([good, with2], quick)).toEqual(expected);
    expect(comparePredictions([with1, poor], quick)).toEqual(expected);
    expect(comparePredictions([good, poor], quick)).not.toEqual(expected);
  });

  it("matches images by file and classes by name, whatever their order", () => {
    const { classes, rows } = poor.predictions;
    const reordered = {
      classes: [...classes].reverse(),
      rows: [...rows].reverse().map((row) => ({
        ...row,
        label: 2 - row.label!,
        probabilities: [...row.probabilities].reverse(),
      })),
    };
    const pairs = comparePredictions([good, { name: "CNN", predictions: reordered }], quick);
    expect(pairs).toEqual(comparePredictions([good, poor], quick));
  });
});

describe("comparePredictions refuses", () => {
  const { classes, rows } = poor.predictions;
  const against = (predictions: Predictions) => () => comparePredictions([good, { name: "CNN", predictions }], quick);

  it("different images, saying how many and which", () => {
    const renamed = rows.map((row, i) => (i < 2 ? { ...row, file: `new/${row.file}` } : row));
    expect(against({ classes, rows: renamed })).toThrow(
      "ERR_DATA compare: different images: 2 only in MobileNetV2, such as image0000.png; " +
        "2 only in CNN, such as new/image0000.png. Evaluate both models on the same folder.",
    );
    expect(against({ classes, rows: rows.slice(0, 299) })).toThrow(
      "different images: 1 only in MobileNetV2, such as image0299.png.",
    );
  });

  it("different labels and groups, saying how many and which", () => {
    const relabelled = rows.map((row, i) =>
      i === 4 ? { ...row, label: 0 } : i === 5 ? { ...row, label: undefined } : row,
    );
    expect(against({ classes, rows: relabelled })).toThrow(
      "different labels for 2 images, such as image0004.png: Monocyte in MobileNetV2 and Basophil in CNN.",
    );
    const inGroup = (group: string) => ({ classes, rows: rows.map((row, i) => (i === 7 ? { ...row, group } : row)) });
    const models = ["a", "b"].map((name) => ({ name, predictions: inGroup(`slide ${name}`) }));
    expect(() => comparePredictions(models, quick)).toThrow(
      "different groups for 1 images, such as image0007.png: slide a in a and slide b in b.",
    );
  });

  it("different classes, one model, and one name for two", () => {
    expect(against({ classes: ["Basophil", "Monocyte", "Blast"], rows })).toThrow(/different classes: MobileNetV2 has/);
    expect(() => comparePredictions([good], quick)).toThrow(
      /ERR_USAGE compare: expected two models or more, received 1/,
    );
    expect(() => comparePredictions([good, good], quick)).toThrow(/ERR_USAGE compare: MobileNetV2 is given twice/);
  });
});
