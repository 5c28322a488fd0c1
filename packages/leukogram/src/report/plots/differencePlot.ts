import type { Estimate } from "@leukogram/engine/core/estimate";
import { scaleLinear } from "d3-scale";
import { isKnown } from "../text/format.ts";
import { element } from "../text/markup.ts";
import { horizontalAxis } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, line, textWidth } from "./figure.ts";
import { whisker } from "./interval.ts";

const WIDTH = 960;
const TOP = 30;
const ROW_HEIGHT = 26;
const VALUE_WIDTH = 190;

/** A difference of two shares, in [-1, 1], with its limits. */
export interface NamedDifference {
  readonly name: string;
  readonly difference: Estimate;
}

/** Differences as dots with their intervals around a line at 0, in points, as an SVG. */
export function differencePlot(rows: readonly NamedDifference[], { title }: { readonly title: string }): string {
  const known = rows.filter(({ difference }) => isKnown(difference.value));
  if (known.length === 0) return emptyFigure(title, "No difference to show.");
  const left = Math.min(360, Math.max(90, ...rows.map(({ name }) => textWidth(name) + 24)));
  const panel = { x: left, y: TOP, width: WIDTH - left - VALUE_WIDTH, height: rows.length * ROW_HEIGHT };
  const ends = known.flatMap(({ difference: { low, high } }) => [100 * low, 100 * high]);
  const scale = scaleLinear([Math.min(0, ...ends), Math.max(0, ...ends)], [panel.x, panel.x + panel.width]).nice();
  const zero = scale(0);
  return figure(
    [
      horizontalAxis(panel, scale, { ticks: 8, format: signed, title: `${title}, points` }),
      line([zero, TOP], [zero, TOP + panel.height], { class: "lk-axis" }),
      rows.map(({ name, difference }, i) => {
        const y = TOP + (i + 0.5) * ROW_HEIGHT;
        const points = { value: 100 * difference.value, low: 100 * difference.low, high: 100 * difference.high };
        return group(
          `${name}: ${pointsText(points)}`,
          label(left - 16, y + 4, fitText(name, left - 24), { anchor: "end" }),
          whisker(points, scale, { y, tone: "lk-accent-line" }),
          element("circle", { cx: scale(points.value), cy: y, r: 4.5, class: "lk-accent", "data-part": "dot" }),
          label(WIDTH - VALUE_WIDTH + 12, y + 4, pointsText(points)),
        );
      }),
    ],
    {
      title,
      description: rows.map(({ name, difference }) => `${name}: ${signed(100 * difference.value)} points.`).join(" "),
      width: WIDTH,
      height: TOP + panel.height + 52,
    },
  );
}

function signed(value: number): string {
  const text = Number(value.toFixed(1)).toString();
  return value > 0 ? `+${text}` : text;
}

function pointsText({ value, low, high }: Estimate): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}
