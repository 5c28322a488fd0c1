import { CELL_TYPES } from "leukogram/cells/classes";
import { diagnosticReport } from "leukogram/differential/fhir";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import { rollUpPredictions } from "leukogram/evaluation/rollUp";
import type { Prediction, Predictions } from "leukogram/evaluation/types";
import { clopperPearson } from "leukogram/metrics/limits/proportion";
import { describe, expect, test } from "vitest";
import { fhirFaults } from "../support/fhirFaults.ts";

const TYPES = [
  ...["BandNeutrophil", "Basophil", "Eosinophil", "Erythroblast", "Lymphocyte", "Metamyelocyte", "Monocyte"],
  ...["Myelocyte", "Platelet", "Promyelocyte", "SegmentedNeutrophil"],
];

/** Cells of each type, as a model that is sure of them says. */
function cells(counts: Readonly<Record<string, number>>, said: Partial<Prediction> = {}): Predictions {
  const rows = Object.entries(counts).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ file: `${type} ${i}`, group: `${type} ${i}`, label: undefined },
      probabilities: TYPES.map((name) => Number(name === type)),
      ...said,
    })),
  );
  return { classes: TYPES, rows };
}

const NORMAL = { Basophil: 1, Eosinophil: 3, Lymphocyte: 30, Monocyte: 6, SegmentedNeutrophil: 58, BandNeutrophil: 2 };
const SHIFTED = {
  ...NORMAL,
  SegmentedNeutrophil: 36,
  BandNeutrophil: 14,
  Metamyelocyte: 6,
  Myelocyte: 3,
  Promyelocyte: 1,
};
const flagged = (counts: Readonly<Record<string, number>>, more: object = {}) =>
  reportAnswers(cells(counts, { familiarity: 0.5 }), more);

