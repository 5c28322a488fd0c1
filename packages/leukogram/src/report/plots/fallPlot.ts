import type { Estimate } from "@leukogram/engine/core/estimate";
import { scaleLinear } from "d3-scale";
import { percentEstimate } from "../text/format.ts";
import { element, type Markup } from "../text/markup.ts";
import { horizontalAxis, percentTick } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, textWidth } from "./figure.ts";
import { whisker } from "./interval.ts";

const WIDTH = 960;
const TOP = 40;
const ROW_HEIGHT = 38;
const VALUE_WIDTH = 250;

/** A share at home and in another laboratory; undefined if it is not known. */
export interface FallRow {
  readonly name: string;
  readonly home: Estimate | undefined;
  readonly away: Estimate | undefined;
}

/** Options of {@link fallPlot}. */
export interface FallPlotOptions {
  readonly title: string;
  /** Names of the two places. */
  readonly places: readonly [string, string];
}

/** Shares at home, as rings, and elsewhere, as dots, with their limits, as an SVG. */
export function fallPlot(rows: readonly FallRow[], { title, places }: FallPlotOptions): string {
  const known = rows.flatMap(({ home, away }) => [home, away]).filter((estimate) => estimate !== undefined);
  if (known.length === 0) return emptyFigure(title, "No data to show.");
  const left = Math.min(300, Math.max(90, ...rows.map(({ name }) => textWidth(name) + 24)));
  const panel = { x: left, y: TOP, width: WIDTH - left - VALUE_WIDTH, height: rows.length * ROW_HEIGHT };
  const lowest = Math.min(...known.map(({ low }) => low));
  const across = scaleLinear([Math.floor(lowest * 10) / 10, 1], [panel.x, panel.x + panel.width]);
  const drawn = rows.map((row, i) => drawRow(row, { y: TOP + (i + 0.5) * ROW_HEIGHT, across, places, left }));
  const told = rows.map(({ name, home, away }) => `${name}: ${percentEstimate(home)}, then ${percentEstimate(away)}.`);
  return figure([horizontalAxis(panel, across, { format: percentTick }), legend(places, left), drawn], {
    title,
    description: `${places[0]}, then ${places[1]}. ${told.join(" ")}`,
    width: WIDTH,
    height: TOP + panel.height + 34,
  });
}

interface RowOptions {
  readonly y: number;
  readonly across: ReturnType<typeof scaleLinear<number, number>>;
  readonly places: readonly [string, string];
  readonly left: number;
}

function drawRow({ name, home, away }: FallRow, { y, across, places, left }: RowOptions): Markup {
  const [above, below] = [y - 7, y + 7];
  return group(
    `${name}: ${places[0]} ${percentEstimate(home)}, ${places[1]} ${percentEstimate(away)}`,
    label(left - 16, y + 4, fitText(name, left - 24), { anchor: "end" }),
    home && [whisker(home, across, { y: above, tone: "lk-muted-line" }), ring(across(home.value), above)],
    away && [whisker(away, across, { y: below, tone: "lk-accent-line" }), dot(across(away.value), below)],
    label(WIDTH - VALUE_WIDTH + 16, above + 4, percentEstimate(home), { tone: "lk-muted", size: 12 }),
    label(WIDTH - VALUE_WIDTH + 16, below + 5, percentEstimate(away), { size: 12 }),
  );
}

function legend([home, away]: readonly [string, string], left: number): Markup[] {
  const second = left + 30 + textWidth(home);
  return [
    ring(left + 6, 18),
    label(left + 18, 22, home, { tone: "lk-muted" }),
    dot(second + 6, 18),
    label(second + 18, 22, away),
  ];
}

const ring = (cx: number, cy: number) =>
  element("circle", { cx, cy, r: 4.5, class: "lk-paper lk-muted-line", "stroke-width": 2, "data-part": "home" });
const dot = (cx: number, cy: number) => element("circle", { cx, cy, r: 4.5, class: "lk-accent", "data-part": "away" });
