import { asClasses, holdOut, type KnownCell, manifestOf } from "@leukogram/laboratory/server/work/heldOut";
import type { CountedCell } from "@leukogram/laboratory/store/knownCells";
import { describe, expect, test } from "vitest";

const cells = (label: string, count: number, more: Partial<KnownCell> = {}): KnownCell[] =>
  Array.from({ length: count }, (_, i) => ({ sha256: `${label}${i}`, case: "c", label, isLabelled: true, ...more }));

const countOf = (list: readonly KnownCell[], label: string) => list.filter((cell) => cell.label === label).length;

test("holds out three tenths of each class, the same ones for the same seed, whatever their order", () => {
  const all = [...cells("A", 40), ...cells("B", 10), ...cells("C", 2)];
  const { learn, judge } = holdOut(all);
  expect(["A", "B", "C"].map((label) => countOf(judge, label))).toEqual([12, 3, 0]);
  expect(["A", "B", "C"].map((label) => countOf(learn, label))).toEqual([28, 7, 2]);
  expect(new Set([...learn, ...judge]).size).toBe(52);
  expect(holdOut([...all].reverse()).judge).toEqual(judge);
  expect(holdOut(all, 1).judge).not.toEqual(judge);
});

test("takes an image that is there several times once, by a reader's label where there is one", () => {
  const twice = [...cells("A", 20, { isLabelled: false }), ...cells("A", 20), ...cells("B", 10)];
  const { learn, judge } = holdOut(twice);
  expect([...learn, ...judge]).toHaveLength(30);
  expect([...learn, ...judge].every(({ isLabelled }) => isLabelled)).toBe(true);
});

test("learns from a reader's labels before those that a signature confirmed", () => {
  const confirmed = Array.from({ length: 200 }, (_, i) => ({
    ...cells("A", 1)[0]!,
    sha256: `z${i}`,
    isLabelled: false,
  }));
  const { learn, judge } = holdOut([...confirmed, ...cells("A", 30), ...cells("B", 10)]);
  const labelled = learn.filter((cell) => cell.label === "A" && cell.isLabelled).length;
  const held = judge.filter((cell) => cell.label === "A" && cell.isLabelled).length;
  expect([countOf(learn, "A"), labelled + held]).toEqual([60, 30]);
});

test("says how many cells it takes where there are too few", () => {
  const message =
    /^ERR_DATA adapting needs 20 cells of known class, with at least two classes of 5 cells; there are 22 \(A 18, B 4\)\. Review more/;
  expect(() => holdOut([...cells("A", 18), ...cells("B", 4)])).toThrow(message);
  expect(() => holdOut([...cells("A", 9), ...cells("B", 9)])).toThrow(/there are 18 \(A 9, B 9\)/);
  expect(() => holdOut([])).toThrow(/there are 0\. /);
});

test("writes a manifest whose paths may hold anything", () => {
  expect(manifestOf(cells("A", 1), (sha256) => `/a "b",/${sha256}`)).toBe(
    'file,class,group\n"/a ""b"",/A0","A","A0"\n',
  );
});

describe("cells as classes of a model", () => {
  const cellsOf = (called: string, label: CountedCell["label"], count: number): CountedCell[] =>
    Array.from({ length: count }, (_, i) => ({ sha256: `${called}${i}`, case: "x", called, label, isLabelled: true }));
  const subtypes = ["BandNeutrophil", "SegmentedNeutrophil", "Lymphocyte", "Myelocyte", "Erythroblast"];

  test("a model of subtypes does not learn from labels of types", () => {
    expect(() => asClasses(subtypes, cellsOf("Neutrophil", "Neutrophil", 3))).toThrow(
      "ERR_DATA the active model has several classes for Neutrophil, which labels do not tell apart. Activate a model of the five types",
    );
    expect(() => asClasses(subtypes, cellsOf("Band", "Neutrophil", 1))).toThrow(/several classes for Neutrophil/);
  });

  test("each is learned as it is called, else as what it counts as, and what is neither is left out and told", () => {
    const cells = [
      ...[...cellsOf("BandNeutrophil", "Neutrophil", 2), ...cellsOf("NRBC", "Erythroblast", 1)],
      ...[...cellsOf("Blast", "OtherLeukocyte", 3), ...cellsOf("Smudge", "Smudge", 1)],
      ...cellsOf("Variant", "Lymphocyte", 1),
    ];
    const { known, leftOut } = asClasses(subtypes, cells);
    expect(known.map(({ label }) => label)).toEqual([
      ...["BandNeutrophil", "BandNeutrophil", "Erythroblast", "Lymphocyte"],
    ]);
    expect(leftOut).toEqual({ Blast: 3, Smudge: 1 });
    const five = asClasses(["Lymphocyte", "Neutrophil"], cells);
    expect(five.known.map(({ label }) => label)).toEqual(["Neutrophil", "Neutrophil", "Lymphocyte"]);
    expect(five.leftOut).toEqual({ NRBC: 1, Blast: 3, Smudge: 1 });
  });
});
