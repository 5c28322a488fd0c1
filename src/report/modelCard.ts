import { bytes, count, decimalEstimate, duration, milliseconds, percentEstimate, plural } from "./format.ts";
import { RESEARCH_USE } from "./page.ts";
import { CLASS_FIGURES, classFigure } from "./perClass.ts";
import { boundsText } from "./sections.ts";
import { flattenSettings } from "./settings.ts";
import { type CountRow, classTotals, countRows } from "./splitCounts.ts";
import { summarise } from "./summary.ts";
import type { RunReportInput } from "./types.ts";

/** A short model card in Markdown: what the model is for, how good it is, on what, and what it is not for. */
export function modelCard(input: RunReportInput): string {
  const { title, model, evaluation, warnings, version } = input;
  return `${[
    `# ${plain(title)}`,
    `**${RESEARCH_USE}**`,
    `${plain(model)} names the class of one white blood cell in a microscope image: ${evaluation.classes.map(plain).join(", ")}. Made by Leukogram ${plain(version)}.`,
    "## Figures",
    plain(summarise(evaluation)),
    headlineTable(input),
    classTable(input),
    plain(boundsText(input.bootstrap)),
    "## Data",
    dataText(input),
    countTable(input),
    "## Limits",
    [
      ...warnings.map((warning) => `- ${plain(warning)}`),
      "- Every image is given one of the classes above, also one that shows something else.",
      "- Not for diagnosis or any other clinical use.",
    ].join("\n"),
    "## Model",
    costTable(input),
    "## Settings",
    tableOf(
      ["Setting", "Value"],
      flattenSettings(input.settings).map(([key, value]) => [plain(key), plain(value)]),
    ),
    ...(input.command === undefined ? [] : ["## Make it again", fence(input.command)]),
  ].join("\n\n")}\n`;
}

function headlineTable({ evaluation }: RunReportInput): string {
  return tableOf(
    ["Figure", "Value (95 % limits)"],
    [
      ["Accuracy", percentEstimate(evaluation.accuracy)],
      ["Balanced accuracy", percentEstimate(evaluation.balancedAccuracy)],
      ["Macro F1", percentEstimate(evaluation.macroF1)],
      ["Macro ROC AUC", decimalEstimate(evaluation.macroRocAuc)],
      ["Log loss", decimalEstimate(evaluation.logLoss)],
    ],
  );
}

function classTable({ evaluation }: RunReportInput): string {
  return tableOf(
    ["Class", ...CLASS_FIGURES.map(({ title }) => title), "Test images"],
    evaluation.perClass.map((row) => [
      plain(row.class),
      ...CLASS_FIGURES.map(({ key }) => percentEstimate(classFigure(row, key))),
      count(row.support),
    ]),
  );
}

function dataText({ dataName, skipped }: RunReportInput): string {
  return `${plain(dataName)}. ${skipped.length === 0 ? "No image was skipped." : `${plural(skipped.length, "image")} skipped.`}`;
}

function countTable({ classCounts, evaluation }: RunReportInput): string {
  const rows = countRows(classCounts, evaluation.classes);
  const cells = (row: CountRow) => [plain(row.name), count(row.train), count(row.validation), count(row.test)];
  return tableOf(["Class", "Training", "Validation", "Test"], [...rows, classTotals(rows)].map(cells));
}

function costTable({ costs }: RunReportInput): string {
  return tableOf(
    ["Cost", "Value"],
    [
      ["Parameters", count(costs.parameters)],
      ["File size", bytes(costs.fileBytes)],
      ["Training", duration(costs.trainingSeconds)],
      ["Time an image", milliseconds(costs.millisecondsPerImage)],
    ],
  );
}

function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(heading.map((_, i) => (i === 0 ? "---" : "---:")));
  return [line(heading), rule, ...rows.map(line)].join("\n");
}

/** User text as Markdown shows it: one line, nothing in it acts as Markdown or HTML. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
}

// A fence longer than any run of backticks in the text cannot be closed by it.
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}sh\n${text}\n${mark}`;
}
