import { LeukogramError } from "../core/errors.ts";
import type { Estimate } from "../core/estimate.ts";
import { predictedClass } from "../evaluation/checkPredictions.ts";
import type { Prediction, Predictions } from "../evaluation/types.ts";
import { confusionMatrix } from "../metrics/confusionMatrix.ts";
import { differentialCount } from "../metrics/differential.ts";
import { type Range, type ReferenceRanges, readRanges } from "./referenceRanges.ts";
import type { DifferentialReport, Position, ReportedClass } from "./types.ts";

/** Options of {@link differentialReport}. */
export interface DifferentialReportOptions {
  /** Count the first so many cells, as the laboratory's rule says: 100, 200, 400; default: all. */
  readonly cells?: number | undefined;
  /** Cells whose most probable class is less probable than this are not counted; default 0. */
  readonly reject?: number;
  /** The same model on labelled cells of this laboratory: what the shares are corrected by. */
  readonly judged?: Predictions | undefined;
  /** How many of the cells a reader looked at, where one did: what notes say of mistakes. */
  readonly reviewed?: number | undefined;
  /** What else is to be flagged, before what is out of its range. */
  readonly cautions?: readonly string[];
  /** White cells, 10^9 per litre. */
  readonly leukocytes?: number | undefined;
  /** Default: an adult's, of the package. */
  readonly ranges?: ReferenceRanges;
  readonly seed?: number;
}

/**
 * A differential count from a model's answers to the cells of one smear.
 *
 * @throws ERR_DATA where there are fewer cells than wanted, none that is counted, or `judged` has other classes or lacks one.
 */
export function differentialReport(
  { classes, rows }: Predictions,
  options: DifferentialReportOptions = {},
): DifferentialReport {
  const { cells, reject = 0, judged, reviewed, cautions = [], leukocytes, ranges = readRanges(), seed = 0 } = options;
  const isSure = (row: Prediction) => row.probabilities[predictedClass(row)]! >= reject;
  const sure = rows.filter(isSure);
  const wanted = cells ?? sure.length;
  if (sure.length === 0 || sure.length < wanted)
    throw new LeukogramError(
      "ERR_DATA",
      `differential: ${wanted || "some"} cells are to be counted, and there are ${sure.length}${rows.length > sure.length ? ` that the model is sure of, of ${rows.length}` : ""}`,
      { hint: "Give more cells, or count fewer." },
    );
  const counted = sure.slice(0, wanted);
  const counts = classes.map((_, k) => counted.filter((row) => predictedClass(row) === k).length);
  const confusion = judged && confusionOf(judged, classes, isSure);
  const reported = differentialCount(counts, { confusion, seed }).map((found, k): ReportedClass => {
    const name = classes[k]!;
    const share = found.corrected ?? found.counted;
    const absolute = leukocytes === undefined ? undefined : times(share, leukocytes);
    const [range, absoluteRange] = [ranges.percent[name], ranges.absolute[name]];
    return {
      class: name,
      ...found,
      share,
      range,
      position: positionOf(times(share, 100), range),
      absolute,
      absoluteRange,
      absolutePosition: positionOf(absolute, absoluteRange),
    };
  });
  const unidentified = rows.length - sure.length;
  return {
    cells: counted.length,
    unidentified,
    leukocytes,
    classes: reported,
    ranges,
    flags: [...cautions, ...leukocyteFlag(leukocytes, ranges), ...reported.flatMap(flagsOf)],
    notes: notesOf({ judged, reviewed, counted: counted.length, left: sure.length - counted.length, unidentified }),
  };
}

function confusionOf(judged: Predictions, classes: readonly string[], isSure: (row: Prediction) => boolean) {
  if (judged.classes.join() !== classes.join())
    throw new LeukogramError(
      "ERR_DATA",
      `differential: the judged cells have the classes ${judged.classes.join(", ")}, and the model has ${classes.join(", ")}`,
      { hint: "Judge the same model." },
    );
  const known = judged.rows.filter((row) => row.label !== undefined && isSure(row));
  const labels = known.map(({ label }) => label!);
  return known.length === 0
    ? classes.map(() => classes.map(() => 0))
    : confusionMatrix(labels, known.map(predictedClass), { numClasses: classes.length });
}

const times = ({ value, low, high }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  low: low * factor,
  high: high * factor,
});

