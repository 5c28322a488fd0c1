import { agreementOf, differencesOf } from "@leukogram/laboratory/server/agreement";
import type { LabelRow, ReadCell } from "@leukogram/laboratory/store/cells";
import { LABELS } from "leukogram/review/labels";
import { expect, test } from "vitest";

const at = new Date("2026-11-26T12:00:00Z");
const later = new Date("2026-11-26T13:00:00Z");

/** What labels of the laboratory's own count as. */
const OWN: Readonly<Record<string, LabelRow["countsAs"]>> = { Band: "Neutrophil", Segmented: "Neutrophil" };

function cell(number: number, first: string | null, second: string | null, when = at): ReadCell {
  const said = (reading: "first" | "second", label: string | null, by: string): LabelRow | undefined =>
    label === null ? undefined : { cellId: String(number), reading, label, countsAs: OWN[label] ?? null, by, at: when };
  return {
    ...{ id: String(number), number, status: "classified", predicted: "Neutrophil", isRejected: false },
    ...{ first: said("first", first, "Ada"), second: said("second", second, "Ben") },
  } as ReadCell;
}

test("cells that the first reader left to the model are no first reading", () => {
  const cells = [
    ...[cell(1, "Monocyte", "Monocyte"), cell(2, "Monocyte", "Lymphocyte"), cell(3, "Lymphocyte", "Lymphocyte")],
    ...[cell(4, null, "Neutrophil"), cell(5, null, "Basophil"), cell(6, "Smudge", null)],
  ];
  const found = agreementOf(cells);
  expect([found.cells, found.same.value, found.byModel]).toEqual([3, 2 / 3, { cells: 2, same: 1 }]);
  expect(found.readers).toEqual({ first: ["Ada"], second: ["Ben"] });
  expect(found.table.flat().reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(found.differences.map(({ number }) => number)).toEqual([2, 5]);
});

test("labels of the laboratory's own that count as one class are differences; the class alone is none from them", () => {
  const cells = [
    cell(1, "Band", "Segmented"),
    cell(2, "Band", "Band"),
    cell(3, null, "Band"),
    cell(4, "Neutrophil", "Band"),
  ];
  const found = agreementOf(cells);
  expect([found.cells, found.same.value]).toEqual([3, 1]);
  expect(found.differences).toEqual([{ cell: "1", number: 1, first: "Band", second: "Segmented" }]);
});

test("what a first reader labelled since is settled, whichever label it got", () => {
  const cells = [cell(1, "Monocyte", "Lymphocyte", later), cell(2, "Monocyte", "Lymphocyte")];
  expect(differencesOf(cells, at).map(({ number }) => number)).toEqual([2]);
});

test("limits of kappa are none that seven cells, or one reader who says the same of all, can't give", () => {
  const alike = Array.from({ length: 7 }, (_, i) => cell(i, LABELS[i % 3]!, LABELS[i % 3]!));
  const { kappa, same } = agreementOf(alike);
  expect([kappa.value, kappa.high]).toEqual([1, 1]);
  // Expected by chance: (3 * 3 + 2 * 2 + 2 * 2) / 49; the share of equal labels may be as low as 0.59.
  const chance = 17 / 49;
  expect(kappa.low).toBeCloseTo((same.low - chance) / (1 - chance), 12);
  const dull = Array.from({ length: 12 }, (_, i) => cell(i, LABELS[i % 3]!, "Eosinophil"));
  const none = agreementOf(dull).kappa;
  expect(none.value).toBe(0);
  expect(none.low).toBeLessThan(-0.2);
  expect(none.high).toBeGreaterThan(0.2);
  const one = Array.from({ length: 5 }, (_, i) => cell(i, "Monocyte", "Monocyte"));
  expect(agreementOf(one).kappa).toEqual({ value: 1, low: -1, high: 1 });
});
