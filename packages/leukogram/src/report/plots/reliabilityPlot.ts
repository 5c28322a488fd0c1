import { scaleLinear } from "d3-scale";
import type { CalibrationBin } from "../../metrics/calibration.ts";
import { percent } from "../text/format.ts";
import { element } from "../text/markup.ts";
import { horizontalAxis, percentTick, verticalAxis } from "./axes.ts";
import { emptyFigure, figure, group, line, path } from "./figure.ts";

const TITLE = "Accuracy at each confidence";
const SIDE = 360;
const PANEL = { x: 70, y: 24, width: SIDE, height: SIDE };

/** A reliability diagram as an SVG: share that is right by confidence, with exact limits, and the line of honest answers. */
export function reliabilityPlot(bins: readonly CalibrationBin[]): string {
  if (bins.length === 0) return emptyFigure(TITLE, "No images to evaluate.");
  const least = Math.min(...bins.map(({ confidence, accuracy }) => Math.min(confidence, accuracy.low)));
  const ends = [Math.max(0, Math.floor(least * 10) / 10), 1] as const;
  const across = scaleLinear(ends, [PANEL.x, PANEL.x + SIDE]);
  const up = scaleLinear(ends, [PANEL.y + SIDE, PANEL.y]);
  return figure(
    [
      verticalAxis(PANEL, up, { format: percentTick, title: "Share correct" }),
      horizontalAxis(PANEL, across, { format: percentTick, title: "Confidence" }),
      line([across(ends[0]), up(ends[0])], [across(1), up(1)], { class: "lk-axis", "stroke-dasharray": "2 4" }),
      path(
        bins.map(({ confidence, accuracy }) => [across(confidence), up(accuracy.value)] as const),
        { class: "lk-accent-line", "stroke-width": 2 },
      ),
      bins.map((bin) => {
        const [x, { value, low, high }] = [across(bin.confidence), bin.accuracy];
        return group(
          describe(bin),
          line([x, up(low)], [x, up(high)], { class: "lk-line", "stroke-width": 1.5 }),
          element("circle", { cx: x, cy: up(value), r: 4.5, class: "lk-accent", "data-part": "dot" }),
        );
      }),
    ],
    {
      title: TITLE,
      description: bins.map(describe).join(" "),
      width: PANEL.x + SIDE + 30,
      height: PANEL.y + SIDE + 52,
    },
  );
}

function describe({ confidence, accuracy, count }: CalibrationBin): string {
  const limits = `${percent(accuracy.low)} to ${percent(accuracy.high)}`;
  return `Confidence ${percent(confidence)}: ${percent(accuracy.value)} right (${limits}), ${count} images.`;
}
