import { scaleLinear } from "d3-scale";
import type { Robustness, RobustnessRow } from "../../evaluation/robustness.ts";
import { percent } from "../text/format.ts";
import { element, type Markup } from "../text/markup.ts";
import { percentTick, verticalAxis } from "./axes.ts";
import { band, figure, group, label, line, type Panel, path } from "./figure.ts";

const TITLE = "Balanced accuracy on corrupted images";
const COLUMNS = 4;
const [LEFT, TOP, WIDTH, HEIGHT] = [72, 34, 190, 96];
const [GAP_X, GAP_Y] = [28, 66];

/** Balanced accuracy by strength, a small panel for each corruption, with 95 % limits, as an SVG. */
export function robustnessPlot({ rows, balancedAccuracy }: Robustness): string {
  const lowest = Math.min(
    balancedAccuracy.low,
    ...rows.flatMap((row) => row.points.map((p) => p.balancedAccuracy.low)),
  );
  const lines = Math.ceil(rows.length / COLUMNS);
  const panels = rows.map((row, i) => {
    const [column, at] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    const panel = { x: LEFT + column * (WIDTH + GAP_X), y: TOP + at * (HEIGHT + GAP_Y), width: WIDTH, height: HEIGHT };
    const up = scaleLinear([Math.floor(lowest * 10) / 10, 1], [panel.y + HEIGHT, panel.y]);
    return drawPanel(row, { panel, up, level: balancedAccuracy.value, isFirst: column === 0 });
  });
  const told = rows.map(
    (row) => `${row.title}: ${percent(row.points.at(-1)!.balancedAccuracy.value)} at the strongest.`,
  );
  return figure(panels, {
    title: TITLE,
    description: `Balanced accuracy is ${percent(balancedAccuracy.value)} on unchanged images. ${told.join(" ")}`,
    width: LEFT + COLUMNS * (WIDTH + GAP_X),
    height: TOP + lines * (HEIGHT + GAP_Y) - 10,
  });
}

interface PanelOptions {
  readonly panel: Panel;
  readonly up: ReturnType<typeof scaleLinear<number, number>>;
  /** Balanced accuracy on unchanged images. */
  readonly level: number;
  readonly isFirst: boolean;
}

function drawPanel(row: RobustnessRow, { panel, up, level, isFirst }: PanelOptions): Markup {
  const { x, y, width, height } = panel;
  const across = (i: number) => x + ((i + 0.5) / row.points.length) * width;
  const ends = row.points.map(({ balancedAccuracy }) => balancedAccuracy);
  return group(
    `${row.title}, ${row.unit}: ${row.points.map((p) => `${p.strength} ${percent(p.balancedAccuracy.value)}`).join(", ")}`,
    label(x, y - 10, row.title, { bold: true }),
    verticalAxis(panel, up, { ticks: 3, format: isFirst ? percentTick : () => "" }),
    line([x, up(level)], [x + width, up(level)], { class: "lk-axis", "stroke-dasharray": "4 3" }),
    band(
      ends.map(({ high }, i) => [across(i), up(high)] as const),
      ends.map(({ low }, i) => [across(i), up(low)] as const),
      { class: "lk-accent", "fill-opacity": 0.18 },
    ),
    path(
      ends.map(({ value }, i) => [across(i), up(value)] as const),
      { class: "lk-accent-line", "stroke-width": 2 },
    ),
    ends.map(({ value }, i) => element("circle", { cx: across(i), cy: up(value), r: 3, class: "lk-accent" })),
    row.points.map(({ strength }, i) =>
      label(across(i), y + height + 16, String(strength), { anchor: "middle", tone: "lk-muted", size: 11 }),
    ),
  );
}
