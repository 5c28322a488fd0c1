import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_TYPES } from "leukogram/cells/classes";
import { diagnosticReport } from "leukogram/differential/fhir";
import { allRanges, contradictionsOf, readRanges } from "leukogram/differential/referenceRanges";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import type { Predictions } from "leukogram/evaluation/types";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { fhirFaults } from "../support/fhirFaults.ts";

/** Cells in each class, as a model that is `sure` of them says; `labels` are the true classes, in the same order. */
function cells(counts: readonly number[], { sure = 0.9, labels = [] as readonly number[] } = {}): Predictions {
  const rows = counts.flatMap((count, k) => Array.from({ length: count }, () => k));
  return {
    classes: CELL_TYPES,
    rows: rows.map((predicted, i) => ({
      file: `${i}.png`,
      group: `${i}`,
      label: labels[i],
      probabilities: CELL_TYPES.map((_, k) => (k === predicted ? sure : (1 - sure) / 4)),
    })),
  };
}

const NORMAL = [1, 3, 30, 6, 60];

describe("reportAnswers", () => {
  test("gives shares, ranges and absolute counts of a normal smear, and flags nothing", () => {
    const report = reportAnswers(cells(NORMAL), { leukocytes: 6 });
    expect(report.cells).toBe(100);
    expect(report.flags).toEqual([]);
    expect(report.classes.map(({ class: name, count, position }) => [name, count, position])).toEqual(
      CELL_TYPES.map((name, k) => [name, NORMAL[k], "within"]),
    );
    expect(report.classes[4]!.absolute!.value).toBeCloseTo(3.6);
    expect(report.notes).toEqual([
      expect.stringMatching(/^Shares are not corrected/),
      expect.stringMatching(/^The predictions do not record whether these cells look like/),
    ]);
  });

  test("flags what is out of the range in words, and says where the count leaves it open", () => {
    const { flags } = reportAnswers(cells([0, 14, 8, 4, 74]), { leukocytes: 14 });
    expect(flags).toEqual([
      "White blood cells are above the reference range: leukocytosis, 14 10^9/L, reference range 4.5 to 11.1.",
      "Eosinophil is above the reference range: relative and absolute eosinophilia, 14.0 % (7.9 to 22.4), reference range 0 to 5.5, and 1.96 10^9/L (1.10 to 3.13), reference range 0 to 0.7.",
      "Lymphocyte may be below the reference range: 8.0 % (3.5 to 15.2), reference range 12 to 44, and 1.12 10^9/L (0.49 to 2.12), reference range 1.5 to 4. The count is too small to tell.",
      "Neutrophil is above the reference range: absolute neutrophilia, 10.36 10^9/L (9.00 to 11.52), reference range 1.83 to 7.25.",
    ]);
  });

  test("counts the first so many cells with a confident prediction", () => {
    const { classes, rows } = cells([50, 0, 0, 0, 0], { sure: 0.5 });
    const all = { classes, rows: [...rows, ...cells([0, 0, 0, 0, 120]).rows] };
    const report = reportAnswers(all, { cells: 100, reject: 0.8 });
    expect(report.classes.map(({ count }) => count)).toEqual([0, 0, 0, 0, 100]);
    expect(report.unidentified).toBe(50);
    expect(report.notes).toContain("20 further cells were not counted.");
    expect(report.notes).toContain(
      "50 cells are unidentified, because the probability of the class is below 0.8 (--reject).",
    );
    expect(() => reportAnswers(all, { cells: 200, reject: 0.8 })).toThrow(
      "ERR_DATA differential: 200 cells are to be counted, and there are 120 with a confident prediction, of 170; 50 others have a class less probable than 0.8 (--reject): 50 Basophil. Give more cells, or count fewer: --cells 120. Check these cells. --reject 0.5 counts every cell whose class has a probability above one half, with more mistakes.",
    );
  });

  test("says where the threshold comes from, and what the cells are that it leaves out", () => {
    const { classes, rows } = cells([0, 0, 3, 2, 40], { sure: 0.9 });
    const all = { classes, rows: [...rows, ...cells([0, 0, 60, 0, 0], { sure: 0.99 }).rows] };
    const report = reportAnswers(all, { reject: 0.963, promise: { error: 0.02, classes: 11 } });
    expect(report.cells).toBe(60);
    expect(report.notes).toContain(
      "45 cells are unidentified, because the probability of the class is below 0.963 (--reject). This is the model's own threshold: with it, fewer than 2 % of predictions were wrong on images from the home laboratory, over all 11 types.",
    );
    expect(report.notes).toContain(
      "43 % of the cells are unidentified, so shares describe the confidently classified cells, not the smear. The model's first choices for the others: 40 Neutrophil, 3 Lymphocyte, 2 Monocyte. Check these cells. --reject 0.5 counts every cell whose class has a probability above one half, with more mistakes.",
    );
    const none = () => reportAnswers({ classes, rows }, { reject: 0.963 });
    expect(none).toThrow(
      "ERR_DATA differential: white blood cells are to be counted, and there are none with a confident prediction, of 45; 45 others have a class less probable than 0.963 (--reject): 40 Neutrophil, 3 Lymphocyte, 2 Monocyte. Give more cells. Check these cells. --reject 0.5",
    );
  });

  test("counts one cell as one", () => {
    expect(reportAnswers(cells([0, 0, 0, 0, 1])).notes).toContain("1 cell is few: laboratories count 100 or more.");
    const fhir = diagnosticReport(reportAnswers(cells([0, 0, 0, 0, 1])), { model: { name: "m", version: "1" } });
    expect(JSON.stringify(fhir)).toContain("1 cell counted.");
  });

  test("corrects by labelled cells, and refuses those that do not fit", () => {
    // Ten of 40 eosinophils are taken for neutrophils.
    const counts = [40, 30, 40, 40, 50];
    const labels = [0, 1, 2, 3, 4].flatMap((k) => Array.from({ length: 40 }, () => k));
    const predicted = cells(counts);
    const order = [...predicted.rows].sort((a, b) => Number(a.file.split(".")[0]) - Number(b.file.split(".")[0]));
    const truth = [...labels.slice(0, 70), ...labels.slice(80), ...Array.from({ length: 10 }, () => 1)];
    const judged = {
      classes: CELL_TYPES,
      rows: order.map((row, i) => ({ ...row, file: `judged${i}.png`, label: truth[i]! })),
    };
    const report = reportAnswers(cells([0, 6, 30, 6, 58]), { judged });
    const eosinophil = report.classes[1]!;
    expect(eosinophil.counted.value).toBe(0.06);
    expect(eosinophil.corrected!.value).toBeGreaterThan(0.07);
    expect(eosinophil.share).toBe(eosinophil.corrected);
    expect(report.notes[0]).toMatch(/^Shares are corrected by 200 labelled cells; this is valid only if/);
    expect(() => reportAnswers(cells(NORMAL), { judged: { classes: ["A", "B"], rows: [] } })).toThrow(
      "ERR_DATA differential: --judged has the classes A, B, but the model has Basophil",
    );
    expect(() => reportAnswers(cells(NORMAL), { judged: { ...judged, rows: judged.rows.slice(0, 20) } })).toThrow(
      "ERR_DATA countedShares: the confusion matrix needs cells of every class",
    );
    expect(() => reportAnswers({ classes: CELL_TYPES, rows: [] })).toThrow(
      "ERR_DATA differential: no cells to count. Give a folder of images of single cells",
    );
  });
});

