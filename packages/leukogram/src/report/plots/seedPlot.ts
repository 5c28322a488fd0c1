import { type ScaleLinear, scaleLinear } from "d3-scale";
import { seedMean } from "../seedMean.ts";
import { isKnown, percent, percentEstimate, plural } from "../text/format.ts";
import { type Attributes, type Content, element, join, type Markup } from "../text/markup.ts";
import type { SeedFigures } from "../types.ts";
import { horizontalAxis, percentTick } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, line, type Panel, textWidth } from "./figure.ts";
import { whisker } from "./interval.ts";

const WIDTH = 960;
const TOP = 46;
const ROW_HEIGHT = 54;
const VALUE_WIDTH = 200;

/**
 * One point a seed, and below them their mean with its 95 % t interval, as an SVG.
 *
 * Values are shares in [0, 1]; `metric` names them.
 */
export function seedPlot(
  models: readonly SeedFigures[],
  { metric = "Accuracy" }: { readonly metric?: string } = {},
): string {
  const title = `${metric} by seed`;
  const values = models.flatMap(({ points }) => points.map(({ value }) => value)).filter(isKnown);
  if (values.length === 0) return emptyFigure(title, "No seeds were run.");
  const left = Math.min(230, Math.max(90, ...models.map(({ name }) => textWidth(name) + 24)));
  const height = models.length * ROW_HEIGHT;
  const panel = { x: left, y: TOP, width: WIDTH - left - VALUE_WIDTH, height };
  const scale = scaleLinear(domainOf(models), [panel.x, panel.x + panel.width]);
  return figure(
    [
      legend(panel.x),
      horizontalAxis(panel, scale, { ticks: 6, format: percentTick, title: metric }),
      models.map((model, i) => seedRow(model, { panel, scale, y: TOP + (i + 0.5) * ROW_HEIGHT })),
    ],
    { title, description: models.map(describe).join(" "), width: WIDTH, height: TOP + height + 52 },
  );
}

function domainOf(models: readonly SeedFigures[]): readonly [number, number] {
  const values = models.flatMap(({ points }) => {
    const own = points.map(({ value }) => value).filter(isKnown);
    const mean = seedMean(own);
    return mean === undefined ? own : [...own, mean.low, mean.high];
  });
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) * 0.06, 0.005);
  return [Math.max(0, low - margin), Math.min(1, high + margin)];
}

function seedRow(
  { name, points }: SeedFigures,
  { panel, scale, y }: { readonly panel: Panel; readonly scale: ScaleLinear<number, number>; readonly y: number },
): Markup {
  const known = points.filter(({ value }) => isKnown(value));
  const mean = seedMean(known.map(({ value }) => value));
  const right = panel.x + panel.width;
  const dots = known.map(({ seed, value }) =>
    group(`${name}, seed ${seed}: ${percent(value)}`, seedDot(scale(value), y - 8, { "data-part": "seed" })),
  );
  const drawn: Content =
    mean !== undefined &&
    group(
      `${name}, mean: ${percentEstimate(mean)}`,
      whisker(mean, scale, { y: y + 10 }),
      element("path", { d: diamond(scale(mean.value), y + 10), class: "lk-ink", "data-part": "mean" }),
    );
  return group(
    name,
    line([panel.x, y + ROW_HEIGHT / 2], [right, y + ROW_HEIGHT / 2], { class: "lk-grid" }),
    label(panel.x - 16, y + 4, fitText(name, panel.x - 24), { anchor: "end" }),
    dots,
    drawn,
    label(right + 16, y - 1, mean === undefined ? plural(known.length, "seed") : percentEstimate(mean)),
    mean !== undefined &&
      label(right + 16, y + 15, `mean of ${plural(known.length, "seed")}`, { tone: "lk-muted", size: 11 }),
  );
}

function legend(x: number): Markup {
  const scale = scaleLinear([0, 1], [x + 112, x + 144]);
  return join([
    seedDot(x + 6, 20),
    label(x + 20, 24, "one seed", { size: 12 }),
    whisker({ value: 0.5, low: 0, high: 1 }, scale, { y: 20 }),
    element("path", { d: diamond(scale(0.5), 20), class: "lk-ink" }),
    label(x + 156, 24, "mean over seeds with 95 % interval", { size: 12 }),
  ]);
}

function seedDot(cx: number, cy: number, attributes: Attributes = {}): Markup {
  return element("circle", { cx, cy, r: 5, class: "lk-accent lk-halo", "fill-opacity": 0.55, ...attributes });
}

function diamond(x: number, y: number): string {
  const [left, right] = [(x - 5.5).toFixed(2), (x + 5.5).toFixed(2)];
  return `M${left},${y}L${x.toFixed(2)},${y - 5.5}L${right},${y}L${x.toFixed(2)},${y + 5.5}Z`;
}

function describe({ name, points }: SeedFigures): string {
  const mean = seedMean(points.map(({ value }) => value));
  const values = points.map(({ seed, value }) => `seed ${seed} ${percent(value)}`).join(", ");
  return mean === undefined ? `${name}: ${values}.` : `${name}: ${values}; mean ${percentEstimate(mean)}.`;
}
