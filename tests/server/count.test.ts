import { expect, test } from "vitest";
import { countOf } from "../../src/server/count.ts";
import type { CellGroup } from "../../src/store/cellGroups.ts";

const facts = { leukocytes: null, age: null };

function group(count: number, given: Partial<CellGroup> = {}): CellGroup {
  const said = { status: "classified", predicted: "Neutrophil", isRejected: false, isUnfamiliar: false } as const;
  return { ...said, label: null, count, ...given };
}

test("cells unlike what the model knows are flagged where they are many, and not where chance explains them", () => {
  const many = [group(30), group(12, { isUnfamiliar: true }), group(5, { isUnfamiliar: true, label: "Monocyte" })];
  expect(countOf(many, facts).flags[0]).toBe(
    "These cells do not look like what the model was trained on: 17 of 47 are stranger than 99 of 100 of its own. 12 of them no reader labelled.",
  );
  expect(countOf([group(30), group(1, { isUnfamiliar: true })], facts).flags.join()).not.toMatch(/look like/);
});

test("notes say how many of the cells that are told a reader labelled", () => {
  const groups = [
    ...[group(8), group(4, { label: "Monocyte" }), group(1, { isRejected: true })],
    ...[group(2, { label: "Artefact" }), group(3, { label: "Unidentified" })],
  ];
  const { cells, artefacts, unidentified, notes } = countOf(groups, facts);
  expect([cells, artefacts, unidentified]).toEqual([12, 2, 4]);
  expect(notes[0]).toMatch(/^Readers labelled 7 of 16 cells; /);
  expect(notes).toContain("4 cells are unidentified, by the model or a reader, and not counted.");
});
