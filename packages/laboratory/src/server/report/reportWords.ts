// A signed report in words, as its page, its PDF and its messages have them.
import type { Estimate } from "@leukogram/engine/core/estimate";
import { leavesPicture } from "leukogram/cells/cropCounts";
import type { Scale } from "leukogram/data/scale/scale";
import type { z } from "zod";
import { type ReportKey, type ReportSpeech, reportSpeech } from "../../messages/reportSpeech.ts";
import type { report, signature } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";

/** Units in plain text, as sentences of the count have them, as they are printed. */
export const printed = (text: string) => text.replaceAll("10^9/L", UNIT);
/** Of absolute counts. */
export const UNIT = "10⁹/L";

/** What a report is written in: its own language, however the laboratory writes by now; English for tables that machines read. */
export const speechOf = ({ language = "en", sentences }: ReportContent): ReportSpeech =>
  reportSpeech(language, sentences);

/** A subtype as reports print it: name, what it counts as, cells, by readers, share of the leukocytes. */
export function subtypeRows({ differential }: ReportContent, speech: ReportSpeech): string[][] {
  // Reports of older versions have none.
  return (differential.subtypes ?? []).map(({ name, countsAs, count, byReaders, share }) => [
    ...[speech.className(name), speech.className(countsAs), String(count), String(byReaders)],
    share === null ? "" : withLimits(share, { times: 100, digits: 1 }, speech),
  ]);
}

/** Headings of {@link subtypeRows}. */
export const subtypeHeadings = ({ say }: ReportSpeech): string[] => [
  ...[say("print.label"), say("print.countedAs"), say("print.cells"), say("print.byReaders"), say("print.share")],
];

/** A value with its limits. */
export function withLimits(
  { value, low, high }: Estimate,
  { times, digits }: { readonly times: number; readonly digits: number },
  { say, decimal }: ReportSpeech,
): string {
  const [least, most] = [decimal(times * low, digits), decimal(times * high, digits)];
  return `${decimal(times * value, digits)} (${say("print.span", { low: least, high: most })})`;
}

/** Nucleated red cells for 100 leukocytes, and the corrected white cells, in a sentence; empty if there are none. */
export function erythroblastWords({ differential: { erythroblasts } }: ReportContent, speech: ReportSpeech): string {
  if (erythroblasts == null) return "";
  const { count, per100, correctedLeukocytes, isCorrected } = erythroblasts;
  const { say } = speech;
  const red = say("print.erythroblasts", { count, per100: withLimits(per100, { times: 1, digits: 1 }, speech) });
  if (correctedLeukocytes === null) return red;
  const corrected = withLimits(correctedLeukocytes, { times: 1, digits: 2 }, speech);
  const use = isCorrected ? "corrected" : "given";
  return `${red} ${say("print.correctedLeukocytes", { corrected, unit: UNIT, use })}`;
}

/** What a reader of a report must know before its count; reports of older versions have it among the flags alone. */
export const warningsOf = ({ differential }: ReportContent, { said }: ReportSpeech): readonly string[] =>
  (differential.warnings ?? []).map(said);

/** Why a report was signed despite what stood against it, in sentences. */
export const despiteWords = (
  { reason, overrides }: NonNullable<ReportContent["despite"]>,
  { say, said }: ReportSpeech,
): string => say("print.despiteSaid", { overrides: overrides.map(said).join(" "), reason });

/** Critical values and to whom they were reported, in sentences. */
export const criticalWords = (
  { values, reported }: NonNullable<ReportContent["critical"]>,
  speech: ReportSpeech,
): string =>
  speech.say("print.criticalSaid", {
    values: values.map(speech.said).join(" "),
    reported: reportedWords(reported, speech),
  });

/** To whom critical values were reported, in a sentence. */
export const reportedWords = (
  { to, at }: NonNullable<ReportContent["critical"]>["reported"],
  { say, moment }: ReportSpeech,
) => say("print.reported", { to, at: moment(at) });

/** Where a report stands, in words; and a word for what it no longer is good for, or not yet. */
export function stateOf({ voided, supersededBy, isFinal, number }: z.infer<typeof report>, { say }: ReportSpeech) {
  const state = say(isFinal ? (number > 1 ? "print.amendedReport" : "print.final") : "print.preliminary");
  if (voided !== null) return { words: say("print.void", { state }), mark: say("print.markVoid") };
  if (supersededBy !== null)
    return { words: say("print.superseded", { number: supersededBy, state }), mark: say("print.markSuperseded") };
  return { words: state, mark: isFinal ? "" : say("print.markPreliminary") };
}

