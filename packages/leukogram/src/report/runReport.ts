import type { SkippedImage } from "../data/loading/cacheBuild.ts";
import { minorFigures } from "./headlines.ts";
import { laboratorySection } from "./laboratoryTable.ts";
import { cellSection } from "./pictures/cellSection.ts";
import { confusionMatrixPlot } from "./plots/confusionMatrixPlot.ts";
import { precisionRecallPlot, rocPlot } from "./plots/curvePlots.ts";
import { learningCurves } from "./plots/learningCurves.ts";
import { perClassBars } from "./plots/perClassBars.ts";
import { boundsText, className, classTable, costList, headlineCards, mistakeList, reportText } from "./sections.ts";
import { flattenSettings } from "./settings.ts";
import { type CountRow, classTotals, countRows } from "./splitCounts.ts";
import { summarise } from "./summary.ts";
import { count, percent, plural } from "./text/format.ts";
import { type Content, type Markup, markup } from "./text/markup.ts";
import { factList, page, plot, type Section, table, warningList } from "./text/page.ts";
import type { AdaptationFacts, RunReportInput } from "./types.ts";

const SKIPPED_SHOWN = 200;

/** The report of one trained model as a self-contained HTML document. */
export function runReport(input: RunReportInput): string {
  const { title, model, dataName, evaluation, version } = input;
  return page({
    title,
    kind: "Run report",
    facts: [`Model: ${model}`, `Data: ${dataName}`, plural(evaluation.count, "test image")],
    lead: [
      headlineCards(evaluation),
      markup`<p class="lead">${summarise(evaluation)}</p>\n`,
      markup`<p class="minor">${minorFigures(evaluation)}. Brackets show 95 % intervals.</p>\n`,
      warningList(input.warnings),
    ],
    sections: sectionsOf(input),
    version,
  });
}

function sectionsOf(input: RunReportInput): readonly Section[] {
  const { evaluation, history, curves, laboratories, cells, adaptation } = input;
  return [
    ...(adaptation === undefined ? [] : [adaptationSection(adaptation)]),
    ...(laboratories === undefined
      ? []
      : [{ id: "laboratories", heading: "By laboratory", body: laboratorySection(laboratories) }]),
    { id: "confusion", heading: "Confusion matrix", body: confusionSection(input) },
    ...(cells === undefined ? [] : [cellSection(cells, evaluation.classes)]),
    {
      id: "classes",
      heading: "By class",
      body: [plot(perClassBars(evaluation)), classTable(evaluation)],
    },
    {
      id: "roc",
      heading: "ROC and precision-recall curves",
      body: [
        markup`<p class="minor">Each class against the rest, over all probability thresholds.</p>`,
        plot(rocPlot(curves.roc)),
        plot(precisionRecallPlot(curves.precisionRecall)),
      ],
    },
    ...(history.length === 0
      ? []
      : [{ id: "learning", heading: "Learning", body: plot(learningCurves([{ name: input.model, rows: history }])) }]),
    { id: "data", heading: "Data", body: dataSection(input) },
    { id: "model", heading: "Model", body: modelSection(input) },
    { id: "report", heading: "Classification report", body: reportText(evaluation) },
    { id: "settings", heading: "Settings", body: settingsList(input) },
    { id: "method", heading: "Methods", body: methodSection(input) },
  ];
}

/** How a model was made of another, what was found, and which files its run has not. */
export function adaptationSection({ from, outcome, findings, lacks }: AdaptationFacts): Section {
  return {
    id: "adaptation",
    heading: "Adaptation",
    body: [
      markup`<p>Adapted from ${from}. ${outcome}</p>`,
      markup`<div class="panel">${table(findings, [
        { heading: "Found", cell: ({ name }) => name },
        { heading: "Value", cell: ({ text }) => text },
      ])}</div>`,
      lacks.map((sentence) => markup`<p class="minor">${sentence}</p>`),
    ],
  };
}

function confusionSection({ evaluation }: RunReportInput): Content {
  return markup`<div class="beside">${plot(confusionMatrixPlot(evaluation))}<div><h3>Most frequent mistakes</h3>${mistakeList(evaluation)}</div></div>`;
}

function dataSection({ dataName, classCounts, skipped, evaluation }: RunReportInput): Content {
  const rows = countRows(classCounts, evaluation.classes);
  const number = true;
  const columns = [
    { heading: "Class", cell: (row: CountRow) => (row.total ? row.name : className(row.name, row.index)) },
    { heading: "Training", cell: (row: CountRow) => count(row.train), number },
    { heading: "Validation", cell: (row: CountRow) => count(row.validation), number },
    { heading: "Test", cell: (row: CountRow) => count(row.test), number },
    { heading: "All", cell: (row: CountRow) => count(row.train + row.validation + row.test), number },
  ];
  return [
    markup`<p>${dataName}. ${skippedText(skipped)}</p>`,
    markup`<div class="panel">${table(rows, columns, { foot: classTotals(rows) })}</div>`,
    skippedList(skipped),
  ];
}

function skippedText(skipped: readonly SkippedImage[]): string {
  return skipped.length === 0 ? "No images were skipped." : `${plural(skipped.length, "image")} skipped.`;
}

function skippedList(skipped: readonly SkippedImage[]): Markup | undefined {
  if (skipped.length === 0) return undefined;
  const shown = table(skipped.slice(0, SKIPPED_SHOWN), [
    { heading: "File", cell: ({ file }) => markup`<code>${file}</code>` },
    { heading: "Reason", cell: ({ reason }) => reason },
  ]);
  const rest = skipped.length - SKIPPED_SHOWN;
  return markup`<details><summary>Skipped images</summary><div class="panel">${shown}${rest > 0 && markup`<p class="minor">and ${rest} more</p>`}</div></details>`;
}

function modelSection({ model, costs, adaptation, told = [] }: RunReportInput): Content {
  return [
    markup`<p>${[`${model}.`, ...told].join(" ")}</p>`,
    markup`<div class="panel">${costList(costs, adaptation && "Adapting")}</div>`,
  ];
}

/** The settings of a training, one by one. */
export function settingsList({ settings }: Pick<RunReportInput, "settings">): Content {
  const rows = flattenSettings(settings);
  if (rows.length === 0) return markup`<p>None recorded.</p>`;
  const items = rows.map(([key, value]) => markup`<div><dt><code>${key}</code></dt><dd>${value}</dd></div>\n`);
  return markup`<div class="panel"><dl class="settings">${items}</dl></div>`;
}

function methodSection({ bootstrap, command, version, classCounts, evaluation }: RunReportInput): Content {
  const totals = classTotals(countRows(classCounts, evaluation.classes));
  const all = totals.train + totals.validation + totals.test;
  const shares = `${percent(totals.train / all, 0)} training, ${percent(totals.validation / all, 0)} validation, ${percent(totals.test / all, 0)} test`;
  return [
    markup`<p>${boundsText(bootstrap)}</p>`,
    markup`<p>Balanced accuracy is the mean recall over classes, and macro F1 the mean F1: a rare class counts as much as a common class.</p>`,
    factList([
      ["Leukogram", version],
      ["Images", all > 0 ? `${count(all)}: ${shares}` : "not recorded"],
    ]),
    command !== undefined && markup`<div class="panel"><pre>${command}</pre></div>`,
  ];
}