describe("a count of types beyond the five", () => {
  test("takes shares of leukocytes alone, and adds neutrophils up", () => {
    const report = flagged({ ...NORMAL, Erythroblast: 0, Platelet: 40 });
    expect(report.cells).toBe(100);
    expect(report.classes.map((row) => row.class)).toEqual(
      TYPES.filter((name) => name !== "Erythroblast" && name !== "Platelet"),
    );
    const [neutrophils, immature] = report.groups;
    expect(neutrophils).toMatchObject({ class: "Neutrophil", count: 60, range: [40, 75], position: "within" });
    expect(neutrophils!.share).toEqual({ value: 0.6, ...clopperPearson(60, 100) });
    expect(immature).toMatchObject({ class: "ImmatureGranulocyte", count: 0, position: "within" });
    expect(report).toMatchObject({ platelets: 40, flags: [], erythroblasts: { count: 0, position: "within" } });
    expect(report.notes).toContain("40 images show platelets and no white blood cell: not counted.");
  });

  test("says a left shift once, and immature granulocytes with their exact limits", () => {
    const { flags, groups } = flagged(SHIFTED);
    expect(groups[1]!.share).toEqual({ value: 0.1, ...clopperPearson(10, 100) });
    expect(flags).toEqual([
      "Band neutrophils are above the reference range: left shift, 14.0 % (7.9 to 22.4), reference range 0 to 5.",
      "Immature granulocytes are above the reference range, 10.0 % (4.9 to 17.6), reference range 0 to 0.9.",
    ]);
    expect(flagged({ ...NORMAL, Metamyelocyte: 1 }).flags).toEqual([
      "Immature granulocytes may be above the reference range: 1.0 % (0.0 to 5.4), reference range 0 to 0.9. The count is too small to tell.",
    ]);
  });

  test("tells erythroblasts for 100 leukocytes, and corrects the white cells for them", () => {
    const { erythroblasts, leukocytesUsed, flags, groups } = flagged(
      { ...NORMAL, Erythroblast: 25 },
      { leukocytes: 12 },
    );
    const { low, high } = clopperPearson(25, 125);
    expect(erythroblasts!.per100.value).toBeCloseTo(25, 12);
    expect(erythroblasts!.per100.low).toBeCloseTo((100 * low) / (1 - low), 12);
    expect(erythroblasts!.per100.high).toBeCloseTo((100 * high) / (1 - high), 12);
    // 12 * 100 / (100 + 25), and the same of either limit.
    const corrected = erythroblasts!.correctedLeukocytes!;
    expect(corrected.value).toBeCloseTo(9.6, 12);
    expect(corrected.low).toBeCloseTo((12 * 100) / (100 + erythroblasts!.per100.high), 12);
    expect(corrected.high).toBeCloseTo((12 * 100) / (100 + erythroblasts!.per100.low), 12);
    expect(leukocytesUsed).toBe(corrected.value);
    expect(groups[0]!.absolute!.value).toBeCloseTo(0.6 * 9.6, 12);
    // 9.6 is no leukocytosis, and 12 would be.
    expect(flags.filter((flag) => /White cells|Erythroblasts/.test(flag))).toEqual([
      "Erythroblasts: 25 seen, 25.0 for 100 leukocytes (15.4 to 39.1), reference range none. Check these cells.",
    ]);
  });

  test("leaves absolute counts to the given number where erythroblasts are few", () => {
    const { leukocytesUsed, notes } = flagged({ ...NORMAL, Erythroblast: 4 }, { leukocytes: 8 });
    expect(leukocytesUsed).toBe(8);
    expect(notes.at(-1)).toMatch(
      /^The corrected white blood cell count is right if .* Absolute counts use the white blood cell count as given\.$/,
    );
  });

  test("counts leukocytes up to the number that is wanted, and what stands among them", () => {
    const { classes, rows } = cells({ Erythroblast: 3, SegmentedNeutrophil: 100, Platelet: 2, Lymphocyte: 7 });
    const report = reportAnswers({ classes, rows }, { cells: 102 });
    expect(report).toMatchObject({ cells: 102, platelets: 2, erythroblasts: { count: 3 } });
    expect(report.notes).toContain("5 further cells were not counted.");
    expect(() => reportAnswers({ classes, rows }, { cells: 108 })).toThrow(
      "ERR_DATA differential: 108 cells are to be counted, and there are 107 that the model calls a white blood cell, of 112. Give more cells, or count fewer: --cells 107.",
    );
    expect(() => reportAnswers(cells({ Platelet: 9 }))).toThrow(
      "white blood cells are to be counted, and there are none that the model calls a white blood cell, of 9. Give more cells.",
    );
  });

  test("corrects sums by labelled cells", () => {
    const judged = cells(Object.fromEntries(TYPES.map((name) => [name, 40])));
    // Of ten bands one is taken for a segmented neutrophil.
    const rows = judged.rows.map((row, i) => {
      const label = Math.floor(i / 40);
      const isMistaken = label === 0 && i < 4;
      return {
        ...row,
        file: `judged${i}.png`,
        label,
        probabilities: isMistaken ? TYPES.map((name) => Number(name === "SegmentedNeutrophil")) : row.probabilities,
      };
    });
    const { classes, groups } = flagged(SHIFTED, { judged: { classes: TYPES, rows } });
    expect(classes[0]!.corrected!.value).toBeGreaterThan(0.145);
    // A band that is taken for a segmented neutrophil stays a neutrophil.
    expect(Math.abs(groups[0]!.corrected!.value - 0.5)).toBeLessThan(0.01);
  });

  test("says that these types were learned in one laboratory", () => {
    expect(flagged(NORMAL).notes).toContain(
      "Learned from only one laboratory: band neutrophils, erythroblasts, metamyelocytes, myelocytes, platelets, promyelocytes and segmented neutrophils. In any other laboratory, expect more mistakes in these types than in the five.",
    );
    expect(reportAnswers(cells(NORMAL, { familiarity: 0.005 })).notes.join(" ")).toContain(
      "These cells do not look like cells from that laboratory: do not rely on these types here.",
    );
  });

  test("in the five leaves uncounted what is none of them", () => {
    const report = reportAnswers(rollUpPredictions(cells({ ...SHIFTED, Erythroblast: 5, Platelet: 2 })));
    expect(report.classes.map((row) => [row.class, row.count])).toEqual(
      CELL_TYPES.map((name, k) => [name, [1, 3, 30, 6, 50][k]]),
    );
    expect(report).toMatchObject({ cells: 90, notOfFive: 17, groups: [], erythroblasts: undefined });
    expect(report.notes).toContain("17 cells are none of the five types, and not counted.");
  });
});

describe("FHIR of types beyond the five", () => {
  const model = { name: "types", version: "0.1.0" };
  const write = (report: ReturnType<typeof flagged>) => JSON.parse(JSON.stringify(diagnosticReport(report, { model })));

  test("is valid, with codes where there are some and words where there are none", () => {
    const written = write(flagged({ ...SHIFTED, Erythroblast: 10 }, { leukocytes: 9 }));
    expect(fhirFaults(written)).toEqual([]);
    interface Coded {
      code?: { text?: string; coding?: { code: string; display: string }[] };
    }
    const codes = (written.contained as Coded[]).map(({ code }) => code?.coding?.[0]?.code ?? code?.text);
    expect(codes.filter((code) => code !== undefined)).toHaveLength(1 + 2 * (9 + 2) + 2);
    for (const code of ["26508-2", "28541-1", "30433-7", "26505-8", "38518-7", "19048-8", "12227-5"])
      expect(codes.filter((own) => own === code)).toHaveLength(1);
    // The sum's number a volume has no code that could be cited.
    expect(codes.filter((own) => own === "ImmatureGranulocyte")).toHaveLength(1);
    expect(codes.filter((own) => own === "26511-6")).toHaveLength(1);
  });

  test("of a report that an earlier version signed is still written", () => {
    const { groups: _, erythroblasts: __, withheld: ___, familiarity: ____, ...earlier } = flagged(NORMAL);
    expect(write(earlier as ReturnType<typeof flagged>).resourceType).toBe("DiagnosticReport");
  });
});