/** Who signed: by full name, if it was known then. */
export const signerName = ({ by, fullName }: Pick<z.infer<typeof signature>, "by" | "fullName">): string =>
  fullName === null ? by : `${fullName} (${by})`;

/** Flags of a report, each once: what its warnings and notes say is not said again. */
export function flagsOf(content: ReportContent, speech: ReportSpeech): string[] {
  const { flags } = content.differential;
  const told = new Set([...warningsOf(content, speech), ...notesOf(content, speech)]);
  return [...new Set(flags.map(speech.said))].filter((flag) => !told.has(flag));
}

/** What a reader of a report must know, in sentences. */
export const notesOf = ({ differential: { notes } }: ReportContent, { said }: ReportSpeech): string[] =>
  notes.map(said);

/** The laboratory's scale, in words. */
export function scaleWords({ redCell, error, source, cells }: Scale, { say }: ReportSpeech): string {
  const shown = { redCell: Number(redCell.toFixed(1)), error: Math.round(100 * error) };
  return say("scale.text", { ...shown, source, cells });
}

/** Years, in words. */
export const ageValues = (age: number, { plain }: ReportSpeech) => ({ years: age, age: plain(age) });

/** A group of reference ranges: those of the program have names in each language, a laboratory's own stay as they are. */
export function groupName(name: string, { say, knows }: ReportSpeech): string {
  const key = `print.ages.${name}`;
  return knows(key) ? say(key as ReportKey) : name;
}

/** Whose reference ranges a report is judged by, a sentence. */
export const rangesWords = (
  { name, source }: { readonly name: string; readonly source: string },
  speech: ReportSpeech,
): string => speech.say("print.ranges", { name: groupName(name, speech), source });

/** What was not counted, a sentence. */
export function uncountedWords({ differential }: ReportContent, { say }: ReportSpeech): string {
  // Reports of older versions have no cells that are no leukocytes.
  const { unidentified, artefacts, smudges, notLeukocytes = 0 } = differential;
  return say("print.notCounted", { unidentified, artefacts, smudges, notLeukocytes });
}

/** How two readings agreed, in sentences. */
export function agreementWords(
  { cells, same, kappa, byModel, readers, differences }: NonNullable<ReportContent["agreement"]>,
  { say }: ReportSpeech,
): string {
  const percent = (share: number) => Number((100 * share).toFixed(1));
  const shown = (value: number) => Number(value.toFixed(2));
  const [first, second] = [readers.first.join(", "), readers.second.join(", ")];
  const twice =
    cells === 0
      ? say("print.neverTwice")
      : say("print.twice", {
          ...{ cells, first, second, isSame: first === second ? "yes" : "no" },
          ...{ same: percent(same.value), sameLow: percent(same.low), sameHigh: percent(same.high) },
          ...{ kappa: shown(kappa.value), kappaLow: shown(kappa.low), kappaHigh: shown(kappa.high) },
        });
  const once = byModel.cells === 0 ? "" : ` ${say("print.leftToModel", byModel)}`;
  return `${twice}${once} ${say("print.unsettled", { differences: differences.length })}`;
}

/** What is unusual of how a cell was cropped. */
export function cropWords({ crop }: ReportContent["cells"][number], { say }: ReportSpeech): string {
  if (crop == null) return "";
  const outside = leavesPicture(crop.outside) ? say("print.outside", { percent: Math.round(100 * crop.outside) }) : "";
  return [outside, crop.nucleus ? "" : say("print.noNucleus")].filter(Boolean).join(", ");
}

/** What the model says of a cell. */
export function modelWords(
  { predicted, isRejected, error }: ReportContent["cells"][number],
  { say, className }: ReportSpeech,
): string {
  const name = predicted === null ? "" : className(predicted);
  return error ?? (isRejected ? say("print.uncertain", { class: name }) : name);
}

/** What a reader called a cell, if that says more than what it counts as; null if not. */
export const calledWords = ({ counted, first }: ReportContent["cells"][number]): string | null =>
  first == null || first.label === counted ? null : first.label;

/** What a cell counts as, and what a reader called it, if that says more. */
export function countedWords(cell: ReportContent["cells"][number], { say, className }: ReportSpeech): string {
  if (cell.counted === null) return say("print.uncounted");
  const [called, counted] = [calledWords(cell), className(cell.counted)];
  return called === null ? counted : say("print.called", { label: className(called), class: counted });
}

/** The cells of a report, for the columns number, file, model, counted, reader and SHA-256. */
export const cellRows = ({ cells }: ReportContent, speech: ReportSpeech): string[][] =>
  cells.map((cell) => [
    ...[String(cell.number), cell.file, modelWords(cell, speech)],
    ...[countedWords(cell, speech), cell.first?.by ?? "", cell.sha256.slice(0, 16)],
  ]);
