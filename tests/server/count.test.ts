import { countOf, reportOf } from "@leukogram/laboratory/server/count";
import { readRanges } from "leukogram/differential/referenceRanges";
import { type CellGroup, tallyOf } from "leukogram/review/count";
import { expect, test } from "vitest";

const facts = { leukocytes: null, ranges: readRanges() };
const countedOf = (groups: readonly CellGroup[]) => countOf(tallyOf(groups), facts);

function group(count: number, given: Partial<CellGroup> = {}): CellGroup {
  const said = { status: "classified", predicted: "Neutrophil", isRejected: false, isUnfamiliar: false } as const;
  return { ...said, label: null, leaves: null, hasNucleus: null, count, ...given };
}

test("cells unlike the model's training images are flagged where they are many, and not where chance explains them", () => {
  const many = [group(30), group(12, { isUnfamiliar: true }), group(5, { isUnfamiliar: true, label: "Monocyte" })];
  expect(countedOf(many).flags[0]).toBe(
    "These cells do not look like the model's training images: 17 of 47 are less familiar than 99 % of them. 12 of these were not labelled by a reader.",
  );
  expect(countedOf(many).warnings).toEqual([countedOf(many).flags[0], countedOf(many).flags.at(-1)]);
  const few = countedOf([group(30), group(1, { isUnfamiliar: true })]);
  expect([few.flags.join(), few.warnings, few.isUnreliable]).toEqual([
    expect.not.stringMatching(/look like/),
    [],
    false,
  ]);
});

test("flags of disease wait, where cells are unlike the model's, until a reader has labelled each", () => {
  const strange = { isUnfamiliar: true, predicted: "Eosinophil" };
  const cases = [
    [group(30), group(30, strange)],
    [group(30, { label: "Neutrophil" }), group(29, { ...strange, label: "Eosinophil" }), group(1, strange)],
    [group(30, { label: "Neutrophil" }), group(30, { ...strange, label: "Eosinophil" })],
  ].map((groups) => ({ groups, found: countedOf(groups) }));
  const [none, some, all] = cases.map(({ found }) => found);
  for (const [found, left] of [
    [none!, 60],
    [some!, 1],
  ] as const) {
    expect(found.flags).toEqual([
      expect.stringMatching(/^These cells do not look like/),
      `Flags are withheld, because the model's mistakes may distort the shares: label the ${left} cells that only the model classified, or adapt the model to this laboratory.`,
    ]);
    expect(new Set(found.classes.map(({ position }) => position))).toEqual(new Set(["unknown"]));
  }
  expect(all!.flags.join()).toMatch(/relative eosinophilia/);
  expect(all!.flags.join()).not.toMatch(/withheld/);
  // Shares may be relied on once a reader has labelled them; that the cells are unlike the model's stays true.
  expect(cases.map(({ found }) => [found.isUnreliable, found.warnings.length])).toEqual([
    [true, 2],
    [true, 2],
    [false, 1],
  ]);
  // A report keeps why, for FHIR.
  expect(reportOf(tallyOf(cases[0]!.groups), facts)!.withheld).toMatch(/^Flags are withheld/);
});

test("crops are counted, and said where one is not as it should be", () => {
  const cropped = { leaves: false, hasNucleus: true } as const;
  const well = countedOf([group(30, cropped), group(5), group(1, { ...cropped, status: "waiting" })]);
  expect(well.crops).toEqual({ crops: 30, leaving: 0, withoutNucleus: 0 });
  expect(well.notes.join()).not.toMatch(/crops/);
  const few = countedOf([group(29, cropped), group(1, { ...cropped, leaves: true })]);
  expect(few.notes.at(-1)).toBe(
    "Of 30 crops, 1 extend beyond the image by more than a tenth; in 0, no nucleus was found.",
  );
  const many = countedOf([group(20, cropped), group(10, { ...cropped, hasNucleus: false })]);
  expect(many.notes.at(-1)).toMatch(/^No nucleus was found in 10 of 30 images; .*single white blood cells\?$/);
  expect(countedOf([group(30)]).crops).toBeNull();
});

test("types count as the one of the five that they are, as other leukocytes, or for 100 leukocytes", () => {
  const types = ["BandNeutrophil", "SegmentedNeutrophil", "Monocyte", "Erythroblast", "Myelocyte"];
  const { classes, cells, unidentified, subtypes, erythroblasts, notes } = countedOf(
    types.map((predicted) => group(10, { predicted })),
  );
  expect(classes.map(({ count, before }) => [count, before])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
    [10, 10],
    [20, 20],
    [10, 10],
  ]);
  expect([classes.at(-1)!.class, cells, unidentified]).toEqual(["OtherLeukocyte", 40, 0]);
  expect(subtypes.map(({ name, countsAs, count, byReaders }) => [name, countsAs, count, byReaders])).toEqual([
    ["BandNeutrophil", "Neutrophil", 10, 0],
    ["SegmentedNeutrophil", "Neutrophil", 10, 0],
    ["Myelocyte", "OtherLeukocyte", 10, 0],
  ]);
  expect([erythroblasts!.count, erythroblasts!.per100.value]).toEqual([10, 25]);
  expect(notes.find((note) => note.startsWith("Learned"))).toMatch(
    /^Learned from only one laboratory: band neutrophils, segmented neutrophils, myelocytes and erythroblasts\./,
  );
});

test("notes say how many of the cells that are told a reader labelled", () => {
  const groups = [
    ...[group(8), group(4, { label: "Monocyte" }), group(1, { isRejected: true })],
    ...[group(2, { label: "Artefact" }), group(3, { label: "Unidentified" })],
  ];
  const { cells, artefacts, unidentified, notes } = countedOf(groups);
  expect([cells, artefacts, unidentified]).toEqual([12, 2, 4]);
  expect(notes[0]).toMatch(/^Readers labelled 7 of 16 cells; /);
  expect(notes).toContain("4 cells are unidentified (by the model or a reader) and not counted.");
});
