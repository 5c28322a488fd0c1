// A signed report as a PDF of one page, if it fits in smaller letters at least; all of it is what the report froze, but for what became of it later.
import type { Estimate } from "@leukogram/engine/core/estimate";
import type { DifferentialReport, Position } from "leukogram/differential/types";
import type { z } from "zod";
import type { Order } from "../../interfaces/order.ts";
import type { ReportSpeech } from "../../messages/reportSpeech.ts";
import type { report } from "../contract/cases.ts";
import type { CellPicture } from "./pdf/cellPictures.ts";
import { Sheet } from "./pdf/sheet.ts";
import type { Column } from "./pdf/sheetParts.ts";
import type { ReportContent } from "./reportContent.ts";
import {
  ageValues,
  agreementWords,
  cellRows,
  erythroblastWords,
  flagsOf,
  notesOf,
  printed,
  rangesWords,
  reportedWords,
  scaleWords,
  signerName,
  speechOf,
  stateOf,
  subtypeHeadings,
  subtypeRows,
  UNIT,
  uncountedWords,
  warningsOf,
  withLimits,
} from "./reportWords.ts";

/** Options of {@link reportPdf}. */
export interface PdfOptions {
  readonly pictures: readonly CellPicture[];
  /** Whether a table of all cells follows. */
  readonly withAppendix: boolean;
}

type Report = z.infer<typeof report>;

/** Of the letters: smaller ones if that brings the report onto one page. */
const SCALES = [1, 0.95, 0.9, 0.85];

/** The PDF of a report: the same bytes each time, until it is amended or made void. */
export async function reportPdf(
  signed: Report,
  content: ReportContent,
  { pictures, withAppendix }: PdfOptions,
): Promise<Buffer> {
  const speech = speechOf(content);
  const made = (scale: number) => sheetOf(signed, content, { pictures, scale, speech });
  const fitting = SCALES.find((scale) => made(scale).pages === 1);
  const sheet = made(fitting ?? 1);
  if (withAppendix) addAppendix(sheet, content, speech);
  return await sheet.bytes();
}

interface SheetParts extends Pick<PdfOptions, "pictures"> {
  readonly scale: number;
  readonly speech: ReportSpeech;
}

// All but the appendix.
function sheetOf(signed: Report, content: ReportContent, { pictures, scale, speech }: SheetParts): Sheet {
  const { case: facts, letterhead, software } = content;
  const { say, className } = speech;
  const { number, id } = signed;
  const sheet = new Sheet({
    title: say("print.pdfTitle", { name: facts.name, number }),
    author: letterhead?.laboratory ?? "",
    at: new Date(signed.signatures.at(-1)?.at ?? signed.createdAt),
    foot: [
      `${say("print.notice")} ${say("print.foot", { number, id, version: software.version })}`,
      `SHA-256 ${signed.sha256}`,
    ],
    mark: stateOf(signed, speech).mark,
    language: speech.language,
    words: {
      pageOf: (page, pages) => say("print.pageOf", { page, pages }),
      pictureMissing: say("print.pictureMissing"),
      letters: (codes) => say("print.letters", { codes }),
    },
    scale,
  });
  addHead(sheet, signed, content, speech);
  addBoxes(sheet, signed, content, speech);
  addCount(sheet, content, speech);
  addWords(sheet, content, speech);
  if (pictures.length > 0)
    sheet.pictures(
      pictures.map(({ jpeg, number, class: name }) => ({
        jpeg,
        words: say("print.picture", { class: className(name), number }),
      })),
    );
  addSignatures(sheet, signed, content, speech);
  if (sheet.note !== undefined) sheet.text(sheet.note, { size: 7, colour: "alarm" });
  return sheet;
}

