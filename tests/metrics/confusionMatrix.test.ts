import { LeukogramError } from "@leukogram/engine/core/errors";
import { confusionMatrix, margins } from "leukogram/metrics/confusionMatrix";
import { describe, expect, it } from "vitest";

describe("confusionMatrix", () => {
  it("puts true classes in rows and predicted ones in columns", () => {
    expect(confusionMatrix([0, 0, 1, 2], [0, 1, 1, 0], { numClasses: 3 })).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it("counts an image as often as its weight says", () => {
    expect(confusionMatrix([0, 1], [1, 1], { numClasses: 2, weights: [3, 0] })).toEqual([
      [0, 3],
      [0, 0],
    ]);
  });

  it("adds up rows, columns and diagonal", () => {
    const matrix = [
      [1, 2],
      [4, 8],
    ];
    expect(margins(matrix)).toEqual({ truths: [3, 12], predictions: [5, 10], hits: [1, 8], total: 15 });
  });

  it("refuses lists of different length and labels that are no class", () => {
    expect(() => confusionMatrix([0], [0, 1], { numClasses: 2 })).toThrow(
      "ERR_SHAPE confusionMatrix: expected two lists of N >= 1, received 1 and 2. Give one entry per image in both.",
    );
    expect(() => confusionMatrix([0, 2], [0, 1], { numClasses: 2 })).toThrow(
      /ERR_DATA confusionMatrix labels: entry 1 is 2/,
    );
    expect(() => confusionMatrix([], [], { numClasses: 2 })).toThrow(LeukogramError);
  });
});
