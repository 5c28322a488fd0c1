import { CELL_TYPES } from "leukogram/cells/classes";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import type { Predictions } from "leukogram/evaluation/types";
import { describe, expect, test } from "vitest";

function answers(
  folder: string,
  { model, labelled = false }: { model?: string; labelled?: boolean } = {},
): Predictions {
  const rows = Array.from({ length: 50 }, (_, i) => {
    const answer = i % 5;
    // No two cells have the same answer.
    const sure = 0.6 + i / 200;
    return {
      ...{ file: `${folder}/${i}.png`, group: `${i}`, label: labelled ? answer : undefined },
      probabilities: CELL_TYPES.map((_, k) => (k === answer ? sure : (1 - sure) / 4)),
    };
  });
  return { ...(model !== undefined && { model }), classes: CELL_TYPES, rows };
}

/** Cells of the same names, of which each has an answer of its own. */
function others(given: Predictions): Predictions {
  const moved = given.rows.map((row) => ({ ...row, probabilities: row.probabilities.map((p) => 0.9 * p + 0.02) }));
  return { ...given, rows: moved };
}

describe("labelled cells that correct a count", () => {
  test("are refused where another model answered", () => {
    const judged = others(answers("b", { model: "0123456789ab", labelled: true }));
    expect(() => reportAnswers(answers("a", { model: "ba9876543210" }), { judged })).toThrow(
      "differential: --judged comes from another model (0123456789ab) than the count (ba9876543210)",
    );
    expect(reportAnswers(answers("a", { model: "0123456789ab" }), { judged }).cells).toBe(50);
  });

  test("are taken at their word where the file does not say whose answers they are, and that is said", () => {
    const judged = others(answers("b", { labelled: true }));
    expect(reportAnswers(answers("a", { model: "ba9876543210" }), { judged }).notes).toContain(
      "The file of --judged does not name its model; it is assumed to come from the model that counts.",
    );
  });

  test("are refused where they are the counted cells, under whatever folder", () => {
    const judged = answers("other/place", { labelled: true });
    expect(() => reportAnswers(answers("a"), { judged })).toThrow(
      "differential: 50 of the 50 cells of --judged are also counted, such as other/place/0.png",
    );
    // A name alone makes no cell.
    expect(reportAnswers(answers("a"), { judged: others(judged) }).cells).toBe(50);
  });
});

test("no flag is given that unidentified cells could undo", () => {
  const rows = answers("a").rows.map((row, i) => ({
    ...row,
    file: `${i}`,
    probabilities: CELL_TYPES.map((_, k) => Number(k === (i < 10 ? 1 : 4))),
  }));
  const unsure = Array.from({ length: 30 }, (_, i) => ({
    file: `u${i}`,
    group: `u${i}`,
    label: undefined,
    probabilities: [0.3, 0.2, 0.2, 0.2, 0.1],
  }));
  const sure = reportAnswers({ classes: CELL_TYPES, rows }, { reject: 0.5 });
  expect(sure.flags.join()).toMatch(/relative eosinophilia.*Lymphocyte is below/);
  const { flags, notes, classes } = reportAnswers({ classes: CELL_TYPES, rows: [...rows, ...unsure] }, { reject: 0.5 });
  // 10 of 80 are too many still; 30 lymphocytes of 80 would be usual.
  expect(flags.join()).toMatch(/relative eosinophilia/);
  expect(flags.join()).not.toMatch(/Lymphocyte/);
  expect(classes.find((row) => row.class === "Lymphocyte")!.position).toBe("unknown");
  expect(notes).toContain("30 cells are unidentified, because the probability of the class is below 0.5 (--reject).");
  expect(notes.join()).toMatch(
    /These cells decide whether Lymphocyte, Monocyte, Neutrophil are out of range, so no flag is given\./,
  );
});
