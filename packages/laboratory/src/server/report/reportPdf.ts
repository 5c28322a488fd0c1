// A signed report as a PDF of one page, as far as it fits; all of it is what the report froze, but for what became of it later.
import { counted } from "@leukogram/engine/core/counted";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { scaleText } from "leukogram/data/scale/scale";
import type { DifferentialReport, Position } from "leukogram/differential/types";
import { RESEARCH_USE } from "leukogram/report/text/page";
import type { z } from "zod";
import type { Order } from "../../interfaces/order.ts";
import type { report } from "../contract/cases.ts";
import type { CellPicture } from "./pdf/cellPictures.ts";
import { Sheet } from "./pdf/sheet.ts";
import type { Column } from "./pdf/sheetParts.ts";
import type { ReportContent } from "./reportContent.ts";
import {
  agreementWords,
  cellRows,
  flagsOf,
  momentOf,
  printed,
  reportedWords,
  signerName,
  stateOf,
  UNIT,
  warningsOf,
} from "./reportWords.ts";

/** Options of {@link reportPdf}. */
export interface PdfOptions {
  readonly pictures: readonly CellPicture[];
  /** Whether a table of all cells follows. */
  readonly withAppendix: boolean;
}

type Report = z.infer<typeof report>;

/** The PDF of a report: the same bytes each time, until it is amended or made void. */
export async function reportPdf(
  signed: Report,
  content: ReportContent,
  { pictures, withAppendix }: PdfOptions,
): Promise<Buffer> {
  const { case: facts, letterhead, software } = content;
  const state = stateOf(signed);
  const sheet = new Sheet({
    title: `Differential blood count: ${facts.name}, report ${signed.number}`,
    author: letterhead?.laboratory ?? "",
    at: new Date(signed.signatures.at(-1)?.at ?? signed.createdAt),
    foot: [
      `${RESEARCH_USE} Report ${signed.number}, ${signed.id}. Leukogram ${software.version}.`,
      `SHA-256 ${signed.sha256}`,
    ],
    mark: state.mark,
  });
  addHead(sheet, signed, content);
  addBoxes(sheet, signed, content);
  addCount(sheet, content);
  addWords(sheet, content);
  if (pictures.length > 0)
    sheet.pictures(pictures.map(({ jpeg, number, class: name }) => ({ jpeg, words: `${name}, No. ${number}` })));
  addSignatures(sheet, signed, content);
  if (sheet.note !== undefined) sheet.text(sheet.note, { size: 7, colour: "alarm" });
  if (withAppendix) addAppendix(sheet, content);
  return await sheet.bytes();
}

function addHead(sheet: Sheet, signed: Report, content: ReportContent): void {
  const { case: facts, letterhead, differential, model, reviewed, cells, scale } = content;
  if (letterhead !== undefined && letterhead.laboratory !== "") {
    sheet.text(letterhead.laboratory, { size: 13, weight: "bold", after: 1 });
    for (const line of letterhead.lines) sheet.text(line, { size: 7.5, colour: "grey", after: 0 });
    sheet.rule(6);
  }
  sheet.pair("Differential blood count", stateOf(signed).words, { size: 11, after: 5 });
  const order = content.order as Order | undefined;
  const collectedAt = facts.collectedAt ?? order?.collectedAt ?? null;
  const all: (readonly [string, string | null | undefined | false])[] = [
    ["Patient", facts.patient],
    ["Born", facts.birthDate],
    ["Patient number", order && [order.patientId, order.assigner].filter((part) => part !== "").join(", ")],
    ["Age and sex", [facts.age === null ? "" : counted(facts.age, "year"), facts.sex ?? ""].filter(Boolean).join(", ")],
    ["Accession", order?.accession],
    ["Ordered by", order?.sender],
    ["Specimen", facts.name],
    ["Collected", collectedAt === null ? "not known" : `${momentOf(collectedAt)} UTC`],
    ["White cells", facts.leukocytes !== null && `${facts.leukocytes} × ${UNIT}`],
    ["Cells counted", `${differential.cells}; ${reviewed} of ${cells.length} labelled by a reader`],
    ["Report", `${signed.number}, ${momentOf(signed.signatures.at(-1)?.at ?? signed.createdAt)} UTC`],
    ["Model", scale === undefined ? model : `${model}; ${scaleText(scale)}`],
  ];
  sheet.facts(all.flatMap(([name, value]) => (value ? [[name, value] as const] : [])));
}

function addBoxes(sheet: Sheet, signed: Report, content: ReportContent): void {
  const { critical, despite } = content;
  const { voided, supersededBy, reason } = signed;
  if (voided !== null) sheet.box("This report is void", [voided]);
  if (supersededBy !== null)
    sheet.box("This report was amended", [`Report ${supersededBy} takes its place. Use that one.`]);
  if (!signed.isFinal) sheet.box("Preliminary", ["This report does not have all of its signatures."]);
  if (reason !== null) sheet.box(`Amended: replaces report ${signed.number - 1}`, [reason]);
  const warnings = warningsOf(content);
  if (warnings.length > 0) sheet.box("Warnings", warnings.map(printed));
  if (critical !== undefined)
    sheet.box("Critical values", [...critical.values.map(printed), reportedWords(critical.reported)]);
  if (despite !== undefined)
    sheet.box("Signed despite the following", [...despite.overrides, `Reason: ${despite.reason}`]);
}

