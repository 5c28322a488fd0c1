import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Sentence } from "@leukogram/engine/core/sentence";
import { and, asc, desc, eq, gt } from "drizzle-orm";
import type { Scale } from "leukogram/data/scale/scale";
import type { Language } from "../messages/language.ts";
import { canonicalJson, type Json, sha256 } from "./canonicalJson.ts";
import { type CaseRow, type CountedCase, readCase, requireCase, requireRevision, requireValid } from "./cases.ts";
import { type ReadCell, readCells } from "./cells.ts";
import { queueReport } from "./connections/deliveries.ts";
import { type OrderRow, requireOrder } from "./connections/orders.ts";
import { type Queries, tellIfGone } from "./database/database.ts";
import { finishedReading } from "./labels.ts";
import { cases, head, reports, signatures } from "./schema.ts";
import { type LaboratoryRanges, readLaboratoryRanges } from "./settings/ranges.ts";
import { fullNameOf, type Letterhead, readReporting } from "./settings/reporting.ts";
import { type Rules, readRules } from "./settings/rules.ts";
import { readScale } from "./settings/scale.ts";
import type { Store } from "./store.ts";
import { type Change, change, type Wish } from "./trail.ts";

/** A report's row, and who signed it. */
export type SignedReport = typeof reports.$inferSelect & {
  readonly signatures: readonly (typeof signatures.$inferSelect)[];
  /** Number of the next final report of its case; null if there is none. */
  readonly supersededBy: number | null;
};

/** What a report is made of. */
export interface ReportInput {
  readonly found: CountedCase;
  readonly cells: readonly ReadCell[];
  /** Of the second reading, where one is finished. */
  readonly second: Awaited<ReturnType<typeof finishedReading>>;
  /** Hash of the last event before the signature. */
  readonly head: string;
  readonly number: number;
  readonly at: Date;
  /** Of the laboratory's pictures; undefined if it is not known. */
  readonly scale: Scale | undefined;
  /** What the laboratory demands of a count. */
  readonly rules: Rules;
  /** The laboratory's own; undefined if it has none. */
  readonly ranges: LaboratoryRanges | undefined;
  readonly letterhead: Letterhead;
  /** What it is written in. */
  readonly language: Language;
  /** The order that the case was made from. */
  readonly order: OrderRow | undefined;
}

/** Something that stands against a signature. */
export interface AgainstSigning {
  /** A sentence. */
  readonly text: string;
  /** The same, with its code. */
  readonly sentence: Sentence;
  /** Whether the case can be signed despite it, for a reason. */
  readonly takesReason: boolean;
}

/** Why a case was signed despite what stood against it. */
export type Despite = {
  readonly reason: string;
  /** What stood against it, in sentences. */
  readonly overrides: readonly string[];
};

/** Critical values, and to whom they were reported. */
export type Critical = {
  /** In sentences. */
  readonly values: readonly string[];
  readonly reported: Reported;
};

/** To whom critical values were reported, and when, ISO 8601. */
export type Reported = { readonly to: string; readonly at: string };

/** What a signer had to say to sign. */
export type Said = { readonly despite?: Despite | undefined; readonly critical?: Critical | undefined };

/** The same, and the codes of the sentences in it. */
export type SaidSentences = Said & { readonly sentences?: readonly Sentence[] };

/** What signing takes. */
export interface Signing {
  readonly caseId: string;
  /** Of the report, where this is its first signature. */
  readonly id: string;
  readonly meaning: string;
  readonly ifRevision?: number | undefined;
  /** Why it is signed despite what stands against it. */
  readonly despite?: string | undefined;
  /** What stands against it. It is called in the transaction, as `content` is, so that nothing can change meanwhile. */
  readonly against?: (input: ReportInput) => readonly AgainstSigning[];
  /** To whom critical values were reported. */
  readonly reported?: Reported | undefined;
  /** Its critical values, in sentences. */
  readonly critical?: (input: ReportInput) => readonly Sentence[];
  /** Writes the report. */
  readonly content: (input: ReportInput, said: SaidSentences) => { readonly [key: string]: Json | undefined };
}

