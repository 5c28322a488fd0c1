// Parts that the report of a run and that of a comparison share.
import type { Estimate } from "@leukogram/engine/core/estimate";
import { headlineWords } from "../evaluation/figures.ts";
import type { ClassFigures, Costs, Evaluation } from "../evaluation/types.ts";
import { CARDS, headlineTitle } from "./headlines.ts";
import { CLASS_COLUMNS, classFigure } from "./perClass.ts";
import { classColour } from "./plots/theme.ts";
import { mistakesOf } from "./summary.ts";
import {
  bytes,
  count,
  decimal,
  decimalLimits,
  milliseconds,
  percent,
  percentLimits,
  plural,
  withCpu,
} from "./text/format.ts";
import { type Content, type Markup, markup } from "./text/markup.ts";
import { type Column, factList, table } from "./text/page.ts";
import type { BootstrapSettings } from "./types.ts";

const MISTAKES_SHOWN = 6;

/** A share with its limits below it, as a cell of a table. */
export function percentCell(estimate: Estimate | undefined): Content {
  return [percent(estimate?.value), limits(percentLimits(estimate))];
}

/** A figure that is no share with its limits below it, as a cell of a table. */
export function decimalCell(estimate: Estimate | undefined): Content {
  return [decimal(estimate?.value), limits(decimalLimits(estimate))];
}

function limits(text: string): Content {
  return text !== "" && markup`<span class="limits">${text}</span>`;
}

/** Headline figures as cards, each with its 95 % limits. */
export function headlineCards(evaluation: Evaluation): Markup {
  const cards = CARDS.map((name) => {
    const figure = evaluation[name];
    return headlineWords(name).isShare
      ? [headlineTitle(name), percent(figure?.value), percentLimits(figure)]
      : [headlineTitle(name), decimal(figure?.value), decimalLimits(figure)];
  });
  const pieces = cards.map(
    ([name, value, limitText]) =>
      markup`<div class="card"><p class="name">${name}</p><p class="value">${value}</p><p class="limits">${limitText === "" ? "no interval" : limitText}</p></div>\n`,
  );
  return markup`<div class="cards">${pieces}</div>\n`;
}

/** A class's name beside its colour. */
export function className(name: string, index: number): Markup {
  return markup`<span class="class"><span class="swatch" style="background:${classColour(name, index)}"></span>${name}</span>`;
}

/** Precision, recall, F1 and area under the ROC curve of each class, as a table. */
export function classTable({ perClass }: Evaluation): Markup {
  const columns: readonly Column<ClassFigures>[] = [
    { heading: "Class", cell: (row) => className(row.class, perClass.indexOf(row)) },
    ...CLASS_COLUMNS.map(({ key, title }) => ({
      heading: title,
      cell: (row: ClassFigures) => percentCell(classFigure(row, key)),
      number: true,
    })),
    { heading: "ROC AUC", cell: (row) => decimalCell(row.rocAuc), number: true },
    { heading: "Test images", cell: (row) => count(row.support), number: true },
  ];
  return markup`<div class="panel">${table(perClass, columns)}</div>`;
}

/** The most frequent mistakes in words. */
export function mistakeList(evaluation: Evaluation): Markup {
  const mistakes = mistakesOf(evaluation);
  if (mistakes.length === 0) return markup`<p>No mistakes.</p>`;
  const items = mistakes
    .slice(0, MISTAKES_SHOWN)
    .map(
      ({ truth, predicted, count: wrong, support }) =>
        markup`<li><b>${truth} taken for ${predicted}</b>${count(wrong)} of ${plural(support, "image")}, ${percent(wrong / support)}</li>\n`,
    );
  return markup`<ul class="mistakes">${items}</ul>`;
}

/** What a model costs. */
export function costList(costs: Costs, training = "Training"): Markup {
  return factList([
    ["Parameters", count(costs.parameters)],
    ["File size", bytes(costs.fileBytes)],
    [training, withCpu(costs.trainingSeconds, costs.trainingCpuSeconds)],
    ["Time per image", withCpu(costs.millisecondsPerImage, costs.cpuMillisecondsPerImage, milliseconds)],
  ]);
}

/** The classification report as scikit-learn prints it. */
export function reportText(evaluation: Evaluation): Markup {
  return markup`<div class="panel"><pre>${evaluation.report}</pre></div>`;
}

/** How the limits were drawn, in sentences. */
export function boundsText(bootstrap: BootstrapSettings | undefined): string {
  const how = bootstrap === undefined ? "" : ` (${count(bootstrap.resamples)} resamples, seed ${bootstrap.seed})`;
  return (
    `Brackets show 95 % intervals: mid-P for shares; MOVER for balanced accuracy, macro F1, kappa and Matthews correlation; stratified bootstrap over the test images for the rest${how}. Images of one original, ` +
    "patient or slide are resampled together if this is known. Intervals show how much a metric would change with other " +
    "images of the same kind, but not with another training run or in another laboratory."
  );
}
