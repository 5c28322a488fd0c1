import type { Sentence } from "@leukogram/engine/core/sentence";
import type { DifferentialReport } from "leukogram/differential/types";
import { countedLabel } from "leukogram/review/answer";
import type { Json } from "../../store/canonicalJson.ts";
import type { CaseRow } from "../../store/cases.ts";
import type { ReadCell } from "../../store/cells.ts";
import type { ReportInput, SaidSentences } from "../../store/reports.ts";
import { VERSION } from "../../version.ts";
import { agreementNow } from "../agreement.ts";
import { countOf, reportOf } from "../count.ts";
import { answeredCell, cropView, tallyOfCells } from "../views.ts";
import { reportFacts } from "./usualRanges.ts";

/** What a report freezes: the count, each cell with its hash, what the model said and what counts, and the head of the trail. */
export type ReportContent = ReturnType<typeof contentOf>;

/** The content of a report as it is hashed and kept. */
export function reportContent(
  input: ReportInput,
  said: SaidSentences = {},
): { readonly [key: string]: Json | undefined } {
  // What JSON leaves out is left out before it is hashed.
  return JSON.parse(JSON.stringify(contentOf(input, said))) as { readonly [key: string]: Json };
}

function contentOf(input: ReportInput, { despite, critical, sentences = [] }: SaidSentences) {
  const { found, cells, second, head, number, at, scale, rules, order, letterhead, language } = input;
  const { id, name, leukocytes, age, sex, comment, signers, model, reason, createdBy, createdAt } = found;
  /** As it stands on the specimen; left out where the case was not made from an order. */
  const person: Partial<Pick<CaseRow, "patient" | "birthDate">> = order
    ? { patient: found.patient, birthDate: found.birthDate }
    : {};
  const tally = tallyOfCells(cells);
  const facts = reportFacts(input);
  const full = reportOf(tally, facts);
  const differential = countOf(tally, facts, full);
  return {
    notice: "Research use only; not a medical device.",
    software: { name: "leukogram", version: VERSION },
    case: {
      ...{ id, name, leukocytes, age, comment, signers, createdBy },
      /** Left out in reports of older versions. */
      sex: sex as typeof sex | undefined,
      createdAt: createdAt.toISOString(),
      /** Left out in reports of older versions. */
      collectedAt: found.collectedAt as string | null | undefined,
      ...person,
    },
    /** Left out where the case was not made from an order. */
    order: order?.content,
    /** Left out in reports of older versions. */
    letterhead: letterhead as typeof letterhead | undefined,
    /** What it is written in, whatever the laboratory writes later; English, and left out, in reports of older versions. */
    language: language as typeof language | undefined,
    number,
    reason,
    at: at.toISOString(),
    model,
    /** Left out where it is not known, and in reports of older versions. */
    scale,
    reviewed: found.reviewed,
    /** What the laboratory demanded; left out in reports of older versions. */
    rules: rules as typeof rules | undefined,
    /** Left out where nothing stood against the signature. */
    despite,
    /** Left out if no value was critical. */
    critical,
    trail: head,
    differential: { ...differential, sentences: undefined },
    full: full === undefined ? null : ({ ...full, sentences: undefined } as Omit<DifferentialReport, "sentences">),
    /** What it says in sentences, with their codes, by which other languages have them; left out in reports of older versions. */
    sentences: [...differential.sentences, ...sentences] as readonly Sentence[] | undefined,
    agreement: second === undefined ? null : agreementNow(second, cells),
    cells: cells.map(cellContent),
  };
}

function cellContent(cell: ReadCell) {
  const { number, file, sha256, status, model, predicted, isRejected, isUnfamiliar, probabilities, error } = cell;
  return {
    ...{ number, file, sha256, status, model, predicted, isRejected, isUnfamiliar, probabilities, error },
    /** Left out in reports of older versions. */
    crop: cropView(cell) as ReturnType<typeof cropView> | undefined,
    counted: countedLabel(answeredCell(cell)),
    first: saidBy(cell.first),
    second: saidBy(cell.second),
  };
}

function saidBy(row: ReadCell["first"]) {
  return row && { label: row.label, countsAs: row.countsAs ?? undefined, by: row.by, at: row.at.toISOString() };
}