const MARKS: Readonly<Partial<Record<Position, string>>> = {
  above: "H",
  below: "L",
  "maybe above": "(H)",
  "maybe below": "(L)",
};

const between = (limits: readonly [number, number] | null | undefined) =>
  limits ? `${limits[0]} to ${limits[1]}` : "–";
const withLimits = ({ value, low, high }: Estimate, { times, digits }: { times: number; digits: number }) =>
  `${(times * value).toFixed(digits)} (${(times * low).toFixed(digits)} to ${(times * high).toFixed(digits)})`;

function addCount(sheet: Sheet, content: ReportContent): void {
  const { differential } = content;
  const full = content.full as DifferentialReport | null;
  const absolute = full?.classes.some((row) => row.absolute != null) ?? false;
  const columns: Column[] = [
    { heading: "Class", width: 19 },
    { heading: "Cells", width: 8, isNumber: true },
    { heading: "Share, % (95 % interval)", width: 29, isNumber: true },
    { heading: "Reference, %", width: 17, isNumber: true },
    { heading: "", width: 6 },
    ...(absolute
      ? [
          { heading: `${UNIT} (95 % interval)`, width: 27, isNumber: true },
          { heading: `Reference, ${UNIT}`, width: 22, isNumber: true },
          { heading: "", width: 6 },
        ]
      : []),
  ];
  const rows = differential.classes.map((row, k) => {
    const known = full?.classes[k];
    const marks = [MARKS[row.position as Position] ?? "", (known && MARKS[known.absolutePosition]) ?? ""];
    return {
      isBold: marks.some((mark) => mark === "H" || mark === "L"),
      cells: [
        ...[
          row.class,
          String(row.count),
          withLimits(row.share, { times: 100, digits: 1 }),
          between(row.range),
          marks[0]!,
        ],
        ...(absolute
          ? [
              row.absolute === null ? "" : withLimits(row.absolute, { times: 1, digits: 2 }),
              ...[between(known?.absoluteRange), marks[1]!],
            ]
          : []),
      ],
    };
  });
  sheet.table(columns, rows);
}

function addWords(sheet: Sheet, content: ReportContent): void {
  const { differential, case: facts, agreement, full } = content;
  const { unidentified, artefacts, smudges, notes } = differential;
  const flags = flagsOf(content);
  if (flags.length > 0) {
    sheet.text("Flags", { weight: "bold", after: 1 });
    for (const flag of flags) sheet.text(`• ${printed(flag)}`, { after: 1 });
    sheet.text("", { size: 3 });
  }
  if (facts.comment !== "") {
    sheet.text("Comment", { weight: "bold", after: 1 });
    sheet.text(facts.comment, { after: 6 });
  }
  const minor = [
    `Not counted: ${unidentified} unidentified, ${counted(artefacts, "artefact")}, ${counted(smudges, "smudge cell")}.`,
    "H, L: the whole interval is above or below the reference range; in brackets, a part of it.",
    ...notes.map(printed),
    full === null ? "" : `Reference ranges: ${full.ranges.name}. ${full.ranges.source}.`,
    agreement === null ? "" : `Second reading: ${agreementWords(agreement)}`,
  ].filter((text) => text !== "");
  sheet.text(minor.join(" "), { size: 7, colour: "grey", after: 6 });
}

function addSignatures(sheet: Sheet, signed: Report, { case: facts, trail }: ReportContent): void {
  const columns = [
    { heading: "Signed by", width: 30 },
    { heading: "Meaning", width: 45 },
    { heading: "At (UTC)", width: 25 },
  ];
  const rows = signed.signatures.map((one) => ({ cells: [signerName(one), one.meaning, momentOf(one.at)] }));
  sheet.table(columns, rows);
  sheet.text(
    `${signed.signatures.length} of ${counted(facts.signers, "signature")}. Case ${facts.id}. Head of the trail before this report: ${trail}`,
    {
      size: 6.5,
      colour: "grey",
    },
  );
}

function addAppendix(sheet: Sheet, content: ReportContent): void {
  sheet.turn();
  sheet.pair("Appendix: cells", `${content.case.name}, report ${content.number}`, { size: 10, after: 5 });
  const columns = [
    { heading: "No.", width: 6, isNumber: true },
    { heading: "File", width: 30 },
    { heading: "Model", width: 20 },
    { heading: "Counted", width: 14 },
    { heading: "Reader", width: 14 },
    { heading: "SHA-256", width: 18 },
  ];
  sheet.table(
    columns,
    cellRows(content).map((cells) => ({ cells })),
    7,
  );
  if (sheet.note !== undefined) sheet.text(sheet.note, { size: 7, colour: "alarm" });
}
