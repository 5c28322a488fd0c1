import { labelFaults, type OwnLabel, USUAL_LABELS } from "leukogram/review/ownLabels";
import { expect, test } from "vitest";

const own = (name: string, key: string): OwnLabel => ({ name, key, countsAs: "Neutrophil" });
const faultsOf = (...labels: OwnLabel[]) => labelFaults({ ...USUAL_LABELS, own: labels });

test("labels with names and keys of their own can be used, in any script", () => {
  expect(faultsOf()).toEqual([]);
  expect(faultsOf(own("Band", "1"), own("Бласт", "б"), own("Plasma cell", "p"))).toEqual([]);
  const moved = { keys: { ...USUAL_LABELS.keys, Basophil: "d" }, own: [own("Band", "b")] };
  expect(labelFaults(moved)).toEqual([]);
});

test("what is wrong with them is said by name", () => {
  expect(faultsOf(own(" ", "1"))).toEqual(["Label 1 has no name."]);
  expect(faultsOf(own("Band\n2", "1"))).toEqual(['The name "Band\n2" must be one line without spaces around it.']);
  expect(faultsOf(own("x".repeat(41), "1"))[0]).toMatch(/is longer than 40 letters\.$/);
  for (const [name, known] of [
    ["neutrophil", "Neutrophil"],
    ["Band neutrophil", "BandNeutrophil"],
    ["Other-Leukocyte", "OtherLeukocyte"],
    ["ARTEFACT", "Artefact"],
    ["bad", "bad"],
  ])
    expect(faultsOf(own(name!, "1"))).toEqual([`The name "${name}" is taken: the program itself has ${known}.`]);
  expect(faultsOf(own("Band", "1"), own("band", "2"))).toEqual(['Two labels are called "band".']);
  expect(faultsOf(own("Band", "n"))).toEqual(["Neutrophil and Band have the same key, N."]);
  expect(faultsOf(own("Band", "1"), own("Blast", "1"))).toEqual(["Band and Blast have the same key, 1."]);
  for (const key of ["c", "v", "w", "k"])
    expect(faultsOf(own("Band", key))).toEqual([
      `The key ${key.toUpperCase()} of Band is taken: it does something else in the gallery.`,
    ]);
  for (const key of ["", "12", "?", "B"])
    expect(faultsOf(own("Band", key))).toEqual(["The key of Band must be one lower-case letter or digit."]);
});
