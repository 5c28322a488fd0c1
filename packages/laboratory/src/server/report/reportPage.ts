// A signed report, to read and to print: one page without scripts and without other files.

import { counted } from "@leukogram/engine/core/counted";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { leavesPicture } from "leukogram/cells/cropCounts";
import { scaleText } from "leukogram/data/scale/scale";
import { type Content, Markup, markup } from "leukogram/report/text/markup";
import { page, RESEARCH_USE, table, warningList } from "leukogram/report/text/page";
import type { z } from "zod";
import type { report } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";

// A page that was torn off says too what it is not for. Chromium prints margin boxes since version 131.
const EVERY_PAGE = new Markup(
  `<style>@media print{@page{@bottom-left{content:"${RESEARCH_USE}";font:8pt sans-serif}@bottom-right{content:counter(page) " of " counter(pages);font:8pt sans-serif}}}</style>`,
);

/** Units in plain text, as sentences of the count have them, as they are printed. */
const printed = (text: string) => text.replaceAll("10^9/L", UNIT);
const UNIT = "10⁹/L";

/** The HTML of a report. */
export function reportPage(signed: z.infer<typeof report>, content: ReportContent): string {
  const { case: facts, differential, software, model, cells } = content;
  const signedState = signed.isFinal
    ? signed.number > 1
      ? "Amended report"
      : "Final report"
    : "Preliminary: not fully signed";
  const state = signed.voided === null ? signedState : `Void. ${signedState}`;
  return page({
    title: `Differential count: ${facts.name}`,
    kind: state,
    facts: [
      content.order === undefined ? "" : orderFact(content),
      `Report ${signed.number}`,
      `${counted(differential.cells, "cell")} counted`,
      `${content.reviewed} of ${cells.length} labelled by a reader`,
      `model ${model}`,
      content.scale === undefined ? "" : scaleText(content.scale),
      facts.leukocytes === null ? "" : `white blood cells ${facts.leukocytes} × ${UNIT}`,
      facts.age === null ? "" : `age ${counted(facts.age, "year")}`,
      facts.sex ?? "",
    ].filter((fact) => fact !== ""),
    lead: markup`${EVERY_PAGE}${warningList(signed.voided === null ? [] : [`This report is void: ${signed.voided}`])}${warningList(warningsOf(content).map(printed))}${content.critical && criticalBox(content.critical)}${content.despite && despiteBox(content.despite)}${signed.reason === null ? "" : markup`<p class="lead">Amended: ${signed.reason}</p>`}${facts.comment === "" ? "" : markup`<p class="lead">${facts.comment}</p>`}`,
    version: software.version,
    sections: [
      { id: "count", heading: "Count", body: countSection(content) },
      ...(content.agreement === null
        ? []
        : [{ id: "agreement", heading: "Second reading", body: agreementSection(content.agreement) }]),
      { id: "signatures", heading: "Signatures", body: signatureSection(signed, content) },
      { id: "images", heading: "Images", body: imageSection(cells) },
    ],
  });
}

// Whose blood it is, as the case has it, which may not be the order's.
function orderFact({ order, case: { patient, birthDate } }: ReportContent): string {
  const person = [patient ?? "", birthDate == null ? "" : `born ${birthDate}`].filter((part) => part !== "");
  return [`Accession number ${order!.accession}`, ...person].join(", ");
}

/** What a reader of a report must know before its count; reports of older versions have it among the flags alone. */
export const warningsOf = ({ differential }: ReportContent): readonly string[] => differential.warnings ?? [];

/** Why a report was signed despite what stood against it, in sentences. */
export const despiteWords = ({ reason, overrides }: NonNullable<ReportContent["despite"]>): string =>
  `Signed despite the following: ${overrides.join(" ")} Reason: ${reason}`;

/** Critical values and to whom they were reported, in sentences. */
export const criticalWords = ({ values, reported }: NonNullable<ReportContent["critical"]>): string =>
  `Critical: ${values.join(" ")} ${reportedWords(reported)}`;

const reportedWords = ({ to, at }: NonNullable<ReportContent["critical"]>["reported"]) =>
  `Reported to ${to} at ${momentOf(at)} UTC.`;

function criticalBox({ values, reported }: NonNullable<ReportContent["critical"]>): Content {
  return markup`<aside class="warnings" aria-label="Critical values"><h2>Critical values</h2><ul>${values.map((text) => markup`<li>${printed(text)}</li>`)}</ul><p>${reportedWords(reported)}</p></aside>
`;
}

