import { type ScaleLinear, scaleLinear } from "d3-scale";
import { type Headline, headlineWords } from "../../evaluation/figures.ts";
import { headlineText, headlineTitle } from "../headlines.ts";
import { decimal, isKnown, NOT_KNOWN, percent } from "../text/format.ts";
import { type Content, element, type Markup } from "../text/markup.ts";
import type { NamedEvaluation } from "../types.ts";
import { horizontalAxis, percentTick } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, line, type Panel, textWidth } from "./figure.ts";
import { whisker } from "./interval.ts";

const TITLE = "Main metrics of the models";
const WIDTH = 960;
const ROW_HEIGHT = 30;
const VALUE_WIDTH = 62;

/** One headline figure, and how it reads. */
interface Metric {
  readonly name: Headline;
  /** The range that its values can take. */
  readonly range: readonly [number, number];
  readonly hint?: string;
}

const SHARES: readonly Metric[] = [
  { name: "accuracy", range: [0, 1] },
  { name: "balancedAccuracy", range: [0, 1] },
  { name: "macroF1", range: [0, 1] },
];

const OTHERS: readonly Metric[] = [
  { name: "macroRocAuc", range: [0, 1] },
  { name: "matthews", range: [-1, 1] },
  { name: "logLoss", range: [0, Number.POSITIVE_INFINITY], hint: "lower is better" },
];

/**
 * Each headline figure of each model as a dot with its 95 % interval, as an SVG; accuracy, balanced accuracy and
 * macro F1 share one scale.
 */
export function comparisonPlot(models: readonly NamedEvaluation[]): string {
  if (models.length === 0) return emptyFigure(TITLE, "No models.");
  const left = Math.min(230, Math.max(90, ...models.map(({ name }) => textWidth(name) + 24)));
  const column = (WIDTH - left) / 3;
  const height = models.length * ROW_HEIGHT;
  const rowTops = [48, 48 + height + 88];
  const common = domainOf(models, SHARES);
  const rows = [SHARES, OTHERS].map((metrics, r) => [
    metrics.map((metric, i) => {
      const panel = { x: left + i * column, y: rowTops[r]!, width: column - VALUE_WIDTH - 16, height };
      return metricPanel(panel, models, { metric, domain: r === 0 ? common : domainOf(models, [metric]) });
    }),
    models.map(({ name }, i) => {
      const y = rowTops[r]! + (i + 0.5) * ROW_HEIGHT + 4;
      return label(left - 16, y, fitText(name, left - 24), { anchor: "end" });
    }),
  ]);
  return figure([rows], {
    title: TITLE,
    description: models.map(describe).join(" "),
    width: WIDTH,
    height: rowTops[1]! + height + 34,
  });
}

function domainOf(models: readonly NamedEvaluation[], metrics: readonly Metric[]): readonly [number, number] {
  const values = models
    .flatMap(({ evaluation }) => metrics.map(({ name }) => evaluation[name]))
    .flatMap((estimate) => [estimate?.value, estimate?.low, estimate?.high])
    .filter(isKnown);
  const [least, most] = metrics[0]!.range;
  if (values.length === 0) return [Math.max(0, least), Math.min(1, most)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) * 0.08, 0.005);
  return [Math.max(least, low - margin), Math.min(most, high + margin)];
}

function metricPanel(
  panel: Panel,
  models: readonly NamedEvaluation[],
  { metric, domain }: { readonly metric: Metric; readonly domain: readonly [number, number] },
): Content {
  const scale = scaleLinear(domain, [panel.x, panel.x + panel.width]);
  const title = headlineTitle(metric.name);
  const { isShare } = headlineWords(metric.name);
  const format = isShare ? percentTick : (value: number) => String(Number(value.toFixed(4)));
  return [
    label(panel.x, panel.y - 16, title, { bold: true }),
    metric.hint !== undefined &&
      label(panel.x + textWidth(title) + 10, panel.y - 16, metric.hint, { tone: "lk-muted", size: 11 }),
    horizontalAxis(panel, scale, { ticks: 4, format }),
    models.map((model, i) => modelRow(model, metric, { panel, scale, y: panel.y + (i + 0.5) * ROW_HEIGHT })),
  ];
}

function modelRow(
  { name, evaluation }: NamedEvaluation,
  metric: Metric,
  { panel, scale, y }: { readonly panel: Panel; readonly scale: ScaleLinear<number, number>; readonly y: number },
): Markup {
  const estimate = evaluation[metric.name];
  const known = isKnown(estimate?.value);
  const right = panel.x + panel.width;
  const text = (headlineWords(metric.name).isShare ? percent : decimal)(estimate?.value);
  return group(
    `${name}: ${headlineTitle(metric.name)} ${headlineText(metric.name, evaluation)}`,
    line([panel.x, y], [right, y], { class: "lk-grid" }),
    known && whisker(estimate!, scale, { y, tone: "lk-accent-line" }),
    known && element("circle", { cx: scale(estimate!.value), cy: y, r: 4.5, class: "lk-accent", "data-part": "dot" }),
    label(right + 12, y + 4, known ? text : NOT_KNOWN, { tone: known ? "lk-ink" : "lk-muted" }),
  );
}

function describe({ name, evaluation }: NamedEvaluation): string {
  const shares = SHARES.map(
    (metric) => `${headlineTitle(metric.name).toLowerCase()} ${headlineText(metric.name, evaluation)}`,
  );
  return `${name}: ${shares.join(", ")}.`;
}
