import type { Estimate } from "@leukogram/engine/core/estimate";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { ClassFigures, Evaluation } from "../../evaluation/types.ts";
import { CLASS_COLUMNS, type ClassFigure, classFigure } from "../perClass.ts";
import { isKnown, NOT_KNOWN, percent, percentEstimate, percentLimits, plural } from "../text/format.ts";
import { type Content, element, join, type Markup } from "../text/markup.ts";
import { horizontalAxis, percentTick } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, type Panel, textWidth } from "./figure.ts";
import { whisker } from "./interval.ts";
import { classColour } from "./theme.ts";

const TITLE = "Precision, recall and F1 of each class";
const WIDTH = 960;
const TOP = 56;
const ROW_HEIGHT = 46;
const BAR_HEIGHT = 16;
const VALUE_WIDTH = 122;

/** Precision, recall and F1 of each class as bars from zero, with 95 % whiskers, as an SVG. */
export function perClassBars(evaluation: Evaluation): string {
  const { perClass } = evaluation;
  if (perClass.length === 0) return emptyFigure(TITLE, "No classes.");
  const left = Math.min(200, Math.max(110, ...perClass.map((row) => textWidth(row.class) + 30)));
  const column = (WIDTH - left - 12) / CLASS_COLUMNS.length;
  const height = perClass.length * ROW_HEIGHT;
  const panels = CLASS_COLUMNS.map(({ key, title, meaning }, i) => {
    const panel = { x: left + i * column, y: TOP, width: column - VALUE_WIDTH, height };
    const heading = [
      label(panel.x, 24, title, { bold: true }),
      label(panel.x, 41, meaning, { tone: "lk-muted", size: 11 }),
    ];
    return [heading, barPanel(panel, perClass, { key, title })];
  });
  return figure([panels, rowNames(perClass, left)], {
    title: TITLE,
    description: perClass.map(describe).join(" "),
    width: WIDTH,
    height: TOP + height + 34,
  });
}

function rowNames(perClass: readonly ClassFigures[], left: number): Markup {
  return join(
    perClass.map((row, i) => {
      const y = TOP + (i + 0.5) * ROW_HEIGHT;
      return [
        label(left - 14, y, fitText(row.class, left - 30), { anchor: "end" }),
        label(left - 14, y + 16, plural(row.support, "image"), { anchor: "end", tone: "lk-muted", size: 11 }),
      ];
    }),
  );
}

function barPanel(
  panel: Panel,
  perClass: readonly ClassFigures[],
  { key, title }: { readonly key: ClassFigure; readonly title: string },
): Content {
  const scale = scaleLinear([0, 1], [panel.x, panel.x + panel.width]);
  const rows = perClass.map((row, i) => {
    const y = panel.y + (i + 0.5) * ROW_HEIGHT;
    const estimate = classFigure(row, key);
    const tooltip = `${row.class}: ${title} ${percentEstimate(estimate)}`;
    return group(tooltip, bar(estimate, scale, { y, colour: classColour(row.class, i) }), value(estimate, panel, y));
  });
  return [horizontalAxis(panel, scale, { ticks: 2, format: percentTick }), rows];
}

function bar(
  estimate: Estimate | undefined,
  scale: ScaleLinear<number, number>,
  { y, colour }: { readonly y: number; readonly colour: string },
): Content {
  if (!isKnown(estimate?.value)) return undefined;
  const width = scale(estimate.value) - scale(0);
  const rect = { x: scale(0), y: y - BAR_HEIGHT / 2, width, height: BAR_HEIGHT, fill: colour, "data-part": "bar" };
  return [element("rect", rect), whisker(estimate, scale, { y })];
}

function value(estimate: Estimate | undefined, panel: Panel, y: number): Content {
  const x = panel.x + panel.width + 12;
  if (!isKnown(estimate?.value)) return label(x, y + 4, NOT_KNOWN, { tone: "lk-muted", size: 12 });
  return [
    label(x, y - 1, percent(estimate.value), { size: 13 }),
    label(x, y + 14, percentLimits(estimate), { tone: "lk-muted", size: 11 }),
  ];
}

function describe(row: ClassFigures): string {
  const figures = CLASS_COLUMNS.map(({ key, title }) => `${title} ${percentEstimate(classFigure(row, key))}`);
  return `${row.class}, ${plural(row.support, "image")}: ${figures.join(", ")}.`;
}
