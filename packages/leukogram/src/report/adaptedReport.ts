// Report and card of a model that was adapted without labels, and judged by none.
import { predictedClass } from "../evaluation/checkPredictions.ts";
import type { Costs, Predictions } from "../evaluation/types.ts";
import { adaptationText, costTable, settingsTable } from "./cards/modelCard.ts";
import { cellSection, type ShownCells } from "./pictures/cellSection.ts";
import { adaptationSection, settingsList } from "./runReport.ts";
import { className, costList } from "./sections.ts";
import { count, percent, plural } from "./text/format.ts";
import { markdownTable, plainText, shellBlock } from "./text/markdown.ts";
import { markup } from "./text/markup.ts";
import { page, RESEARCH_USE, table, warningList } from "./text/page.ts";
import type { AdaptationFacts } from "./types.ts";

/** All that report and card of such a model say. */
export interface AdaptedReportInput {
  readonly title: string;
  readonly model: string;
  readonly dataName: string;
  readonly classes: readonly string[];
  readonly costs: Costs;
  /** The model's answers to the cells. */
  readonly answers: Predictions;
  readonly cells: ShownCells;
  readonly adaptation: AdaptationFacts;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly version: string;
  readonly command?: string | undefined;
}

const UNKNOWN = "Accuracy can\u2019t be measured without labels.";

interface AnswerCount {
  readonly name: string;
  readonly index: number;
  readonly cells: number;
}

const answerCounts = ({ classes, answers: { rows } }: AdaptedReportInput): AnswerCount[] =>
  classes.map((name, index) => ({
    name,
    index,
    cells: rows.filter((row) => predictedClass(row) === index).length,
  }));

const shareOf = ({ cells }: AnswerCount, { answers: { rows } }: AdaptedReportInput) => percent(cells / rows.length);

/** The report as a self-contained HTML document. */
export function adaptedReport(input: AdaptedReportInput): string {
  const { title, model, dataName, classes, costs, cells, adaptation, answers, settings, version, command } = input;
  const counts = table(answerCounts(input), [
    { heading: "Answer", cell: ({ name, index }) => className(name, index) },
    { heading: "Cells", cell: ({ cells: own }) => count(own), number: true },
    { heading: "Share", cell: (row) => shareOf(row, input), number: true },
  ]);
  return page({
    title,
    kind: "Adaptation report",
    facts: [`Model: ${model}`, `Data: ${dataName}`, plural(answers.rows.length, "unlabelled cell", "unlabelled cells")],
    lead: [markup`<p class="lead">${UNKNOWN}</p>\n`, warningList(input.warnings)],
    sections: [
      adaptationSection(adaptation),
      { id: "answers", heading: "Answers", body: markup`<div class="panel">${counts}</div>` },
      cellSection(cells, classes),
      { id: "model", heading: "Model", body: markup`<div class="panel">${costList(costs, "Adapting")}</div>` },
      { id: "settings", heading: "Training settings", body: settingsList({ settings }) },
      ...(command === undefined
        ? []
        : [
            {
              id: "again",
              heading: "Reproduce this model",
              body: markup`<div class="panel"><pre>${command}</pre></div>`,
            },
          ]),
    ],
    version,
  });
}

/** The model card, in Markdown. It has no figures that other programs could read. */
export function adaptedCard(input: AdaptedReportInput): string {
  const { title, model, dataName, classes, adaptation, warnings, settings, version, command } = input;
  return `${[
    `# ${plainText(title)}`,
    `**${RESEARCH_USE}**`,
    `${plainText(model)} predicts the class of one white blood cell in a microscope image: ${classes.map(plainText).join(", ")}. Made by Leukogram ${plainText(version)}.`,
    plainText(`Adapted to ${dataName}. ${UNKNOWN}`),
    ...adaptationText(adaptation),
    "## Predictions",
    markdownTable(
      ["Answer", "Cells", "Share"],
      answerCounts(input).map((row) => [plainText(row.name), count(row.cells), shareOf(row, input)]),
    ),
    "## Limits",
    [
      ...warnings.map((warning) => `- ${plainText(warning)}`),
      "- Every image is assigned to one of the classes above, even if it shows something else.",
      "- Not for diagnosis or any other clinical use.",
    ].join("\n"),
    "## Model",
    costTable(input),
    "## Training settings",
    settingsTable(settings),
    ...(command === undefined ? [] : ["## Reproduce this model", shellBlock(command)]),
  ].join("\n\n")}\n`;
}
