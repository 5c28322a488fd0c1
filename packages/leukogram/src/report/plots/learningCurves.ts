import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { EpochRow } from "../../evaluation/types.ts";
import { decimal, isKnown, percent, rate } from "../text/format.ts";
import { type Content, element, join, type Markup } from "../text/markup.ts";
import type { History } from "../types.ts";
import { horizontalAxis, percentTick, verticalAxis } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, line, type Panel, path, textWidth } from "./figure.ts";

const TITLE = "Learning curves";
const WIDTH = 960;
const PANEL_WIDTH = 404;
const TOP = 78;
const LEFT = 60;
const GAP = 72;

// A cosine schedule falls a little every epoch; only a step worth the name is marked.
const DROP_FACTOR = 0.75;

/** What one of the two panels of a row shows. */
interface Measure {
  readonly title: string;
  readonly train: (row: EpochRow) => number;
  readonly validation: (row: EpochRow) => number | undefined;
  /** 1 if more is better, -1 if less is. */
  readonly better: 1 | -1;
  readonly format: (value: number) => string;
  readonly tick: (value: number) => string;
}

const LOSS: Measure = {
  title: "Loss",
  train: (row) => row.loss,
  validation: (row) => row.valLoss,
  better: -1,
  format: (value) => decimal(value),
  tick: String,
};

const ACCURACY: Measure = {
  title: "Accuracy",
  train: (row) => row.accuracy,
  validation: (row) => row.valAccuracy,
  better: 1,
  format: (value) => percent(value),
  tick: percentTick,
};

/** What all panels of a measure share. */
interface Scales {
  readonly epochs: readonly [number, number];
  readonly values: readonly [number, number];
}

/**
 * Loss and accuracy by epoch as an SVG: training dashed, validation solid, the best epoch ringed, drops of the
 * learning rate marked. Several models stand below each other, each over the others' validation curves in grey.
 */
export function learningCurves(histories: readonly History[]): string {
  const drawn = histories.filter(({ rows }) => rows.length > 0);
  if (drawn.length === 0) return emptyFigure(TITLE, "No epochs were recorded.");
  const several = drawn.length > 1;
  const panelHeight = several ? 170 : 270;
  const rowHeight = panelHeight + 92;
  const measures = [LOSS, ACCURACY].map((measure) => ({ measure, scales: scalesOf(drawn, measure) }));
  const rows = drawn.map((history, i) => {
    const y = TOP + i * rowHeight;
    const panels = measures.map(({ measure, scales }, column) => {
      const panel = { x: LEFT + column * (PANEL_WIDTH + GAP), y, width: PANEL_WIDTH, height: panelHeight };
      const heading = several
        ? `${fitText(history.name, PANEL_WIDTH - 90)}: ${measure.title.toLowerCase()}`
        : measure.title;
      const others = drawn.filter((other) => other !== history);
      return [label(panel.x, y - 16, heading, { bold: true }), curvePanel(panel, history, { measure, scales, others })];
    });
    return panels;
  });
  return figure([legend(drawn), rows], {
    title: TITLE,
    description: drawn.map(describe).join(" "),
    width: WIDTH,
    height: TOP + drawn.length * rowHeight - 38,
  });
}