function addHead(sheet: Sheet, signed: Report, content: ReportContent, speech: ReportSpeech): void {
  const { case: facts, letterhead, differential, model, reviewed, cells, scale } = content;
  const { say, plain, moment, day } = speech;
  const utc = (at: string) => say("print.utc", { at: moment(at) });
  if (letterhead !== undefined && letterhead.laboratory !== "") {
    sheet.text(letterhead.laboratory, { size: 13, weight: "bold", after: 1 });
    for (const line of letterhead.lines) sheet.text(line, { size: 7.5, colour: "grey", after: 0 });
    sheet.rule(6);
  }
  sheet.pair(say("print.heading"), stateOf(signed, speech).words, { size: 11, after: 5 });
  const order = content.order as Order | undefined;
  const collectedAt = facts.collectedAt ?? order?.collectedAt ?? null;
  const age = facts.age === null ? "" : say("print.years", ageValues(facts.age, speech));
  const sex = facts.sex == null ? "" : say(`print.${facts.sex}`);
  const labelled = { counted: differential.cells, reviewed, cells: cells.length };
  const all: (readonly [string, string | null | undefined | false])[] = [
    [say("print.patient"), facts.patient],
    [say("print.bornHeading"), facts.birthDate && day(facts.birthDate)],
    [say("print.patientNumber"), order && [order.patientId, order.assigner].filter((part) => part !== "").join(", ")],
    [say("print.ageAndSex"), [age, sex].filter(Boolean).join(", ")],
    [say("print.accessionHeading"), order?.accession],
    [say("print.orderedBy"), order?.sender],
    [say("print.specimen"), facts.name],
    [say("print.collectedHeading"), collectedAt === null ? say("print.notKnown") : utc(collectedAt)],
    [say("print.whiteCellsHeading"), facts.leukocytes !== null && `${plain(facts.leukocytes)} × ${UNIT}`],
    [say("print.cellsCounted"), say("print.countedLabelled", labelled)],
    [say("print.reportHeading"), `${signed.number}, ${utc(signed.signatures.at(-1)?.at ?? signed.createdAt)}`],
    [say("print.modelHeading"), scale === undefined ? model : `${model}; ${scaleWords(scale, speech)}`],
  ];
  sheet.facts(all.flatMap(([name, value]) => (value ? [[name, value] as const] : [])));
}

function addBoxes(sheet: Sheet, signed: Report, content: ReportContent, speech: ReportSpeech): void {
  const { critical, despite } = content;
  const { voided, supersededBy, reason } = signed;
  const { say, said } = speech;
  if (voided !== null) sheet.box(say("print.voidBox"), [voided]);
  if (supersededBy !== null) sheet.box(say("print.amendedBox"), [say("print.useThat", { number: supersededBy })]);
  if (!signed.isFinal) sheet.box(say("print.preliminaryBox"), [say("print.notAllSigned")]);
  if (reason !== null) sheet.box(say("print.replaces", { number: signed.number - 1 }), [reason]);
  const warnings = warningsOf(content, speech);
  if (warnings.length > 0) sheet.box(say("print.warnings"), warnings.map(printed));
  if (critical !== undefined)
    sheet.box(say("print.critical"), [
      ...critical.values.map((text) => printed(said(text))),
      reportedWords(critical.reported, speech),
    ]);
  if (despite !== undefined)
    sheet.box(say("print.despite"), [...despite.overrides.map(said), say("print.reason", { reason: despite.reason })]);
}

// Whether the whole interval lies there, or a part of it.
const SIDES: Readonly<Partial<Record<Position, readonly ["print.high" | "print.low", boolean]>>> = {
  above: ["print.high", true],
  below: ["print.low", true],
  "maybe above": ["print.high", false],
  "maybe below": ["print.low", false],
};

function markOf(position: Position | undefined, { say }: ReportSpeech) {
  const [side, isBold = false] = (position && SIDES[position]) ?? [];
  if (side === undefined) return { mark: "", isBold };
  return { mark: isBold ? say(side) : `(${say(side)})`, isBold };
}

