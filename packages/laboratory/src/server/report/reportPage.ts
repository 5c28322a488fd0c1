// A signed report, to read and to print: one page without scripts and without other files.

import type { Estimate } from "@leukogram/engine/core/estimate";
import type { DifferentialReport } from "leukogram/differential/types";
import { type Content, Markup, markup } from "leukogram/report/text/markup";
import { type PageWords, page, table, warningList } from "leukogram/report/text/page";
import type { z } from "zod";
import type { ReportSpeech } from "../../messages/reportSpeech.ts";
import type { report } from "../contract/cases.ts";
import type { ReportContent } from "./reportContent.ts";
import {
  ageValues,
  agreementWords,
  countedWords,
  cropWords,
  erythroblastWords,
  flagsOf,
  modelWords,
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
} from "./reportWords.ts";

// A page that was torn off says too what it is not for. Chromium prints margin boxes since version 131.
const everyPage = ({ say }: ReportSpeech) =>
  new Markup(
    `<style>@media print{@page{@bottom-left{content:"${say("print.notice")}";font:8pt sans-serif}@bottom-right{content:counter(page) " ${say("print.pages")} " counter(pages);font:8pt sans-serif}}}</style>`,
  );

const pageWords = ({ language, say }: ReportSpeech): PageWords => ({
  language,
  researchUse: say("print.notice"),
  madeBy: (version) => say("print.madeBy", { version }),
  sections: say("print.sections"),
  warnings: say("print.warnings"),
  readFirst: say("print.readFirst"),
});

/** The HTML of a report. */
export function reportPage(signed: z.infer<typeof report>, content: ReportContent): string {
  const { case: facts, software, cells } = content;
  const speech = speechOf(content);
  const { say } = speech;
  const words = pageWords(speech);
  return page({
    title: say("print.title", { name: facts.name }),
    kind: stateOf(signed, speech).words,
    facts: factsOf(signed, content, speech),
    lead: markup`${everyPage(speech)}${content.letterhead && letterheadLines(content.letterhead)}${warningList(remarkable(signed, speech), words)}${warningList(warningsOf(content, speech).map(printed), words)}${content.critical && criticalBox(content.critical, speech)}${content.despite && despiteBox(content.despite, speech)}${signed.reason === null ? "" : markup`<p class="lead">${say("print.amended", { reason: signed.reason })}</p>`}${facts.comment === "" ? "" : markup`<p class="lead">${facts.comment}</p>`}`,
    version: software.version,
    words,
    sections: [
      { id: "count", heading: say("print.count"), body: countSection(content, speech) },
      ...(content.agreement === null
        ? []
        : [
            {
              id: "agreement",
              heading: say("print.secondReading"),
              body: markup`<p>${agreementWords(content.agreement, speech)}</p>`,
            },
          ]),
      { id: "signatures", heading: say("print.signatures"), body: signatureSection(signed, content, speech) },
      { id: "images", heading: say("print.images"), body: imageSection(cells, speech) },
    ],
  });
}

function factsOf(signed: z.infer<typeof report>, content: ReportContent, speech: ReportSpeech): string[] {
  const { case: facts, differential, model, cells, scale, reviewed } = content;
  const { say, plain, moment } = speech;
  return [
    content.order === undefined ? "" : orderFact(content, speech),
    say("print.report", { number: signed.number }),
    say("print.counted", { cells: differential.cells }),
    say("print.labelled", { reviewed, cells: cells.length }),
    say("print.model", { model }),
    scale === undefined ? "" : scaleWords(scale, speech),
    facts.leukocytes === null ? "" : say("print.whiteCells", { count: plain(facts.leukocytes), unit: UNIT }),
    facts.age === null ? "" : say("print.age", ageValues(facts.age, speech)),
    facts.sex == null ? "" : say(`print.${facts.sex}`),
    facts.collectedAt == null ? "" : say("print.collected", { at: moment(facts.collectedAt) }),
  ].filter((fact) => fact !== "");
}

// Whose blood it is, as the case has it, which may not be the order's.
function orderFact({ order, case: { patient, birthDate } }: ReportContent, { say, day }: ReportSpeech): string {
  const born = birthDate == null ? "" : say("print.born", { day: day(birthDate) });
  const person = [patient ?? "", born].filter((part) => part !== "");
  return [say("print.accession", { number: String(order!.accession) }), ...person].join(", ");
}

function letterheadLines({ laboratory, lines }: NonNullable<ReportContent["letterhead"]>): Content {
  return (
    laboratory !== "" &&
    markup`<p class="lead"><strong>${laboratory}</strong>${lines.map((line) => markup`<br>${line}`)}</p>`
  );
}

// What became of it later.
const remarkable = ({ voided, supersededBy }: z.infer<typeof report>, { say }: ReportSpeech) => [
  ...(voided === null ? [] : [say("print.isVoid", { reason: voided })]),
  ...(supersededBy === null ? [] : [say("print.wasAmended", { number: supersededBy })]),
];

function criticalBox({ values, reported }: NonNullable<ReportContent["critical"]>, speech: ReportSpeech): Content {
  const title = speech.say("print.critical");
  return markup`<aside class="warnings" aria-label="${title}"><h2>${title}</h2><ul>${values.map((text) => markup`<li>${printed(speech.said(text))}</li>`)}</ul><p>${reportedWords(reported, speech)}</p></aside>
`;
}

