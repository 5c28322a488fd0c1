import { CELL_TYPES } from "leukogram/cells/classes";
import { diagnosticReport } from "leukogram/differential/fhir";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import type { Predictions } from "leukogram/evaluation/types";
import { expect, test } from "vitest";

/** A smear that looks like eosinophilia, of which some cells are strange to the model; undefined: it does not know. */
function smear(strange: number | undefined, labelled = false): Predictions {
  const counts = [5, 30, 30, 10, 25];
  const rows = counts.flatMap((count, k) => Array.from({ length: count }, () => k));
  return {
    classes: CELL_TYPES,
    rows: rows.map((answer, i) => ({
      ...{ file: `${labelled ? "judged" : "counted"}${i}`, group: `${i}`, label: labelled ? answer : undefined },
      probabilities: CELL_TYPES.map((_, k) => Number(k === answer)),
      ...(strange !== undefined && { familiarity: i < strange ? 0.005 : 0.4 }),
    })),
  };
}

const EOSINOPHILIA = /^Eosinophil is above the reference range: relative eosinophilia/;

test("flags of disease are withheld where more cells are strange than chance explains", () => {
  const report = reportAnswers(smear(60), { leukocytes: 14 });
  expect(report.withheld).toBe(
    "Flags are withheld: 60 of 100 cells do not look like the model's training images, so its mistakes may distort the shares. Review the cells (leukogram serve), adapt the model to this laboratory (leukogram adapt), or evaluate the model on labelled cells from this laboratory and give the result with --judged.",
  );
  // What a counter gave is none of the model's mistakes.
  expect(report.flags).toEqual([
    "White blood cells are above the reference range: leukocytosis, 14 10^9/L, reference range 4.5 to 11.1.",
  ]);
  for (const row of report.classes) expect([row.position, row.absolutePosition]).toEqual(["unknown", "unknown"]);
  expect(report.familiarity).toMatchObject({ count: 100, warns: true });
});

test("flags are given at home, where a few odd cells are usual", () => {
  const report = reportAnswers(smear(2));
  expect(report.withheld).toBeUndefined();
  expect(report.flags[1]).toMatch(EOSINOPHILIA);
  expect(report.notes.join()).not.toContain("not known");
});

test("answers that do not say how familiar cells are leave it open, in words", () => {
  const report = reportAnswers(smear(undefined));
  expect(report.flags[1]).toMatch(EOSINOPHILIA);
  expect(report.notes).toContain(
    "The predictions do not record whether these cells look like the model's training images. Flags assume that they do.",
  );
});

test("cells that were judged there bring flags back, and those of another laboratory do not", () => {
  const there = reportAnswers(smear(60), { judged: smear(70, true) });
  expect(there.withheld).toBeUndefined();
  expect(there.flags.some((flag) => EOSINOPHILIA.test(flag))).toBe(true);
  expect(there.notes).toContain(
    "60 of 100 cells do not look like the model's training images: flags are based on the labelled cells of --judged.",
  );
  // A file without that column is taken at its word.
  expect(reportAnswers(smear(60), { judged: smear(undefined, true) }).withheld).toBeUndefined();
  const home = reportAnswers(smear(60), { judged: smear(1, true) });
  expect(home.withheld).toMatch(
    /The cells of --judged look like the model's training images, so they come from a different laboratory\.$/,
  );
  expect(home.flags).toEqual([]);
});

test("FHIR leaves interpretation out and says why", () => {
  const report = diagnosticReport(reportAnswers(smear(60)), { model: { name: "x", version: "1" } });
  const { contained, conclusion } = JSON.parse(JSON.stringify(report));
  const observations = contained.filter(({ resourceType }: { resourceType: string }) => resourceType === "Observation");
  expect(observations).toHaveLength(5);
  for (const { interpretation, note } of observations) {
    expect(interpretation).toBeUndefined();
    expect(note[0].text).toMatch(/Not interpreted: the cells do not look like the model's training images\.$/);
  }
  expect(conclusion).toContain("Flags are withheld: 60 of 100 cells");
});

test("a single strange cell is told, and flags stay", () => {
  const report = reportAnswers({ ...smear(1), rows: smear(1).rows.slice(0, 2) });
  expect(report.withheld).toBeUndefined();
  expect(report.notes).toContain(
    "1 of 2 images is less familiar than 99 % of the model's training images (whole fields, another stain, or no blood cells?). Do not rely on its class.",
  );
});