describe("readRanges", () => {
  test("looks up the age", () => {
    expect(readRanges(0).name).toBe("newborn");
    expect(readRanges(1.9).percent.Lymphocyte).toEqual([20, 64]);
    expect(readRanges(2).name).toBe("2 to 9 years");
    // Immature granulocytes have other ages than the rest.
    expect([9.9, 10].map((age) => readRanges(age).percent.ImmatureGranulocyte)).toEqual([
      [0, 0.4],
      [0, 0.9],
    ]);
    expect(readRanges().percent.Neutrophil).toEqual([40, 75]);
  });

  test("has a lower limit at or below the upper one everywhere, and a range for each type", () => {
    for (const age of [0, 1, 5, 10, 40])
      expect(Object.keys(readRanges(age).percent)).toEqual(
        expect.arrayContaining([...CELL_TYPES, "ImmatureGranulocyte"]),
      );
  });

  test("no absolute range of any age contradicts the shares", () => {
    const ages = allRanges();
    expect(ages.length).toBeGreaterThan(3);
    for (const ranges of ages) expect([ranges.name, contradictionsOf(ranges)]).toEqual([ranges.name, []]);
  });

  test("an absolute range that the shares contradict is named, as an adult's of Davis's table", () => {
    const monocytes = { percent: { Monocyte: [4, 9] }, absolute: { Monocyte: [0.2, 0.4] } } as const;
    expect(contradictionsOf({ leukocytes: [4.5, 11.1], ...monocytes })).toEqual([
      "Monocyte: the middle of its share (6.5 %) and of the white cells (7.8) make 0.507 10^9/L, outside its absolute range of 0.2 to 0.4",
    ]);
    expect(contradictionsOf(monocytes)).toEqual([]);
  });

  test("names what is wrong with a file", () => {
    const dir = temporaryFolder();
    const write = (text: string) => {
      writeFileSync(join(dir, "r.yaml"), text);
      return join(dir, "r.yaml");
    };
    expect(() => readRanges(30, join(dir, "none.yaml"))).toThrow(/^ERR_CONFIG .*none\.yaml: ENOENT/);
    expect(() => readRanges(30, write("ages: ["))).toThrow(/^ERR_CONFIG .*r\.yaml: /);
    expect(() => readRanges(30, write("source: me\nages: [{ name: a, percent: { Monocyte: [9, 2] } }]"))).toThrow(
      "ages.0.percent.Monocyte: the lower limit is above the upper limit",
    );
    const children = write("source: me\nages: [{ name: a, below: 12, percent: {} }]");
    expect(() => readRanges(30, children)).toThrow("no range for age 30");
  });
});