function despiteBox({ reason, overrides }: NonNullable<ReportContent["despite"]>): Content {
  return markup`<aside class="warnings" aria-label="Signed despite"><h2>Signed despite the following</h2><ul>${overrides.map((text) => markup`<li>${text}</li>`)}</ul><p>Reason: ${reason}</p></aside>
`;
}

const momentOf = (at: string) => at.replace("T", " ").slice(0, 19);

const percent = ({ value, low, high }: Estimate) =>
  markup`${(100 * value).toFixed(1)}<span class="limits">${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}</span>`;

function countSection(content: ReportContent): Content {
  const { differential, full } = content;
  const { classes, unidentified, artefacts, smudges, notes } = differential;
  const flags = differential.flags.filter((flag) => !warningsOf(content).includes(flag));
  const withAbsolute = classes.some(({ absolute }) => absolute !== null);
  return markup`<div class="panel scroll">${table(classes, [
    { heading: "Class", cell: (row) => row.class },
    { heading: "Cells", cell: (row) => row.count, number: true },
    { heading: "Model only", cell: (row) => row.before, number: true },
    { heading: "Share, % (95 % interval)", cell: (row) => percent(row.share), number: true },
    {
      heading: "Reference range, %",
      cell: (row) => (row.range === null ? "n/a" : `${row.range[0]} to ${row.range[1]}`),
      number: true,
    },
    ...(withAbsolute
      ? [
          {
            heading: `${UNIT} (95 % interval)`,
            cell: (row: (typeof classes)[number]) =>
              row.absolute === null
                ? ""
                : markup`${row.absolute.value.toFixed(2)}<span class="limits">${row.absolute.low.toFixed(2)} to ${row.absolute.high.toFixed(2)}</span>`,
            number: true,
          },
        ]
      : []),
  ])}</div>
<p>Not counted: ${unidentified} unidentified, ${counted(artefacts, "artefact")}, ${counted(smudges, "smudge cell")}.</p>
${flags.length > 0 && markup`<ul>${flags.map((flag) => markup`<li>${printed(flag)}</li>`)}</ul>`}
${notes.map((note) => markup`<p class="minor">${printed(note)}</p>`)}
${full !== null && markup`<p class="minor">Reference ranges: ${full.ranges.name}. ${full.ranges.source}.</p>`}`;
}

function agreementSection(agreement: NonNullable<ReportContent["agreement"]>): Content {
  return markup`<p>${agreementWords(agreement)}</p>`;
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

function signatureSection(signed: z.infer<typeof report>, { trail, case: facts }: ReportContent): Content {
  return markup`<div class="panel">${table(signed.signatures, [
    { heading: "Signed by", cell: ({ by }) => by },
    { heading: "Meaning", cell: ({ meaning }) => meaning },
    { heading: "At (UTC)", cell: ({ at }) => momentOf(at) },
  ])}</div>
<p>${signed.signatures.length} of ${facts.signers} signatures.</p>
<dl><div><dt>SHA-256 of this report</dt><dd>${signed.sha256}</dd></div><div><dt>Head of the trail before it</dt><dd>${trail}</dd></div>
<div><dt>Case</dt><dd>${facts.id}</dd></div></dl>`;
}

function cropCell({ crop }: ReportContent["cells"][number]): string {
  if (crop == null) return "";
  const outside = leavesPicture(crop.outside) ? `${Math.round(100 * crop.outside)} % outside the image` : "";
  return [outside, crop.nucleus ? "" : "no nucleus found"].filter(Boolean).join(", ");
}

function imageSection(cells: ReportContent["cells"]): Content {
  return markup`<div class="panel scroll">${table(cells, [
    { heading: "No.", cell: ({ number }) => number },
    { heading: "File", cell: ({ file }) => file },
    {
      heading: "Model",
      cell: ({ predicted, isRejected, error }) => error ?? `${predicted ?? ""}${isRejected ? " (uncertain)" : ""}`,
    },
    ...(cells.some(({ crop }) => crop != null) ? [{ heading: "Crop", cell: cropCell }] : []),
    { heading: "Counted", cell: ({ counted }) => counted ?? "not counted" },
    { heading: "Reader", cell: ({ first }) => first?.by ?? "" },
    { heading: "SHA-256", cell: ({ sha256 }) => sha256.slice(0, 16) },
  ])}</div>`;
}
