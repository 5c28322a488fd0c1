// Private mode, the server and the command are asked of the same probabilities.
import { Rng } from "@leukogram/engine/core/rng";
import { countOf } from "@leukogram/laboratory/server/count";
import { answerOf } from "@leukogram/laboratory/server/work/classification";
import { CELL_TYPES } from "leukogram/cells/classes";
import { readRanges } from "leukogram/differential/referenceRanges";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import { rollUpPredictions } from "leukogram/evaluation/rollUp";
import { groupOf, tallyOf } from "leukogram/review/count";
import { beforeAll, expect, test } from "vitest";
import type { GalleryCell } from "../../packages/laboratory/web/src/gallery/types.ts";
import { speak } from "../../packages/laboratory/web/src/language/words.ts";
import { answered } from "../../packages/laboratory/web/src/private/answered.ts";
import { localDifferential } from "../../packages/laboratory/web/src/private/localDifferential.ts";
import { cellOf } from "../web/support/cells.ts";

// Private mode says its notes in a language.
beforeAll(() => speak("en"));

const MANY = [
  ...["BandNeutrophil", "Basophil", "Eosinophil", "Erythroblast", "Lymphocyte", "Metamyelocyte", "Monocyte"],
  ...["Myelocyte", "Platelet", "Promyelocyte", "SegmentedNeutrophil"],
];

interface Count {
  /** By the five types. */
  readonly counts: readonly number[];
  /** The others: other leukocytes, erythroblasts, platelets, and cells that the model is not sure of. */
  readonly others: number;
}

interface Model {
  readonly classes: readonly string[];
  readonly threshold: number;
}

function byPrivateMode(rows: readonly number[][], model: Model): Count {
  const waiting = cellOf(1, { status: "waiting", counted: null });
  const cells = rows.map(
    (probabilities): GalleryCell => answered(waiting, { probabilities, familiarity: 0.5, crop: null }, model),
  );
  return read(localDifferential(cells)!);
}

function byServer(rows: readonly number[][], model: Model): Count {
  const groups = rows.map((probabilities, i) => {
    const answer = answerOf(
      `${i}`,
      { probabilities, familiarity: 0.5, crop: undefined, measures: undefined, error: undefined },
      model,
    );
    const { predicted = null, isRejected = false, isUnfamiliar = false } = answer;
    return groupOf({ status: "classified", predicted, isRejected, isUnfamiliar, label: null, crop: null });
  });
  return read(countOf(tallyOf(groups), { leukocytes: null, ranges: readRanges() }));
}

function read({ classes, cells, unidentified, erythroblasts, notLeukocytes }: ReturnType<typeof countOf>): Count {
  const counts = classes.slice(0, CELL_TYPES.length).map(({ count }) => count);
  const beyond = cells - counts.reduce((sum, count) => sum + count, 0);
  return { counts, others: beyond + unidentified + (erythroblasts?.count ?? 0) + notLeukocytes };
}

function byCommand(rows: readonly number[][], { classes, threshold }: Model): Count {
  const cells = rows.map((probabilities, i) => ({ file: `${i}`, group: `${i}`, label: undefined, probabilities }));
  const report = reportAnswers(rollUpPredictions({ classes, rows: cells }), { reject: threshold });
  const countOfType = (name: string) => report.classes.find((row) => row.class === name)?.count ?? 0;
  // The command has one word for what is none of the five.
  return { counts: CELL_TYPES.map(countOfType), others: report.unidentified + (report.notOfFive ?? 0) };
}

for (const [name, classes, concentration] of [
  ["five types", CELL_TYPES, 0.3],
  ["eleven types", MANY, 0.05],
] as const)
  for (const threshold of [0.5, 0.9])
    test(`private mode, server and command count alike: ${name}, threshold ${threshold}`, () => {
      const rng = new Rng(0).fork(name);
      const rows = Array.from({ length: 300 }, () => rng.dirichlet(classes.map(() => concentration)));
      const model = { classes, threshold };
      const found = byPrivateMode(rows, model);
      expect(byServer(rows, model)).toEqual(found);
      expect(byCommand(rows, model)).toEqual(found);
      expect(found.counts.reduce((sum, count) => sum + count, found.others)).toBe(300);
      expect(Math.min(...found.counts, found.others)).toBeGreaterThan(0);
    });

test("a cell that is sure to be a neutrophil counts, whatever kind of neutrophil it is", () => {
  const row = MANY.map((name) => ({ BandNeutrophil: 0.5, SegmentedNeutrophil: 0.47 })[name] ?? 0.03 / 9);
  const model = { classes: MANY, threshold: 0.9 };
  for (const count of [byPrivateMode, byServer, byCommand])
    expect(count([row], model)).toEqual({ counts: [0, 0, 0, 0, 1], others: 0 });
});
