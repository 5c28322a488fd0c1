import { headlineText, headlineTitle } from "../headlines.ts";
import { laboratoryCaption, laboratoryMarkdown } from "../laboratoryTable.ts";
import { CLASS_COLUMNS, classFigure } from "../perClass.ts";
import { boundsText } from "../sections.ts";
import { flattenSettings } from "../settings.ts";
import { type CountRow, classTotals, countRows } from "../splitCounts.ts";
import { summarise } from "../summary.ts";
import { bytes, count, milliseconds, percentEstimate, plural, withCpu } from "../text/format.ts";
import { markdownTable, plainText, shellBlock } from "../text/markdown.ts";
import { RESEARCH_USE } from "../text/page.ts";
import type { AdaptationFacts, RunReportInput } from "../types.ts";
import { cardHeader } from "./cardHeader.ts";

/** A short model card in Markdown: what the model is for, how good it is, on what, and what it is not for. */
export function modelCard(input: RunReportInput): string {
  const { title, model, evaluation, warnings, version, laboratories } = input;
  return `${[
    cardHeader({ name: model, sets: [{ ...evaluation, data: input.dataName }] }),
    `# ${plainText(title)}`,
    `**${RESEARCH_USE}**`,
    `${plainText(model)} predicts the class of one white blood cell in a microscope image: ${evaluation.classes.map(plainText).join(", ")}. Made by Leukogram ${plainText(version)}.`,
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
    ...adaptationText(input.adaptation),
    "## Limits",
    [
      ...warnings.map((warning) => `- ${plainText(warning)}`),
      "- Every image is assigned to one of the classes above, even if it shows something else.",
      "- Not for diagnosis or any other clinical use.",
    ].join("\n"),
    "## Model",
    ...(input.told ? [plainText(input.told.join(" "))] : []),
    costTable(input),
    "## Settings",
    settingsTable(input.settings),
    ...(input.command === undefined ? [] : ["## Reproduce this model", shellBlock(input.command)]),
  ].join("\n\n")}\n`;
}

/** How a model was made of another, and what was found. */
export function adaptationText(adaptation: AdaptationFacts | undefined): string[] {
  if (adaptation === undefined) return [];
  const { from, outcome, findings } = adaptation;
  const rows = findings.map(({ name, text }) => [plainText(name), plainText(text)]);
  return ["## Adaptation", plainText(`Adapted from ${from}. ${outcome}`), markdownTable(["Found", "Value"], rows)];
}

function headlineTable({ evaluation }: RunReportInput): string {
  return markdownTable(
    ["Metric", "Value (95 % interval)"],
    (["accuracy", "balancedAccuracy", "macroF1", "macroRocAuc", "logLoss"] as const).map((name) => [
      headlineTitle(name),
      headlineText(name, evaluation),
    ]),
  );
}

function classTable({ evaluation }: RunReportInput): string {
  return markdownTable(
    ["Class", ...CLASS_COLUMNS.map(({ title }) => title), "Test images"],
    evaluation.perClass.map((row) => [
      plainText(row.class),
      ...CLASS_COLUMNS.map(({ key }) => percentEstimate(classFigure(row, key))),
      count(row.support),
    ]),
  );
}

function dataText({ dataName, skipped }: RunReportInput): string {
  return `${plainText(dataName)}. ${skipped.length === 0 ? "No images were skipped." : `${plural(skipped.length, "image")} skipped.`}`;
}

function countTable({ classCounts, evaluation }: RunReportInput): string {
  const rows = countRows(classCounts, evaluation.classes);
  const cells = (row: CountRow) => [plainText(row.name), count(row.train), count(row.validation), count(row.test)];
  return markdownTable(["Class", "Training", "Validation", "Test"], [...rows, classTotals(rows)].map(cells));
}

/** The settings of a training, one by one. */
export function settingsTable(settings: RunReportInput["settings"]): string {
  return markdownTable(
    ["Setting", "Value"],
    flattenSettings(settings).map(([key, value]) => [plainText(key), plainText(value)]),
  );
}

/** What a model costs. */
export function costTable({ costs, adaptation }: Pick<RunReportInput, "costs" | "adaptation">): string {
  return markdownTable(
    ["Cost", "Value"],
    [
      ["Parameters", count(costs.parameters)],
      ["File size", bytes(costs.fileBytes)],
      [adaptation ? "Adapting" : "Training", withCpu(costs.trainingSeconds, costs.trainingCpuSeconds)],
      ["Time per image", withCpu(costs.millisecondsPerImage, costs.cpuMillisecondsPerImage, milliseconds)],
    ],
  );
}