function positionOf(estimate: Estimate | undefined, range: Range | undefined): Position {
  if (estimate === undefined || range === undefined) return "unknown";
  const [least, most] = range;
  if (estimate.value > most) return estimate.low > most ? "above" : "maybe above";
  if (estimate.value < least) return estimate.high < least ? "below" : "maybe below";
  return "within";
}

/** What too many and too few cells of a class are called. */
const NAMES: Readonly<Record<string, readonly [many: string, few: string]>> = {
  Basophil: ["basophilia", "basopenia"],
  Eosinophil: ["eosinophilia", "eosinopenia"],
  Lymphocyte: ["lymphocytosis", "lymphopenia"],
  Monocyte: ["monocytosis", "monocytopenia"],
  Neutrophil: ["neutrophilia", "neutropenia"],
};

function flagsOf(row: ReportedClass): string[] {
  const { share, range, position, absolute, absoluteRange, absolutePosition } = row;
  const percent = flag(row.class, { estimate: times(share, 100), range, position, kind: "relative", unit: "%" });
  const count = flag(row.class, {
    estimate: absolute,
    range: absoluteRange,
    position: absolutePosition,
    kind: "absolute",
    unit: "10^9/L",
  });
  return [...percent, ...count];
}

interface FlagInput {
  readonly estimate: Estimate | undefined;
  readonly range: Range | undefined;
  readonly position: Position;
  readonly kind: "relative" | "absolute";
  readonly unit: string;
}

function flag(name: string, { estimate, range, position, kind, unit }: FlagInput): string[] {
  if (estimate === undefined || range === undefined || position === "within" || position === "unknown") return [];
  const isAbove = position.endsWith("above");
  const word = NAMES[name]?.[isAbove ? 0 : 1];
  const { value, low, high } = estimate;
  const digits = unit === "%" ? 1 : 2;
  const limits = `${value.toFixed(digits)} ${unit} (${low.toFixed(digits)} to ${high.toFixed(digits)}), usual ${range[0]} to ${range[1]}`;
  const called = word === undefined ? "" : `: ${kind} ${word}`;
  return position.startsWith("maybe")
    ? [`${name} may be ${isAbove ? "above" : "below"} the usual range: ${limits}. The count leaves it open.`]
    : [`${name} is ${position} the usual range${called}, ${limits}.`];
}

function leukocyteFlag(leukocytes: number | undefined, { leukocytes: range }: ReferenceRanges): string[] {
  if (leukocytes === undefined || range === undefined) return [];
  const [least, most] = range;
  if (leukocytes >= least && leukocytes <= most) return [];
  const word = leukocytes > most ? "above the usual range: leukocytosis" : "below the usual range: leukopenia";
  return [`White cells are ${word}, ${leukocytes} 10^9/L, usual ${least} to ${most}.`];
}

interface NoteInput {
  readonly judged: Predictions | undefined;
  readonly reviewed: number | undefined;
  readonly counted: number;
  readonly left: number;
  readonly unidentified: number;
}

function notesOf({ judged, reviewed, counted, left, unidentified }: NoteInput): string[] {
  const notes = [
    judged === undefined
      ? (reviewed ?? 0) > 0
        ? `Readers labelled ${reviewed} of ${counted + left + unidentified} cells; those not labelled count as the model says. Limits say what so few cells leave open, and nothing of mistakes.`
        : "Shares are as the model counted them: limits say what so few cells leave open, and nothing of the model's mistakes. Judge it on labelled cells of this laboratory to correct for them."
      : `Shares are corrected by ${judged.rows.filter(({ label }) => label !== undefined).length} labelled cells; that is right only where those are of this laboratory, and are no easier than others.`,
  ];
  if (counted < 100) notes.push(`${cellsAre(counted)} few: laboratories count 100 or more.`);
  if (left > 0) notes.push(`${left} further ${left === 1 ? "cell was" : "cells were"} not counted.`);
  if (unidentified > 0) {
    const why =
      reviewed === undefined ? "as the model is not sure enough" : "by the model or a reader, and not counted";
    notes.push(`${cellsAre(unidentified)} unidentified, ${why}.`);
  }
  return notes;
}

const cellsAre = (count: number) => (count === 1 ? "1 cell is" : `${count} cells are`);