/** Signs a case: the first signature freezes its report, the last that is needed makes it final. @returns the report's id. */
export async function signCase(store: Store, wish: Wish, signing: Signing): Promise<string> {
  const { caseId, meaning } = signing;
  const { id } = await change(store, wish, async (given) => {
    const { queries, at } = given;
    const found = await readCase({ database: { ...store.database, queries } }, caseId);
    requireSignable(found, signing.ifRevision);
    const report = found.status === "open" ? await freeze(given, found, signing) : await lastReport(queries, caseId);
    const earlier = await queries.select().from(signatures).where(eq(signatures.reportId, report.id));
    if (earlier.some(({ by }) => by === wish.actor))
      throw new LeukogramError("ERR_CONFLICT", "you have already signed this report", {
        hint: "Another user must sign it too.",
      });
    const fullName = fullNameOf(await readReporting(queries), wish.actor);
    await queries.insert(signatures).values({ reportId: report.id, by: wish.actor, at, meaning, fullName });
    const isFinal = earlier.length + 1 >= found.signers;
    await queries
      .update(cases)
      .set({ status: isFinal ? "signed" : "signing" })
      .where(eq(cases.id, caseId));
    if (isFinal) {
      await queries.update(reports).set({ isFinal }).where(eq(reports.id, report.id));
      await queueReport(given, { reportId: report.id, caseId, number: report.number });
    }
    const { number, sha256: hash, said } = report;
    return {
      caseId,
      content: { report: report.id, number, sha256: hash, meaning, isFinal, fullName: fullName ?? undefined, ...said },
      answer: { id: report.id },
    };
  });
  return id;
}

function requireSignable(found: CountedCase, ifRevision: number | undefined): void {
  requireRevision(found, ifRevision);
  requireValid(found);
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_CONFLICT", message, { hint });
  };
  if (found.status === "signed") refuse("the case is signed", "Amend the case, which reopens it with a reason.");
  if (found.waiting > 0)
    refuse(
      `${counted(found.waiting, "cell waits", "cells wait")} for the model`,
      "Sign when all cells are classified.",
    );
  if (found.secondReading === "going on")
    refuse("the second reading is in progress", "Sign when the second reading is finished.");
}

interface Frozen {
  readonly id: string;
  readonly number: number;
  readonly sha256: string;
  readonly said?: Said;
}

async function freeze(
  { queries, at }: Change,
  found: CountedCase,
  { id, despite: reason, reported, against = () => [], critical = () => [], content: contentOf }: Signing,
): Promise<Frozen> {
  const input = await reportInput(queries, found, at);
  const { number } = input;
  const [obstacles, values] = [against(input), critical(input)];
  const said = { despite: requireReason(obstacles, reason), critical: requireReported(values, reported) };
  const sentences = [...obstacles.map(({ sentence }) => sentence), ...values];
  const content = canonicalJson(contentOf(input, { ...said, sentences }));
  const report = { id, number, sha256: sha256(content) };
  await queries
    .insert(reports)
    .values({ ...report, caseId: found.id, reason: found.reason, content, createdAt: at, isFinal: false });
  return { ...report, said };
}

/** What a report of the case would be made of now. */
export async function reportInput(queries: Queries, found: CountedCase, at: Date): Promise<ReportInput> {
  const [end] = await queries.select().from(head);
  const { laboratory, lines, language } = await readReporting(queries);
  return {
    ...{ found, at, head: end!.hash },
    number: (await lastNumber(queries, found.id)) + 1,
    cells: await readCells(queries, found.id),
    second: await finishedReading(queries, found.id),
    scale: await readScale(queries),
    rules: await readRules(queries),
    ranges: await readLaboratoryRanges(queries),
    letterhead: { laboratory, lines },
    language,
    order: found.orderId === null ? undefined : await requireOrder(queries, found.orderId),
  };
}