function scalesOf(histories: readonly History[], measure: Measure): Scales {
  const rows = histories.flatMap(({ rows }) => rows);
  const values = rows.flatMap((row) => [measure.train(row), measure.validation(row)]).filter(isKnown);
  const epochs = rows.map((row) => row.epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const [low, high] = [Math.min(...values, 1), Math.max(...values, 0)];
  const range: readonly [number, number] =
    measure.better === 1 ? [Math.max(0, Math.min(0.9, Math.floor(low * 10) / 10)), 1] : [0, high > 0 ? high : 1];
  // A single epoch stands in the middle.
  return { epochs: first === last ? [first - 1, last + 1] : [first, last], values: range };
}

function curvePanel(
  panel: Panel,
  history: History,
  options: { readonly measure: Measure; readonly scales: Scales; readonly others: readonly History[] },
): Content {
  const { measure, scales, others } = options;
  const x = scaleLinear(scales.epochs, [panel.x, panel.x + panel.width]);
  const y = scaleLinear(scales.values, [panel.y + panel.height, panel.y]).nice(5);
  const curve = (rows: readonly EpochRow[], value: (row: EpochRow) => number | undefined, attributes: object) =>
    trace(
      rows.map((row) => [x(row.epoch), y(value(row) ?? Number.NaN)] as const),
      attributes,
    );
  return [
    verticalAxis(panel, y, { format: measure.tick }),
    horizontalAxis(panel, x, { ticks: 8, title: "Epoch", whole: true }),
    others.map(({ rows }) => curve(rows, measure.validation, { class: "lk-ghost", "stroke-width": 1.25 })),
    rateDrops(history.rows, panel, { x, above: measure.better === -1 }),
    curve(history.rows, measure.train, { class: "lk-muted-line", "stroke-width": 1.75, "stroke-dasharray": "5 4" }),
    curve(history.rows, measure.validation, { class: "lk-accent-line", "stroke-width": 2.25 }),
    bestMark(history.rows, measure, { panel, x, y }),
  ];
}

// A single point is no line: a stroke of no length with round ends shows as a dot.
function trace(points: readonly (readonly [number, number])[], attributes: object): Markup {
  const only = points.length === 1 ? [points[0]!, points[0]!] : points;
  return path(only, { ...attributes, "stroke-linecap": "round", ...(only === points ? {} : { "stroke-width": 6 }) });
}

// Loss falls, so the room for labels is above; accuracy rises, so it is below.
function rateDrops(
  rows: readonly EpochRow[],
  panel: Panel,
  { x, above }: { readonly x: ScaleLinear<number, number>; readonly above: boolean },
): Markup {
  const textY = above ? panel.y + 14 : panel.y + panel.height - 7;
  let free = panel.x;
  return join(
    dropsOf(rows).map((row) => {
      const at = x(row.epoch);
      const text = rate(row.learningRate);
      // A label that would run into the last one, or out of the panel, is left out; its line stays.
      const fits = at + 4 >= free && at + 4 + textWidth(text, 11) <= panel.x + panel.width + 24;
      if (fits) free = at + 4 + textWidth(text, 11) + 6;
      return group(
        `Learning rate ${text} from epoch ${row.epoch}`,
        line([at, panel.y], [at, panel.y + panel.height], { class: "lk-axis", "stroke-dasharray": "2 3" }),
        fits && label(at + 4, textY, text, { tone: "lk-muted", size: 11 }),
      );
    }),
  );
}

function dropsOf(rows: readonly EpochRow[]): readonly EpochRow[] {
  return rows.filter((row, i) => i > 0 && row.learningRate <= rows[i - 1]!.learningRate * DROP_FACTOR);
}

/** The epoch with the best validation figure, the first of equals; undefined without validation. */
function bestRow(rows: readonly EpochRow[], { validation, better }: Measure): EpochRow | undefined {
  let best: EpochRow | undefined;
  for (const row of rows) {
    const value = validation(row);
    if (isKnown(value) && (best === undefined || value * better > validation(best)! * better)) best = row;
  }
  return best;
}

function bestMark(
  rows: readonly EpochRow[],
  measure: Measure,
  {
    panel,
    x,
    y,
  }: {
    readonly panel: Panel;
    readonly x: ScaleLinear<number, number>;
    readonly y: ScaleLinear<number, number>;
  },
): Content {
  const best = bestRow(rows, measure);
  if (best === undefined) return undefined;
  const value = measure.validation(best)!;
  const text = `${measure.format(value)}, epoch ${best.epoch}`;
  const [cx, cy] = [x(best.epoch), y(value)];
  const half = textWidth(text, 12) / 2;
  const middle = Math.min(Math.max(cx, panel.x + half), panel.x + panel.width - half);
  const below = measure.better === 1;
  const attributes = { "text-anchor": "middle", "font-size": 12, "font-weight": 600 };
  const place = { x: middle, y: cy + (below ? 26 : -14), ...attributes };
  return group(
    `Best validation ${measure.title.toLowerCase()}: ${text}`,
    element("circle", { cx, cy, r: 5, fill: "none", class: "lk-line", "stroke-width": 1.75, "data-part": "best" }),
    element("text", { ...place, class: "lk-halo", "stroke-width": 4, "stroke-linejoin": "round" }, text),
    element("text", { ...place, class: "lk-ink" }, text),
  );
}

function legend(histories: readonly History[]): Markup {
  const rows = histories.flatMap((history) => history.rows);
  const validated = rows.some((row) => isKnown(row.valLoss) || isKnown(row.valAccuracy));
  const stroke = (attributes: object) => (x: number) => line([x, 22], [x + 26, 22], { ...attributes });
  const ring = (x: number) =>
    element("circle", { cx: x + 20, cy: 22, r: 5, fill: "none", class: "lk-line", "stroke-width": 1.75 });
  const items: readonly (readonly [string, (x: number) => Markup, boolean])[] = [
    ["training", stroke({ class: "lk-muted-line", "stroke-width": 1.75, "stroke-dasharray": "5 4" }), true],
    ["validation", stroke({ class: "lk-accent-line", "stroke-width": 2.25 }), validated],
    ["best epoch", ring, validated],
    [
      "learning rate lowered",
      stroke({ class: "lk-axis", "stroke-dasharray": "2 3" }),
      histories.some((history) => dropsOf(history.rows).length > 0),
    ],
    [
      "validation of the others",
      stroke({ class: "lk-ghost", "stroke-width": 1.25 }),
      validated && histories.length > 1,
    ],
  ];
  let x = LEFT;
  return join(
    items
      .filter(([, , shown]) => shown)
      .map(([text, sign]) => {
        const piece = [sign(x), label(x + 34, 26, text, { size: 12 })];
        x += 34 + textWidth(text, 12) + 22;
        return piece;
      }),
  );
}

function describe({ name, rows }: History): string {
  const last = rows.at(-1)!;
  const best = bestRow(rows, ACCURACY);
  const validation =
    best === undefined
      ? "no validation"
      : `best validation accuracy ${percent(best.valAccuracy)} in epoch ${best.epoch}, ` +
        `lowest validation loss ${decimal(bestRow(rows, LOSS)?.valLoss)}`;
  const end = `training ended with loss ${decimal(last.loss)} and accuracy ${percent(last.accuracy)}`;
  return `${name}, ${rows.length} epochs: ${end}; ${validation}.`;
}