describe("diagnosticReport", () => {
  const plain = (value: object) => JSON.parse(JSON.stringify(value));
  const model = { name: "mobilenetv2-anylab", version: "0.1.0" };

  test("is a valid FHIR R4 resource", () => {
    const report = reportAnswers(cells([0, 14, 8, 4, 74]), { leukocytes: 14 });
    const written = plain(diagnosticReport(report, { model, effective: "2026-11-25" }));
    expect(fhirFaults(written)).toEqual([]);
    expect(written.result).toHaveLength(11);
    expect(
      written.contained.map(({ code }: { code?: { coding: [{ code: string }] } }) => code?.coding[0].code),
    ).toEqual([
      "26464-8",
      "30180-4",
      "26444-0",
      "26450-7",
      "26449-9",
      "26478-8",
      "26474-7",
      "26485-3",
      "26484-6",
      "26511-6",
      "26499-4",
      undefined,
    ]);
    const eosinophils = written.contained[3];
    expect(eosinophils.valueQuantity).toEqual({ value: 14, unit: "%", system: "http://unitsofmeasure.org", code: "%" });
    expect(eosinophils.interpretation[0].coding[0].code).toBe("H");
    expect(eosinophils.note[0].text).toBe("14 of 100 cells; as counted, 95 % interval 7.9 to 22.4 %.");
    expect(written.conclusion).toMatch(
      /^Research use only; not a medical device\. 100 cells counted\. White blood cells are above/,
    );
  });
});