function addCount(sheet: Sheet, content: ReportContent, speech: ReportSpeech): void {
  const { differential } = content;
  const { say, plain, className } = speech;
  const full = content.full as DifferentialReport | null;
  const absolute = full?.classes.some((row) => row.absolute != null) ?? false;
  const between = (limits: readonly [number, number] | null | undefined) =>
    limits ? say("print.span", { low: plain(limits[0]), high: plain(limits[1]) }) : "–";
  const limited = (estimate: Estimate, times: number, digits: number) =>
    withLimits(estimate, { times, digits }, speech);
  const columns: Column[] = [
    { heading: say("print.class"), width: 19 },
    { heading: say("print.cells"), width: 8, isNumber: true },
    { heading: say("print.share"), width: 29, isNumber: true },
    { heading: say("print.reference"), width: 17, isNumber: true },
    { heading: "", width: 6 },
    ...(absolute
      ? [
          { heading: say("print.absolute", { unit: UNIT }), width: 27, isNumber: true },
          { heading: say("print.absoluteReference", { unit: UNIT }), width: 22, isNumber: true },
          { heading: "", width: 6 },
        ]
      : []),
  ];
  const rows = differential.classes.map((row) => {
    const known = full?.classes.find((one) => one.class === row.class);
    const [share, count] = [markOf(row.position as Position, speech), markOf(known?.absolutePosition, speech)];
    return {
      isBold: share.isBold || count.isBold,
      cells: [
        ...[className(row.class), String(row.count), limited(row.share, 100, 1), between(row.range), share.mark],
        ...(absolute
          ? [row.absolute === null ? "" : limited(row.absolute, 1, 2), ...[between(known?.absoluteRange), count.mark]]
          : []),
      ],
    };
  });
  sheet.table(columns, rows);
  const subtypes = subtypeRows(content, speech);
  if (subtypes.length > 0) {
    const widths = [26, 20, 10, 12, 32];
    sheet.table(
      subtypeHeadings(speech).map((heading, i) => ({ heading, width: widths[i]!, isNumber: i > 1 })),
      subtypes.map((cells) => ({ cells })),
    );
  }
  const red = erythroblastWords(content, speech);
  if (red !== "") sheet.text(red, { after: 4 });
}

function addWords(sheet: Sheet, content: ReportContent, speech: ReportSpeech): void {
  const { case: facts, agreement, full } = content;
  const { say } = speech;
  const flags = flagsOf(content, speech);
  if (flags.length > 0) {
    sheet.text(say("print.flags"), { weight: "bold", after: 1 });
    for (const flag of flags) sheet.text(`• ${printed(flag)}`, { after: 1 });
    sheet.text("", { size: 3 });
  }
  if (facts.comment !== "") {
    sheet.text(say("print.comment"), { weight: "bold", after: 1 });
    sheet.text(facts.comment, { after: 6 });
  }
  const minor = [
    uncountedWords(content, speech),
    say("print.marks"),
    ...notesOf(content, speech).map(printed),
    full === null ? "" : rangesWords(full.ranges, speech),
    agreement === null ? "" : say("print.secondReadingSaid", { words: agreementWords(agreement, speech) }),
  ].filter((text) => text !== "");
  sheet.text(minor.join(" "), { size: 7, colour: "grey", after: 6 });
}

function addSignatures(
  sheet: Sheet,
  signed: Report,
  { case: facts, trail }: ReportContent,
  { say, moment }: ReportSpeech,
): void {
  const columns = [
    { heading: say("print.signedBy"), width: 30 },
    { heading: say("print.meaning"), width: 45 },
    { heading: say("print.at"), width: 25 },
  ];
  const rows = signed.signatures.map((one) => ({ cells: [signerName(one), one.meaning, moment(one.at)] }));
  sheet.table(columns, rows);
  const words = { signed: signed.signatures.length, needed: facts.signers, id: facts.id, trail };
  sheet.text(say("print.signedTrail", words), { size: 6.5, colour: "grey" });
}

function addAppendix(sheet: Sheet, content: ReportContent, speech: ReportSpeech): void {
  const { say } = speech;
  sheet.turn();
  const of = say("print.appendixOf", { name: content.case.name, number: content.number });
  sheet.pair(say("print.appendix"), of, { size: 10, after: 5 });
  const columns = [
    { heading: say("print.number"), width: 6, isNumber: true },
    { heading: say("print.file"), width: 30 },
    { heading: say("print.modelHeading"), width: 20 },
    { heading: say("print.countedHeading"), width: 14 },
    { heading: say("print.reader"), width: 14 },
    { heading: "SHA-256", width: 18 },
  ];
  sheet.table(
    columns,
    cellRows(content, speech).map((cells) => ({ cells })),
    7,
  );
  if (sheet.note !== undefined) sheet.text(sheet.note, { size: 7, colour: "alarm" });
}
