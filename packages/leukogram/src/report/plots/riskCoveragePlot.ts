import { scaleLinear } from "d3-scale";
import type { RiskPoint } from "../../metrics/selective.ts";
import { percent } from "../text/format.ts";
import { horizontalAxis, percentTick, verticalAxis } from "./axes.ts";
import { emptyFigure, figure, group, path } from "./figure.ts";

const TITLE = "Error rate if only the most confident predictions are kept";
const PANEL = { x: 70, y: 24, width: 520, height: 300 };

/** The risk-coverage curve as an SVG: share of wrong answers by the share of images that are answered. */
export function riskCoveragePlot(points: readonly RiskPoint[]): string {
  if (points.length === 0) return emptyFigure(TITLE, "No images to evaluate.");
  const across = scaleLinear([0, 1], [PANEL.x, PANEL.x + PANEL.width]);
  const most = Math.max(0.01, ...points.map(({ risk }) => risk));
  const up = scaleLinear([0, most], [PANEL.y + PANEL.height, PANEL.y]).nice();
  const whole = points.at(-1)!;
  const text = `All predictions kept: ${percent(whole.risk)} wrong. ${[0.9, 0.75, 0.5].map((share) => describe(points, share)).join(" ")}`;
  return figure(
    [
      verticalAxis(PANEL, up, { format: percentTick, title: "Wrong predictions" }),
      horizontalAxis(PANEL, across, { format: percentTick, title: "Share of predictions kept" }),
      group(
        text,
        path(
          points.map(({ coverage, risk }) => [across(coverage), up(risk)] as const),
          { class: "lk-accent-line", "stroke-width": 2 },
        ),
      ),
    ],
    { title: TITLE, description: text, width: PANEL.x + PANEL.width + 30, height: PANEL.y + PANEL.height + 52 },
  );
}

function describe(points: readonly RiskPoint[], share: number): string {
  const point = points.find(({ coverage }) => coverage >= share)!;
  return `${percent(point.coverage, 0)} kept: ${percent(point.risk)} wrong.`;
}
