// A signed report, to read and to print: one page without scripts and without other files.

import { counted } from "@leukogram/engine/core/counted";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { scaleText } from "leukogram/data/scale/scale";
import type { DifferentialReport } from "leukogram/differential/types";
import { type Content, Markup, markup } from "leukogram/report/text/markup";
import { page, RESEARCH_USE, table, warningList } from "leukogram/report/text/page";
import type { z } from "zod";
import type { report } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";
import {
  agreementWords,
  cropWords,
  flagsOf,
  modelWords,
  momentOf,
  printed,
  reportedWords,
  signerName,
  stateOf,
  UNIT,
  warningsOf,
} from "./reportWords.ts";

// A page that was torn off says too what it is not for. Chromium prints margin boxes since version 131.
const EVERY_PAGE = new Markup(
  `<style>@media print{@page{@bottom-left{content:"${RESEARCH_USE}";font:8pt sans-serif}@bottom-right{content:counter(page) " of " counter(pages);font:8pt sans-serif}}}</style>`,
);

/** The HTML of a report. */
export function reportPage(signed: z.infer<typeof report>, content: ReportContent): string {
  const { case: facts, differential, software, model, cells } = content;
  return page({
    title: `Differential count: ${facts.name}`,
    kind: stateOf(signed).words,
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
      facts.collectedAt == null ? "" : `collected ${momentOf(facts.collectedAt)} UTC`,
    ].filter((fact) => fact !== ""),
    lead: markup`${EVERY_PAGE}${content.letterhead && letterheadLines(content.letterhead)}${warningList(remarkable(signed))}${warningList(warningsOf(content).map(printed))}${content.critical && criticalBox(content.critical)}${content.despite && despiteBox(content.despite)}${signed.reason === null ? "" : markup`<p class="lead">Amended: ${signed.reason}</p>`}${facts.comment === "" ? "" : markup`<p class="lead">${facts.comment}</p>`}`,
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

function letterheadLines({ laboratory, lines }: NonNullable<ReportContent["letterhead"]>): Content {
  return (
    laboratory !== "" &&
    markup`<p class="lead"><strong>${laboratory}</strong>${lines.map((line) => markup`<br>${line}`)}</p>`
  );
}

// What became of it later.
const remarkable = ({ voided, supersededBy }: z.infer<typeof report>) => [
  ...(voided === null ? [] : [`This report is void: ${voided}`]),
  ...(supersededBy === null ? [] : [`This report was amended: report ${supersededBy} takes its place.`]),
];

function criticalBox({ values, reported }: NonNullable<ReportContent["critical"]>): Content {
  return markup`<aside class="warnings" aria-label="Critical values"><h2>Critical values</h2><ul>${values.map((text) => markup`<li>${printed(text)}</li>`)}</ul><p>${reportedWords(reported)}</p></aside>
`;
}

function despiteBox({ reason, overrides }: NonNullable<ReportContent["despite"]>): Content {
  return markup`<aside class="warnings" aria-label="Signed despite"><h2>Signed despite the following</h2><ul>${overrides.map((text) => markup`<li>${text}</li>`)}</ul><p>Reason: ${reason}</p></aside>
`;
}

const percent = ({ value, low, high }: Estimate) =>
  markup`${(100 * value).toFixed(1)}<span class="limits">${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}</span>`;

function countSection(content: ReportContent): Content {
  const { differential, full } = content;
  const { classes, unidentified, artefacts, smudges, notes } = differential;
  const flags = flagsOf(content);
  // Reports of which nothing was counted have none.
  const ranges = new Map((full as DifferentialReport | null)?.classes.map((row) => [row.class, row.absoluteRange]));
  const absoluteRange = (row: (typeof classes)[number]) => {
    const range = ranges.get(row.class);
    return range == null ? "n/a" : `${range[0]} to ${range[1]}`;
  };
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
          { heading: `Reference range, ${UNIT}`, cell: absoluteRange, number: true },
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

function signatureSection(signed: z.infer<typeof report>, { trail, case: facts }: ReportContent): Content {
  return markup`<div class="panel">${table(signed.signatures, [
    { heading: "Signed by", cell: signerName },
    { heading: "Meaning", cell: ({ meaning }) => meaning },
    { heading: "At (UTC)", cell: ({ at }) => momentOf(at) },
  ])}</div>
<p>${signed.signatures.length} of ${facts.signers} signatures.</p>
<dl><div><dt>SHA-256 of this report</dt><dd>${signed.sha256}</dd></div><div><dt>Head of the trail before it</dt><dd>${trail}</dd></div>
<div><dt>Case</dt><dd>${facts.id}</dd></div></dl>`;
}

function imageSection(cells: ReportContent["cells"]): Content {
  return markup`<div class="panel scroll">${table(cells, [
    { heading: "No.", cell: ({ number }) => number },
    { heading: "File", cell: ({ file }) => file },
    { heading: "Model", cell: modelWords },
    ...(cells.some(({ crop }) => crop != null) ? [{ heading: "Crop", cell: cropWords }] : []),
    { heading: "Counted", cell: ({ counted }) => counted ?? "not counted" },
    { heading: "Reader", cell: ({ first }) => first?.by ?? "" },
    { heading: "SHA-256", cell: ({ sha256 }) => sha256.slice(0, 16) },
  ])}</div>`;
}
