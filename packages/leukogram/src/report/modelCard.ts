import { cardHeader } from "./cardHeader.ts";
import { bytes, count, decimalEstimate, duration, milliseconds, percentEstimate, plural } from "./format.ts";
import { laboratoryCaption, laboratoryMarkdown } from "./laboratoryTable.ts";
import { markdownTable, plainText, shellBlock } from "./markdown.ts";
import { RESEARCH_USE } from "./page.ts";
import { CLASS_FIGURES, classFigure } from "./perClass.ts";
import { boundsText } from "./sections.ts";
import { flattenSettings } from "./settings.ts";
import { type CountRow, classTotals, countRows } from "./splitCounts.ts";
import { summarise } from "./summary.ts";
import type { RunReportInput } from "./types.ts";

/** A short model card in Markdown: what the model is for, how good it is, on what, and what it is not for. */
export function modelCard(input: RunReportInput): string {
  const { title, model, evaluation, warnings, version, laboratories } = input;
  return `${[
    cardHeader({ name: model, sets: [{ ...evaluation, data: input.dataName }] }),
    `# ${plainText(title)}`,
    `**${RESEARCH_USE}**`,
    `${plainText(model)} names the class of one white blood cell in a microscope image: ${evaluation.classes.map(plainText).join(", ")}. Made by Leukogram ${plainText(version)}.`,
    "## Figures",
    plainText(summarise(evaluation)),
    headlineTable(input),
    classTable(input),
    plainText(boundsText(input.bootstrap)),
    ...(laboratories === undefined
      ? []
      : ["### By laboratory", laboratoryMarkdown(laboratories), plainText(laboratoryCaption(laboratories))]),
    "## Data",
    dataText(input),
    countTable(input),
    "## Limits",
    [
      ...warnings.map((warning) => `- ${plainText(warning)}`),
      "- Every image is given one of the classes above, also one that shows something else.",
      "- Not for diagnosis or any other clinical use.",
    ].join("\n"),
    "## Model",
    costTable(input),
    "## Settings",
    markdownTable(
      ["Setting", "Value"],
      flattenSettings(input.settings).map(([key, value]) => [plainText(key), plainText(value)]),
    ),
    ...(input.command === undefined ? [] : ["## Make it again", shellBlock(input.command)]),
  ].join("\n\n")}\n`;
}

function headlineTable({ evaluation }: RunReportInput): string {
  return markdownTable(
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
  return markdownTable(
    ["Class", ...CLASS_FIGURES.map(({ title }) => title), "Test images"],
    evaluation.perClass.map((row) => [
      plainText(row.class),
      ...CLASS_FIGURES.map(({ key }) => percentEstimate(classFigure(row, key))),
      count(row.support),
    ]),
  );
}

function dataText({ dataName, skipped }: RunReportInput): string {
  return `${plainText(dataName)}. ${skipped.length === 0 ? "No image was skipped." : `${plural(skipped.length, "image")} skipped.`}`;
}

function countTable({ classCounts, evaluation }: RunReportInput): string {
  const rows = countRows(classCounts, evaluation.classes);
  const cells = (row: CountRow) => [plainText(row.name), count(row.train), count(row.validation), count(row.test)];
  return markdownTable(["Class", "Training", "Validation", "Test"], [...rows, classTotals(rows)].map(cells));
}

function costTable({ costs }: RunReportInput): string {
  return markdownTable(
    ["Cost", "Value"],
    [
      ["Parameters", count(costs.parameters)],
      ["File size", bytes(costs.fileBytes)],
      ["Training", duration(costs.trainingSeconds)],
      ["Time an image", milliseconds(costs.millisecondsPerImage)],
    ],
  );
}