function despiteBox(
  { reason, overrides }: NonNullable<ReportContent["despite"]>,
  { say, said }: ReportSpeech,
): Content {
  return markup`<aside class="warnings" aria-label="${say("print.despiteShort")}"><h2>${say("print.despite")}</h2><ul>${overrides.map((text) => markup`<li>${said(text)}</li>`)}</ul><p>${say("print.reason", { reason })}</p></aside>
`;
}

function countSection(content: ReportContent, speech: ReportSpeech): Content {
  const { differential, full } = content;
  const { classes } = differential;
  const { say, decimal, className } = speech;
  const [subtypes, red] = [subtypeRows(content, speech), erythroblastWords(content, speech)];
  const flags = flagsOf(content, speech);
  // Reports of which nothing was counted have none.
  const ranges = new Map((full as DifferentialReport | null)?.classes.map((row) => [row.class, row.absoluteRange]));
  const between = (range: readonly [number, number] | null | undefined) =>
    range == null
      ? say("print.notAvailable")
      : say("print.span", { low: speech.plain(range[0]), high: speech.plain(range[1]) });
  const estimate = ({ value, low, high }: Estimate, times: number, digits: number) => {
    const [least, most] = [decimal(times * low, digits), decimal(times * high, digits)];
    return markup`${decimal(times * value, digits)}<span class="limits">${say("print.span", { low: least, high: most })}</span>`;
  };
  const withAbsolute = classes.some(({ absolute }) => absolute !== null);
  return markup`<div class="panel scroll">${table(classes, [
    { heading: say("print.class"), cell: (row) => className(row.class) },
    { heading: say("print.cells"), cell: (row) => row.count, number: true },
    { heading: say("print.modelOnly"), cell: (row) => row.before, number: true },
    { heading: say("print.share"), cell: (row) => estimate(row.share, 100, 1), number: true },
    { heading: say("print.referenceRange"), cell: (row) => between(row.range), number: true },
    ...(withAbsolute
      ? [
          {
            heading: say("print.absolute", { unit: UNIT }),
            cell: (row: (typeof classes)[number]) => (row.absolute === null ? "" : estimate(row.absolute, 1, 2)),
            number: true,
          },
          {
            heading: say("print.absoluteReferenceRange", { unit: UNIT }),
            cell: (row: (typeof classes)[number]) => between(ranges.get(row.class)),
            number: true,
          },
        ]
      : []),
  ])}</div>
${subtypes.length > 0 && subtypeTable(subtypes, speech)}
${red !== "" && markup`<p>${red}</p>`}
<p>${uncountedWords(content, speech)}</p>
${flags.length > 0 && markup`<ul>${flags.map((flag) => markup`<li>${printed(flag)}</li>`)}</ul>`}
${notesOf(content, speech).map((note) => markup`<p class="minor">${printed(note)}</p>`)}
${full !== null && markup`<p class="minor">${rangesWords(full.ranges, speech)}</p>`}`;
}

function subtypeTable(rows: readonly (readonly string[])[], speech: ReportSpeech): Content {
  const columns = subtypeHeadings(speech).map((heading, i) => ({
    heading,
    cell: (row: readonly string[]) => row[i]!,
    ...(i > 1 && { number: true }),
  }));
  return markup`<h3>${speech.say("print.subtypes")}</h3><div class="panel scroll">${table(rows, columns)}</div>`;
}

function signatureSection(
  signed: z.infer<typeof report>,
  { trail, case: facts }: ReportContent,
  { say, moment }: ReportSpeech,
): Content {
  return markup`<div class="panel">${table(signed.signatures, [
    { heading: say("print.signedBy"), cell: signerName },
    { heading: say("print.meaning"), cell: ({ meaning }) => meaning },
    { heading: say("print.at"), cell: ({ at }) => moment(at) },
  ])}</div>
<p>${say("print.signed", { signed: signed.signatures.length, needed: facts.signers })}</p>
<dl><div><dt>${say("print.sha256")}</dt><dd>${signed.sha256}</dd></div><div><dt>${say("print.trail")}</dt><dd>${trail}</dd></div>
<div><dt>${say("print.case")}</dt><dd>${facts.id}</dd></div></dl>`;
}

function imageSection(cells: ReportContent["cells"], speech: ReportSpeech): Content {
  const { say } = speech;
  return markup`<div class="panel scroll">${table(cells, [
    { heading: say("print.number"), cell: ({ number }) => number },
    { heading: say("print.file"), cell: ({ file }) => file },
    { heading: say("print.modelHeading"), cell: (cell) => modelWords(cell, speech) },
    ...(cells.some(({ crop }) => crop != null)
      ? [
          {
            heading: say("print.crop"),
            cell: (cell: ReportContent["cells"][number]) => cropWords(cell, speech),
          },
        ]
      : []),
    { heading: say("print.countedHeading"), cell: (cell) => countedWords(cell, speech) },
    { heading: say("print.reader"), cell: ({ first }) => first?.by ?? "" },
    { heading: "SHA-256", cell: ({ sha256 }) => sha256.slice(0, 16) },
  ])}</div>`;
}
