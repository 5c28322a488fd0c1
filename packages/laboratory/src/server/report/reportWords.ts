// A signed report in words, as its page, its PDF and its messages have them.
import { counted } from "@leukogram/engine/core/counted";
import { leavesPicture } from "leukogram/cells/cropCounts";
import type { z } from "zod";
import type { report, signature } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";

/** Units in plain text, as sentences of the count have them, as they are printed. */
export const printed = (text: string) => text.replaceAll("10^9/L", UNIT);
/** Of absolute counts. */
export const UNIT = "10⁹/L";

/** What a reader of a report must know before its count; reports of older versions have it among the flags alone. */
export const warningsOf = ({ differential }: ReportContent): readonly string[] => differential.warnings ?? [];

/** Why a report was signed despite what stood against it, in sentences. */
export const despiteWords = ({ reason, overrides }: NonNullable<ReportContent["despite"]>): string =>
  `Signed despite the following: ${overrides.join(" ")} Reason: ${reason}`;

/** Critical values and to whom they were reported, in sentences. */
export const criticalWords = ({ values, reported }: NonNullable<ReportContent["critical"]>): string =>
  `Critical: ${values.join(" ")} ${reportedWords(reported)}`;

/** To whom critical values were reported, in a sentence. */
export const reportedWords = ({ to, at }: NonNullable<ReportContent["critical"]>["reported"]) =>
  `Reported to ${to} at ${momentOf(at)} UTC.`;

/** A moment, ISO 8601, as reports print it: in UTC. */
export const momentOf = (at: string) => at.replace("T", " ").slice(0, 19);

/** Where a report stands, in words; and a word for what it no longer is good for, or not yet. */
export function stateOf({ voided, supersededBy, isFinal, number }: z.infer<typeof report>) {
  const words = isFinal ? (number > 1 ? "Amended report" : "Final report") : "Preliminary: not fully signed";
  if (voided !== null) return { words: `Void. ${words}`, mark: "VOID" };
  if (supersededBy !== null) return { words: `Superseded by report ${supersededBy}. ${words}`, mark: "SUPERSEDED" };
  return { words, mark: isFinal ? "" : "PRELIMINARY" };
}

/** Who signed: by full name, if it was known then. */
export const signerName = ({ by, fullName }: Pick<z.infer<typeof signature>, "by" | "fullName">): string =>
  fullName === null ? by : `${fullName} (${by})`;

/** Flags of a report, each once: what its warnings and notes say is not said again. */
export function flagsOf(content: ReportContent): string[] {
  const { flags, notes } = content.differential;
  const said = new Set([...warningsOf(content), ...notes]);
  return [...new Set(flags)].filter((flag) => !said.has(flag));
}

/** How two readings agreed, in sentences. */
export function agreementWords({
  cells,
  same,
  kappa,
  byModel,
  readers,
  differences,
}: NonNullable<ReportContent["agreement"]>): string {
  const percents = [same.value, same.low, same.high].map((share) => (100 * share).toFixed(1));
  const kappas = [kappa.value, kappa.low, kappa.high].map((value) => value.toFixed(2));
  const [first, second] = [readers.first.join(", "), readers.second.join(", ")];
  const twice =
    cells === 0
      ? "No cells were labelled in both readings."
      : `${cells === 1 ? "1 cell was" : `${cells} cells were`} labelled by ${first}, and again by ${second}, blind to all labels and predictions${first === second ? " (the same person)" : ""}: ${percents[0]} % the same (${percents[1]} to ${percents[2]}), kappa ${kappas[0]} (${kappas[1]} to ${kappas[2]}).`;
  const once =
    byModel.cells === 0
      ? ""
      : ` Of ${byModel.cells} cells that the first reader left to the model, the second reader gave ${byModel.same} the model's label.`;
  return `${twice}${once} ${counted(differences.length, "difference")} ${differences.length === 1 ? "was" : "were"} not settled when this report was signed.`;
}

/** What is unusual of how a cell was cropped. */
export function cropWords({ crop }: ReportContent["cells"][number]): string {
  if (crop == null) return "";
  const outside = leavesPicture(crop.outside) ? `${Math.round(100 * crop.outside)} % outside the image` : "";
  return [outside, crop.nucleus ? "" : "no nucleus found"].filter(Boolean).join(", ");
}

/** What the model says of a cell. */
export const modelWords = ({ predicted, isRejected, error }: ReportContent["cells"][number]): string =>
  error ?? `${predicted ?? ""}${isRejected ? " (uncertain)" : ""}`;

/** The cells of a report, for the columns number, file, model, counted, reader and SHA-256. */
export const cellRows = ({ cells }: ReportContent): string[][] =>
  cells.map((cell) => [
    ...[String(cell.number), cell.file, modelWords(cell)],
    ...[cell.counted ?? "not counted", cell.first?.by ?? "", cell.sha256.slice(0, 16)],
  ]);