// A reason where nothing stands against the signature says nothing.
function requireReason(against: readonly AgainstSigning[], reason: string | undefined): Despite | undefined {
  if (against.length === 0) return undefined;
  const final = against.filter(({ takesReason }) => !takesReason);
  const [shown, hint] =
    final.length > 0
      ? [final, "Fix this first, then sign."]
      : [against, "Fix this, or give a reason to sign despite it (despite), which the report prints."];
  const overrides = shown.map(({ text }) => text);
  if (final.length > 0 || reason === undefined)
    throw new LeukogramError("ERR_CONFLICT", `this stands against a signature: ${overrides.join(" ")}`, { hint });
  return { reason, overrides };
}

function requireReported(all: readonly Sentence[], reported: Reported | undefined): Critical | undefined {
  if (all.length === 0) return undefined;
  const values = all.map(({ text }) => text);
  if (reported === undefined)
    throw new LeukogramError("ERR_CONFLICT", `critical values must be reported before signing: ${values.join(" ")}`, {
      hint: "Say to whom you reported them, and when (reported); the report prints it.",
    });
  return { values, reported };
}

async function lastNumber(queries: Queries, caseId: string): Promise<number> {
  const [last] = await queries
    .select({ number: reports.number })
    .from(reports)
    .where(eq(reports.caseId, caseId))
    .orderBy(desc(reports.number))
    .limit(1);
  return last?.number ?? 0;
}

async function lastReport(queries: Queries, caseId: string): Promise<Frozen> {
  const number = await lastNumber(queries, caseId);
  const [found] = await queries
    .select({ id: reports.id, number: reports.number, sha256: reports.sha256 })
    .from(reports)
    .where(and(eq(reports.caseId, caseId), eq(reports.number, number)));
  return found!;
}

/** Reopens a case that was signed, or is being signed; its reports stay as they are. */
export async function amendCase(
  store: Store,
  wish: Wish,
  { caseId, reason }: { readonly caseId: string; readonly reason: string },
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const { status }: CaseRow = await requireCase(queries, caseId);
    requireValid({ status });
    if (status === "open")
      throw new LeukogramError("ERR_CONFLICT", "the case is open", { hint: "Change the open case directly." });
    await queries.update(cases).set({ status: "open", reason }).where(eq(cases.id, caseId));
    return { caseId, content: { reason, after: await lastNumber(queries, caseId) }, answer: {} };
  });
}

/** The reports of a case, in order. */
export async function readReports({ database: { queries } }: Store, caseId: string): Promise<SignedReport[]> {
  const rows = await queries
    .select()
    .from(reports)
    .where(eq(reports.caseId, caseId))
    .orderBy(asc(reports.number))
    .catch(tellIfGone);
  return await Promise.all(rows.map((row) => withSignatures(queries, row)));
}

/** A report. @throws ERR_NOT_FOUND */
export async function requireReport({ database: { queries } }: Store, id: string): Promise<SignedReport> {
  const [found] = await queries.select().from(reports).where(eq(reports.id, id)).catch(tellIfGone);
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such report");
  return await withSignatures(queries, found);
}

async function withSignatures(queries: Queries, row: typeof reports.$inferSelect): Promise<SignedReport> {
  const signed = await queries
    .select()
    .from(signatures)
    .where(eq(signatures.reportId, row.id))
    .orderBy(asc(signatures.at));
  const [next] = await queries
    .select({ number: reports.number })
    .from(reports)
    .where(and(eq(reports.caseId, row.caseId), gt(reports.number, row.number), eq(reports.isFinal, true)))
    .orderBy(asc(reports.number))
    .limit(1);
  return { ...row, signatures: signed, supersededBy: next?.number ?? null };
}
