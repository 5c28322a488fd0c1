import { type Content, Markup, markup } from "./markup.ts";
import { pageStyle } from "./pageStyle.ts";

/** One section of a page; `id` is its anchor. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Content;
}

/** What a page consists of. */
export interface PageOptions {
  readonly title: string;
  /** A line above the title. */
  readonly kind: string;
  /** Facts below the title, each a few words. */
  readonly facts: readonly string[];
  readonly lead: Content;
  readonly sections: readonly Section[];
  readonly version: string;
  /** Default: English. */
  readonly words?: PageWords;
}

/** The sentence that stands on every report and card. */
export const RESEARCH_USE = "Research use only; not a medical device.";

/** What a page says of itself, in its language. */
export interface PageWords {
  /** BCP 47. */
  readonly language: string;
  readonly researchUse: string;
  readonly madeBy: (version: string) => string;
  readonly sections: string;
  readonly warnings: string;
  readonly readFirst: string;
}

const ENGLISH: PageWords = {
  language: "en",
  researchUse: RESEARCH_USE,
  madeBy: (version) => `Made by Leukogram ${version}.`,
  sections: "Sections",
  warnings: "Warnings",
  readFirst: "Read this before using these results",
};

/** A whole HTML document that needs no other file, no network and no script. */
export function page({ title, kind, facts, lead, sections, version, words = ENGLISH }: PageOptions): string {
  const links = sections.map(({ id, heading }) => markup`<li><a href="#${id}">${heading}</a></li>`);
  const bodies = sections.map(
    ({ id, heading, body }) => markup`<section id="${id}"><h2>${heading}</h2>
${body}
</section>
`,
  );
  return markup`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Leukogram ${version}">
<title>${title}</title>
<style>${new Markup(pageStyle())}</style>
</head>
<body>
<header>
<div class="top"><p class="kind">${kind}</p><p>${words.researchUse}</p></div>
<h1>${title}</h1>
<p class="facts">${facts.map((fact) => markup`<span>${fact}</span> `)}</p>
</header>
<main>
${lead}
<nav aria-label="${words.sections}"><ul>${links}</ul></nav>
${bodies}</main>
<footer><p><strong>${words.researchUse}</strong></p><p>${words.madeBy(version)}</p></footer>
</body>
</html>
`.text;
}

/** A plot in a page; it scrolls sideways where the window is narrow, so that its text stays readable. */
export function plot(svg: string, caption?: Content): Markup {
  const text = caption === undefined ? "" : markup`<figcaption>${caption}</figcaption>`;
  return markup`<figure><div class="scroll">${new Markup(svg)}</div>${text}</figure>`;
}

/** One column of a {@link table}. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => Content;
  /** Numbers stand at the right. */
  readonly number?: boolean;
}

/** A table whose first column names its rows. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { foot }: { readonly foot?: Row | undefined } = {},
): Markup {
  const kind = (column: Column<Row>) => (column.number === true ? markup` class="number"` : undefined);
  const cells = (row: Row) =>
    columns.map((column, i) =>
      i === 0 ? markup`<th scope="row">${column.cell(row)}</th>` : markup`<td${kind(column)}>${column.cell(row)}</td>`,
    );
  const head = columns.map((column) => markup`<th scope="col"${kind(column)}>${column.heading}</th>`);
  const footer = foot === undefined ? undefined : markup`<tfoot><tr>${cells(foot)}</tr></tfoot>`;
  return markup`<div class="scroll"><table><thead><tr>${head}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${cells(row)}</tr>\n`)}</tbody>${footer}</table></div>`;
}

/** Names with their values, such as a model's costs. */
export function factList(facts: readonly (readonly [string, Content])[]): Markup {
  return markup`<dl>${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

/** What a reader must know before believing the figures; nothing if there is nothing to say. */
export function warningList(warnings: readonly string[], words: PageWords = ENGLISH): Markup | undefined {
  if (warnings.length === 0) return undefined;
  const items = warnings.map((warning) => markup`<li>${warning}</li>`);
  return markup`<aside class="warnings" aria-label="${words.warnings}"><h2>${words.readFirst}</h2><ul>${items}</ul></aside>\n`;
}
