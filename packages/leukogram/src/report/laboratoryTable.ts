import type { LaboratoryEvaluation, LaboratoryFigures } from "../evaluation/laboratories/laboratories.ts";
import type { Evaluation } from "../evaluation/types.ts";
import { percentCell } from "./sections.ts";
import { seedMean } from "./seedMean.ts";
import { count, NOT_KNOWN, percentEstimate } from "./text/format.ts";
import { markdownTable, plainText } from "./text/markdown.ts";
import { type Content, markup } from "./text/markup.ts";
import { type Column, table } from "./text/page.ts";
import { textTable } from "./text/textTable.ts";

const NUMBERS = ["count", "accuracy", "balancedAccuracy"] as const;
const HEADINGS = { count: "images", accuracy: "accuracy", balancedAccuracy: "balanced accuracy" };

/** What is known of one laboratory, or the mean over all. */
interface Row {
  readonly name: string;
  /** Of the model that has not seen it. */
  readonly unseen: Figures | undefined;
  /** Of the model that was trained on all. */
  readonly seen: Figures | undefined;
}

type Figures = Partial<Pick<Evaluation, (typeof NUMBERS)[number]>>;

/** Figures of laboratories by models that have not seen them. */
export function unseenLaboratories(figures: LaboratoryFigures | undefined): readonly LaboratoryEvaluation[] {
  return [...(figures?.leaveOneOut?.laboratories ?? []), ...(figures?.neverSeen ?? [])];
}

function rowsOf(figures: LaboratoryFigures): Row[] {
  const unseen = unseenLaboratories(figures);
  const { test, validation } = figures;
  const names = [...new Set([...validation, ...test, ...unseen].map(({ laboratory }) => laboratory))].sort();
  const of = (all: readonly LaboratoryEvaluation[], name: string) =>
    all.find(({ laboratory }) => laboratory === name)?.evaluation;
  const rows = names.map((name) => ({
    name,
    unseen: of(unseen, name),
    seen: of(test, name) ?? of(validation, name),
  }));
  return [...rows, { name: "Mean over laboratories", unseen: mean(rows, "unseen"), seen: mean(rows, "seen") }];
}

// A laboratory counts as much as another, however many images it has.
function mean(rows: readonly Row[], which: "unseen" | "seen"): Figures {
  const values = (key: "accuracy" | "balancedAccuracy") =>
    seedMean(rows.flatMap((row) => row[which]?.[key]?.value ?? []));
  const [accuracy, balancedAccuracy] = [values("accuracy"), values("balancedAccuracy")];
  return { ...(accuracy && { accuracy }), ...(balancedAccuracy && { balancedAccuracy }) };
}

interface Cell {
  readonly which: "unseen" | "seen";
  readonly key: (typeof NUMBERS)[number];
}

function cellsOf(figures: LaboratoryFigures): Cell[] {
  const groups = unseenLaboratories(figures).length === 0 ? (["seen"] as const) : (["unseen", "seen"] as const);
  return groups.flatMap((which) => NUMBERS.map((key) => ({ which, key })));
}

function heading({ which, key }: Cell): string {
  return which === "unseen" ? `Unseen: ${HEADINGS[key]}` : `Seen: ${HEADINGS[key]}`;
}

function cellText(row: Row, { which, key }: Cell): string {
  const figures = row[which];
  if (key === "count") return figures?.count === undefined ? "" : count(figures.count);
  return figures === undefined ? NOT_KNOWN : percentEstimate(figures[key]);
}

/** Figures by laboratory as lines of text. */
export function laboratoryText(figures: LaboratoryFigures): string {
  const cells = cellsOf(figures);
  const rows = rowsOf(figures).map((row) => [row.name, ...cells.map((cell) => cellText(row, cell))]);
  return textTable([["Laboratory", ...cells.map(heading)], ...rows]);
}

/** The same as a table in Markdown. */
export function laboratoryMarkdown(figures: LaboratoryFigures): string {
  const cells = cellsOf(figures);
  const rows = rowsOf(figures).map((row) => [plainText(row.name), ...cells.map((cell) => cellText(row, cell))]);
  return markdownTable(["Laboratory", ...cells.map(heading)], rows);
}

/** What the columns mean, in one sentence or two. */
export function laboratoryCaption(figures: LaboratoryFigures): string {
  const seen =
    "Seen: the model of this run, which was trained on this laboratory, evaluated on the laboratory\u2019s test images, or on its validation images if it has no test images.";
  if (unseenLaboratories(figures).length === 0) return seen;
  return `Unseen: a model with the same recipe, trained on the other laboratories and evaluated on this one. This is what to expect in a new laboratory. ${seen}`;
}

/** The same as a section of a page, with its notes. */
export function laboratorySection(figures: LaboratoryFigures): Content {
  const columns: Column<Row>[] = [
    { heading: "Laboratory", cell: ({ name }) => name },
    ...cellsOf(figures).map((cell) => ({
      heading: heading(cell),
      cell: (row: Row): Content =>
        cell.key === "count" ? cellText(row, cell) : percentCell(row[cell.which]?.[cell.key]),
      number: true,
    })),
  ];
  const all = rowsOf(figures);
  const notes = figures.leaveOneOut?.notes ?? [];
  return [
    markup`<p class="minor">${laboratoryCaption(figures)} Intervals for a laboratory are over its images; the interval for the mean is over laboratories.</p>`,
    markup`<div class="panel">${table(all.slice(0, -1), columns, { foot: all.at(-1) })}</div>`,
    notes.length > 0 && markup`<ul>${notes.map((note) => markup`<li>${note}</li>`)}</ul>`,
  ];
}
