import { Rng } from "@leukogram/engine/core/rng";
import { type ShortcutRow, testShortcut } from "leukogram/audit/shortcuts";
import { describe, expect, test } from "vitest";

const classes = ["A", "B", "C"];

/** A row with what its class is to be told from. */
type Row = ShortcutRow & { readonly features: readonly number[] };

const tell = (rows: readonly Row[]) => testShortcut(rows, { classes, features: (i) => rows[i]!.features });

/** Rows whose only telling feature moves by `effect` from class to class. */
function rowsOf(effect: number, { seed = 0, each = 60, copies = 1 } = {}) {
  const rng = new Rng(seed);
  return classes.flatMap((_, label) =>
    Array.from({ length: each }, (__, i) => {
      const features = [128 + rng.normal(0, 20) + effect * label, 128 + rng.normal(0, 20)];
      return Array.from({ length: copies }, (___, copy) => ({
        file: `${label}-${i}-${copy}`,
        label,
        group: `${label}-${i}`,
        features,
      }));
    }).flat(),
  );
}

describe("testShortcut", () => {
  test("beats chance where the features tell the class", () => {
    const found = tell(rowsOf(60))!;
    expect(found.chance).toBeCloseTo(1 / 3);
    expect(found.beatsChance).toBe(true);
    expect(found.balancedAccuracy.value).toBeGreaterThan(0.85);
    expect(found.recall[0]!.value).toBeGreaterThan(found.recall[1]!.value);
  });

  test("does not where they do not, but for chance", () => {
    const wrong = Array.from({ length: 20 }, (_, seed) => tell(rowsOf(0, { seed }))!).filter(
      ({ beatsChance }) => beatsChance,
    );
    // One-sided 2.5 %: of 20 sets, more than 3 would come by chance once in 700 times.
    expect(wrong.length).toBeLessThanOrEqual(3);
  });

  test("is not taken in by copies of one cell, which stay on one side", () => {
    const wrong = Array.from({ length: 20 }, (_, seed) => tell(rowsOf(0, { seed, each: 20, copies: 6 }))!).filter(
      ({ beatsChance }) => beatsChance,
    );
    expect(wrong.length).toBeLessThanOrEqual(3);
  });

  test("says nothing where a class has fewer groups than folds", () => {
    expect(tell(rowsOf(60, { each: 4 }))).toBeUndefined();
  });
});
