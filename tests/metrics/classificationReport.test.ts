import { classificationReport, classificationReportDict } from "leukogram/metrics/classificationReport";
import { confusionMatrix } from "leukogram/metrics/confusionMatrix";
import { formatFixed } from "leukogram/metrics/formatFixed";
import { pairwiseSum } from "leukogram/metrics/pairwiseSum";
import { describe, expect, it } from "vitest";

// The expected texts were printed by scikit-learn 1.9.1.
describe("classificationReport", () => {
  it("rounds ties to even, as Python does", () => {
    const matrix = [
      [1, 7],
      [3, 5],
    ];
    expect(classificationReport(matrix, ["Lymphocyte", "Monocyte"])).toBe(
      "              precision    recall  f1-score   support\n\n" +
        "  Lymphocyte       0.25      0.12      0.17         8\n" +
        "    Monocyte       0.42      0.62      0.50         8\n\n" +
        "    accuracy                           0.38        16\n" +
        "   macro avg       0.33      0.38      0.33        16\n" +
        "weighted avg       0.33      0.38      0.33        16\n",
    );
  });

  it("makes room for long names", () => {
    const matrix = confusionMatrix([0, 1, 1], [0, 1, 0], { numClasses: 2 });
    expect(classificationReport(matrix, ["a granular lymphocyte", "b"], { digits: 3 })).toBe(
      "                       precision    recall  f1-score   support\n\n" +
        "a granular lymphocyte      0.500     1.000     0.667         1\n" +
        "                    b      1.000     0.500     0.667         2\n\n" +
        "             accuracy                          0.667         3\n" +
        "            macro avg      0.750     0.750     0.667         3\n" +
        "         weighted avg      0.833     0.667     0.667         3\n",
    );
  });

  it("writes counts with a decimal where no image is right, as scikit-learn does", () => {
    const matrix = confusionMatrix([0, 1], [1, 0], { numClasses: 2 });
    expect(classificationReport(matrix, ["a", "b"])).toBe(
      "              precision    recall  f1-score   support\n\n" +
        "           a       0.00      0.00      0.00       1.0\n" +
        "           b       0.00      0.00      0.00       1.0\n\n" +
        "    accuracy                           0.00       2.0\n" +
        "   macro avg       0.00      0.00      0.00       2.0\n" +
        "weighted avg       0.00      0.00      0.00       2.0\n",
    );
  });

  it("counts letters, not UTF-16 units", () => {
    const [header] = classificationReport([[1]], ["🩸🩸🩸🩸🩸🩸🩸🩸🩸🩸🩸🩸🩸"]).split("\n");
    expect(header).toBe(`${" ".repeat(13)}  precision    recall  f1-score   support`);
  });

  it("refuses names that are not as many as the classes", () => {
    expect(() => classificationReport([[1]], ["a", "b"])).toThrow(
      "ERR_SHAPE classificationReport: expected 1 class names, received 2. Give one name per row of the matrix.",
    );
    expect(() => classificationReport([[1]], ["a"], { digits: -1 })).toThrow(/ERR_USAGE .* digits is -1/);
  });

  it("gives rows under the names of the classes", () => {
    const matrix = confusionMatrix([0, 0, 1, 1], [0, 1, 1, 1], { numClasses: 2 });
    expect(classificationReportDict(matrix, ["a", "b"])).toMatchObject({
      a: { precision: 1, recall: 0.5, "f1-score": 2 / 3, support: 2 },
      accuracy: 0.75,
      "macro avg": { recall: 0.75, support: 4 },
    });
  });
});

describe("formatFixed", () => {
  it.each([
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [0.625, 2, "0.62"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [0.0625, 3, "0.062"],
    [-0.125, 2, "-0.12"],
    [0.005, 2, "0.01"],
    [2.675, 2, "2.67"],
    [1, 2, "1.00"],
    [0, 4, "0.0000"],
    [Number.NaN, 2, "nan"],
  ])("writes %d with %d decimals as %s", (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });
});

describe("pairwiseSum", () => {
  it("adds every number once, in each of its ways of adding", () => {
    for (const count of [0, 1, 7, 8, 9, 15, 16, 127, 128, 129, 1000, 4097]) {
      const values = Array.from({ length: count }, (_, i) => i + 1);
      expect(pairwiseSum(values)).toBe((count * (count + 1)) / 2);
    }
  });
});
