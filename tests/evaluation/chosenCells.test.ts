import { Rng } from "@leukogram/engine/core/rng";
import { chooseCells, MOST_OF_A_CLASS, MOST_SHOWN } from "leukogram/evaluation/crops/chosenCells";
import type { Prediction } from "leukogram/evaluation/types";
import { describe, expect, test } from "vitest";

const classes = ["A", "B", "C"];
/** Answer `k` with this probability, the rest shared. */
const row = (file: string, label: number | undefined, k: number, p: number): Prediction => ({
  file,
  label,
  group: file,
  probabilities: classes.map((_, i) => (i === k ? p : (1 - p) / 2)),
});
const files = (rows: readonly Prediction[]) => rows.map(({ file }) => file);

const rows = [
  row("a1", 0, 0, 0.9),
  row("a2", 0, 0, 0.8),
  row("a3", 0, 1, 0.7),
  row("b1", 1, 2, 0.95),
  row("b2", 1, 1, 0.45),
  row("b3", 1, 1, 0.99),
];

describe("chooseCells", () => {
  test("takes the surest mistakes, the least sure answers, and right ones of each class", () => {
    const { mistakes, unsure, typical } = chooseCells({ classes, rows });
    expect(files(mistakes)).toEqual(["b1", "a3"]);
    expect(files(unsure)).toEqual(["b2", "a3", "a2", "a1", "b1", "b3"]);
    expect(typical.map(files)).toEqual([["a1", "a2"], ["b2", "b3"], []]);
  });

  test("takes few of many, the same in whatever order they come", () => {
    const many = Array.from({ length: 300 }, (_, i) => row(`f${i}`, i % 3, ((i * 7) % 5) % 3, 0.5 + (i % 10) / 25));
    const chosen = chooseCells({ classes, rows: many });
    expect([chosen.mistakes.length, chosen.unsure.length]).toEqual([MOST_SHOWN, MOST_SHOWN]);
    for (const own of chosen.typical) expect(own).toHaveLength(MOST_OF_A_CLASS);
    expect(chooseCells({ classes, rows: new Rng(1).shuffle([...many]) })).toEqual(chosen);
  });

  test("without labels knows no mistakes, and shows answers of each class", () => {
    const { mistakes, typical } = chooseCells({ classes, rows: rows.map((one) => ({ ...one, label: undefined })) });
    expect(mistakes).toEqual([]);
    expect(typical.map(files)).toEqual([["a1", "a2"], ["a3", "b2", "b3"], ["b1"]]);
  });
});
