// A differential count as a whole: images or answers, ranges, the count, a FHIR report.
import { existsSync, readFileSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { isBeyondFive } from "../../cells/cellTypes.ts";
import { diagnosticReport } from "../../differential/fhir.ts";
import { readRanges } from "../../differential/referenceRanges.ts";
import { reportAnswers } from "../../differential/reportAnswers.ts";
import type { DifferentialReport } from "../../differential/types.ts";
import type { CropSummary } from "../../evaluation/crops/cellCrops.ts";
import { scaleSentences } from "../../evaluation/crops/scaleWords.ts";
import type { Assumptions } from "../../evaluation/foreign/assumptions.ts";
import type { ForeignOptions } from "../../evaluation/foreign/foreignModel.ts";
import { readPredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { rollUpPredictions, type Types } from "../../evaluation/rollUp.ts";
import type { Predictions } from "../../evaluation/types.ts";
import { rejectThreshold } from "../../review/answer.ts";
import { NOT_OF_FIVE } from "../../review/rollUp.ts";
import { VERSION } from "../../version.ts";
import type { JobOptions } from "../jobEvents.ts";
import { type JobTeller, runJob } from "../jobTeller.ts";
import { type CellAnswers, cellAnswers } from "./cellAnswers.ts";

/** What {@link differentialJob} takes. */
export interface DifferentialJobOptions extends JobOptions, SessionOptions {
  /** Images of the single cells of one smear: a folder, a zip or a manifest; or a predictions.csv. */
  readonly data: string;
  /** Run folder, name of a shipped model, or model file; default: the shipped one. */
  readonly model?: string;
  /** What is said of another program's model. */
  readonly foreign?: ForeignOptions;
  /** predictions.csv of the same model on labelled cells from this laboratory, to correct for the model's errors. */
  readonly judged?: string | undefined;
  /** Count the first so many leukocytes; default: all. */
  readonly cells?: number | undefined;
  /** Count the five types, or all that the model knows, which is the default. */
  readonly types?: Types | undefined;
  /** Leave cells uncounted whose class is less probable than this; default: what the model carries, else 0.5. */
  readonly reject?: number | undefined;
  /** Years, whose usual ranges are looked up; default: an adult's. */
  readonly age?: number | undefined;
  /** The laboratory's own ranges, a YAML file. */
  readonly ranges?: string | undefined;
  /** White cells, 10^9 per litre, for absolute counts. */
  readonly leukocytes?: number | undefined;
  /** A file for a FHIR R4 DiagnosticReport. */
  readonly fhir?: string | undefined;
  /** When the blood was taken, for that report: 2026-11-25. */
  readonly effective?: string | undefined;
  /** How large the pictures show a cell; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** What all chance comes from; default 0. */
  readonly seed?: number;
  /** Leave out images that can't be read, and count them. */
  readonly skipBad?: boolean;
  /** Write over a FHIR file that is no report. */
  readonly replace?: boolean;
}

/** What {@link differentialJob} gives. */
export interface DifferentialJobResult {
  /** The model, or the file of answers. */
  readonly model: string;
  /** Undefined of a model that Leukogram trained. */
  readonly assumptions: Assumptions | undefined;
  /** Which types were counted. */
  readonly types: Types;
  readonly report: DifferentialReport;
  /** Images that can't be read. */
  readonly skipped: number;
  /** How cells were cropped; undefined for a model that takes whole pictures, and for answers. */
  readonly crops: CropSummary | undefined;
}

/**
 * Count the white blood cells of one smear (a differential), with uncertainty. Not for diagnosis.
 *
 * @throws ERR_USAGE for a share, count or date that is none; ERR_OUTPUT if the FHIR file is there and no report; ERR_DATA,
 * ERR_IMAGE, ERR_ABORTED.
 *
 * @example
 * const { report } = await differentialJob({ data: "smear", cells: 200, leukocytes: 6.2 });
 * for (const { class: name, share } of report.classes) console.log(name, share);
 */
export function differentialJob(options: DifferentialJobOptions): Promise<DifferentialJobResult> {
  return runJob(options, [options.data], (tell) => count(options, tell));
}

async function count(options: DifferentialJobOptions, tell: JobTeller): Promise<DifferentialJobResult> {
  requireSensible(options);
  const { fhir, effective, cells, leukocytes, seed = 0 } = options;
  const ranges = readRanges(options.age, options.ranges);
  const inTypes = (given: Predictions) => (options.types === "five" ? rollUpPredictions(given) : given);
  const judged = options.judged === undefined ? undefined : inTypes(await readPredictionsCsv(options.judged));
  const answers = await cellAnswers(options, tell);
  const { model, skipped, crops, assumptions } = answers;
  const predictions = inTypes(answers.predictions);
  if (options.types === undefined && predictions.classes.some(isBeyondFive))
    tell.note("All cell types that the model knows are counted. Use --types five to count only the five.");
  const types = predictions.classes.includes(NOT_OF_FIVE) ? "five" : "all";
  const threshold = thresholdOf(answers, options.reject);
  const counted = reportAnswers(predictions, { cells, judged, leukocytes, ranges, seed, ...threshold });
  const report = { ...counted, notes: [...counted.notes, ...(crops?.notes ?? [])] };
  if (fhir !== undefined) {
    const remarks = scaleSentences(crops?.laboratories ?? []);
    const written = diagnosticReport(report, { model: { name: model, version: VERSION }, effective, remarks });
    await writeFileWhole(fhir, `${JSON.stringify(written, undefined, 2)}\n`);
  }
  return { model, assumptions, types, report, skipped, crops };
}

function thresholdOf({ home, predictions }: CellAnswers, reject: number | undefined) {
  const carried = rejectThreshold(home);
  const promise =
    reject === undefined && carried.error !== undefined
      ? { error: carried.error, classes: predictions.classes.length }
      : undefined;
  return { reject: reject ?? carried.threshold, promise };
}

function requireSensible({ reject, leukocytes, effective, fhir, replace }: DifferentialJobOptions): void {
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_USAGE", `differential: ${message}`, { hint });
  };
  if (reject !== undefined && (reject < 0 || reject > 1))
    refuse(`--reject ${reject} is not between 0 and 1`, "Give a number from 0 to 1.");
  if (leukocytes !== undefined && !(leukocytes > 0 && leukocytes < 1000))
    refuse(
      `--leukocytes ${leukocytes} is not a valid white blood cell count`,
      "Give it in 10^9 per litre, such as 6.2.",
    );
  if (effective !== undefined && !isDateTime(effective))
    refuse(`--effective ${effective} is not a date`, "Give it as 2026-11-25, or as 2026-11-25T08:30:00+01:00.");
  if (fhir !== undefined && existsSync(fhir) && !replace && !readFileSync(fhir, "utf8").includes('"DiagnosticReport"'))
    throw new LeukogramError("ERR_OUTPUT", `${fhir}: exists and is not a DiagnosticReport`, {
      hint: "Overwrite it with --yes, or choose another file.",
    });
}

/** FHIR's dateTime, in the forms that a laboratory uses. */
const DATE_TIME =
  /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?$/;

// FHIR's dateTime, from a day on, and a day of the calendar: 2026-02-30 is none.
function isDateTime(text: string): boolean {
  const day = text.slice(0, 10);
  return DATE_TIME.test(text) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
