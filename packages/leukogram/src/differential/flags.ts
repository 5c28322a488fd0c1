// Where figures lie beside what is usual, in words.
import type { Estimate } from "@leukogram/engine/core/estimate";
import { type Sentence, type SentenceParameters, sentence, shownNumber } from "@leukogram/engine/core/sentence";
import { IMMATURE_GRANULOCYTES } from "./countCells.ts";
import type { Range, ReferenceRanges } from "./referenceRanges.ts";
import type { Erythroblasts, Position, ReportedClass } from "./types.ts";

/** An estimate and its limits, each times a factor. */
export const times = ({ value, low, high }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  low: low * factor,
  high: high * factor,
});

/** Where an estimate lies beside what is usual. */
export function positionOf(estimate: Estimate | undefined, range: Range | undefined): Position {
  if (estimate === undefined || range === undefined) return "unknown";
  const [least, most] = range;
  if (estimate.value > most) return estimate.low > most ? "above" : "maybe above";
  if (estimate.value < least) return estimate.high < least ? "below" : "maybe below";
  return "within";
}

/**
 * Whether cells without a class could bring an estimate back into its range: were none of them of the class, or all.
 *
 * @param odds cells without a class for one that has one.
 * @param whole the estimate were all cells of the class.
 */
export function couldUndo(
  position: Position,
  { value, range, odds, whole }: { value: number; range: Range; odds: number; whole: number },
): boolean {
  if (position.endsWith("above")) return value / (1 + odds) <= range[1];
  if (position.endsWith("below")) return (value + odds * whole) / (1 + odds) >= range[0];
  return false;
}

/** What too many and too few cells of a class are called. */
const NAMES: Readonly<Record<string, readonly [many: string, few: string]>> = {
  Basophil: ["basophilia", "basopenia"],
  Eosinophil: ["eosinophilia", "eosinopenia"],
  Lymphocyte: ["lymphocytosis", "lymphopenia"],
  Monocyte: ["monocytosis", "monocytopenia"],
  Neutrophil: ["neutrophilia", "neutropenia"],
};

/** How a sentence on a class begins; by its name otherwise. */
const SUBJECTS: Readonly<Record<string, string>> = {
  BandNeutrophil: "Band neutrophils are",
  [IMMATURE_GRANULOCYTES]: "Immature granulocytes are",
};

/** What of a class is out of its range: its share, and its number of cells; both in one sentence if both are out in the same way. */
export function flagsOf(row: ReportedClass): Sentence[] {
  const { share, range, position, absolute, absoluteRange, absolutePosition } = row;
  const percent = foundOut({ estimate: times(share, 100), range, position, kind: "relative", unit: "%" });
  const count = foundOut({
    ...{ estimate: absolute, range: absoluteRange, position: absolutePosition },
    ...{ kind: "absolute", unit: "10^9/L" },
  });
  if (percent?.position === count?.position) return flag(row.class, [percent, count]);
  return [...flag(row.class, [percent]), ...flag(row.class, [count])];
}

/** Something out of its range. */
interface Found {
  readonly position: Position;
  readonly kind: "relative" | "absolute";
  /** What it is, and its range. */
  readonly limits: string;
  readonly figures: SentenceParameters;
}

interface FlagInput extends Omit<Found, "limits" | "figures"> {
  readonly estimate: Estimate | undefined;
  readonly range: Range | undefined;
  readonly unit: string;
}

function foundOut({ estimate, range, position, kind, unit }: FlagInput): Found | undefined {
  if (estimate === undefined || range === undefined || position === "within" || position === "unknown")
    return undefined;
  const { value, low, high } = estimate;
  const digits = unit === "%" ? 1 : 2;
  const limits = `${value.toFixed(digits)} ${unit} (${low.toFixed(digits)} to ${high.toFixed(digits)}), reference range ${range[0]} to ${range[1]}`;
  return { position, kind, limits, figures: figuresOf(kind, { value, low, high }, range, digits) };
}

function figuresOf(
  kind: string,
  { value, low, high }: Estimate,
  [from, to]: Range,
  digits: number,
): SentenceParameters {
  const shown = { "": value, Low: low, High: high };
  return {
    ...Object.fromEntries(Object.entries(shown).map(([end, one]) => [`${kind}${end}`, shownNumber(one, digits)])),
    ...{ [`${kind}From`]: from, [`${kind}To`]: to },
  };
}

function flag(name: string, all: readonly (Found | undefined)[]): Sentence[] {
  const found = all.filter((one) => one !== undefined);
  if (found.length === 0) return [];
  const { position } = found[0]!;
  const isAbove = position.endsWith("above");
  const limits = found.map((one) => one.limits).join(", and ");
  const subject = SUBJECTS[name] ?? `${name} is`;
  const kinds = found.map(({ kind }) => kind).join(" and ");
  const side = isAbove ? "above" : "below";
  const kind = found.length > 1 ? "both" : found[0]!.kind;
  const parameters = { class: name, side, kind, ...Object.assign({}, ...found.map(({ figures }) => figures)) };
  const text = position.startsWith("maybe")
    ? `${subject.replace(/ (is|are)$/, "")} may be ${side} the reference range: ${limits}. The count is too small to tell.`
    : `${subject} ${position} the reference range${calledOf(name, kinds, isAbove)}, ${limits}.`;
  return [sentence(position.startsWith("maybe") ? "flag.maybe" : "flag.out", text, parameters)];
}

function calledOf(name: string, kind: string, isAbove: boolean): string {
  if (name === "BandNeutrophil" && isAbove) return ": left shift";
  const word = NAMES[name]?.[isAbove ? 0 : 1];
  return word === undefined ? "" : `: ${kind} ${word}`;
}

/** Erythroblasts where there are usually fewer. */
export function erythroblastFlag({ count, per100, range, position }: Erythroblasts): Sentence[] {
  if (range === undefined || !position.endsWith("above")) return [];
  const { value, low, high } = per100;
  const usual = range[1] === 0 ? "none" : `${range[0]} to ${range[1]}`;
  const open = position === "above" ? "" : " The count is too small to tell whether there are more.";
  const text = `Erythroblasts: ${count} seen, ${value.toFixed(1)} for 100 leukocytes (${low.toFixed(1)} to ${high.toFixed(1)}), reference range ${usual}.${open} Check these cells.`;
  return [
    sentence("flag.erythroblasts", text, {
      ...{ count, value: shownNumber(value, 1), low: shownNumber(low, 1), high: shownNumber(high, 1) },
      ...{ from: range[0], to: range[1], isSure: position === "above" ? "yes" : "no" },
    }),
  ];
}

/** White cells out of their range. */
export function leukocyteFlag(leukocytes: number | undefined, { leukocytes: range }: ReferenceRanges): Sentence[] {
  if (leukocytes === undefined || range === undefined) return [];
  const [least, most] = range;
  if (leukocytes >= least && leukocytes <= most) return [];
  const word = leukocytes > most ? "above the reference range: leukocytosis" : "below the reference range: leukopenia";
  const value = shownNumber(leukocytes, 2);
  return [
    sentence(
      "flag.leukocytes",
      `White blood cells are ${word}, ${value} 10^9/L, reference range ${least} to ${most}.`,
      {
        ...{ side: leukocytes > most ? "above" : "below", value, from: least, to: most },
      },
    ),
  ];
}
