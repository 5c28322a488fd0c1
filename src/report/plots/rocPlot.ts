import { scaleLinear } from "d3-scale";
import { decimalEstimate, isKnown } from "../format.ts";
import { type Content, element, join, type Markup } from "../markup.ts";
import type { RocCurve } from "../types.ts";
import { horizontalAxis, percentTick, verticalAxis } from "./axes.ts";
import { emptyFigure, figure, fitText, group, label, line, type Panel, path } from "./figure.ts";
import { classColour } from "./theme.ts";

const TITLE = "ROC curves, each class against the rest";
const SIDE = 330;
const TOP = 44;

// Where all curves hug the corner, that corner alone tells them apart.
const CORNER = 0.2;
const GOOD_AREA = 0.85;

/** ROC curves as an SVG, one a class, with the areas below them; good ones also enlarged in their corner. */
export function rocPlot(curves: readonly RocCurve[]): string {
  const drawn = curves.filter(({ fpr, tpr }) => Math.min(fpr.length, tpr.length) > 1);
  if (drawn.length === 0) return emptyFigure(TITLE, "No class has both images of its own and of others.");
  const enlarged = drawn.every((curve) => areaOf(curve) > GOOD_AREA);
  const panel = { x: 66, y: TOP, width: SIDE, height: SIDE };
  const corner = { ...panel, x: panel.x + SIDE + 90 };
  const legendRows = Math.ceil(curves.length / 2);
  const legendTop = TOP + SIDE + 70;
  return figure(
    [
      label(panel.x, 24, "Whole curve", { bold: true }),
      rocPanel(panel, drawn, { extent: 1 }),
      enlarged && label(corner.x, 24, "Upper left corner, enlarged", { bold: true }),
      enlarged && rocPanel(corner, drawn, { extent: CORNER }),
      legend(curves, { top: legendTop, columns: enlarged ? 2 : 1 }),
    ],
    {
      title: TITLE,
      description: curves.map(describe).join(" "),
      width: enlarged ? 840 : 450,
      height: legendTop + (enlarged ? legendRows : curves.length) * 24 + 4,
    },
  );
}

function rocPanel(panel: Panel, curves: readonly RocCurve[], { extent }: { readonly extent: number }): Content {
  const { x, y, width, height } = panel;
  const across = scaleLinear([0, extent], [0, width]);
  const up = scaleLinear([1 - extent, 1], [height, 0]);
  const lines = curves.map((curve) => {
    const points = curve.fpr.map((fpr, i) => [across(fpr), up(curve.tpr[i] ?? Number.NaN)] as const);
    const attributes = { stroke: classColour(curve.class, indexOf(curves, curve)), "stroke-width": 2.25 };
    return group(describe(curve), path(thin(points), { ...attributes, "data-class": curve.class }));
  });
  const chance = line([across(0), up(0)], [across(1), up(1)], { class: "lk-axis", "stroke-dasharray": "2 4" });
  const frame = { x: panel.x, y: panel.y };
  return [
    verticalAxis(panel, scaleLinear([1 - extent, 1], [y + height, y]), {
      format: percentTick,
      title: "True positive rate",
    }),
    horizontalAxis(panel, scaleLinear([0, extent], [x, x + width]), {
      format: percentTick,
      title: "False positive rate",
    }),
    // An inner svg clips what lies outside of it, and needs no id for that.
    element("svg", { ...frame, width, height }, extent === 1 && chance, lines),
  ];
}

function indexOf(curves: readonly RocCurve[], curve: RocCurve): number {
  return curves.findIndex((other) => other.class === curve.class);
}

function legend(
  curves: readonly RocCurve[],
  { top, columns }: { readonly top: number; readonly columns: number },
): Markup {
  const rows = Math.ceil(curves.length / columns);
  return join(
    curves.map((curve, i) => {
      const x = 66 + Math.floor(i / rows) * 420;
      const y = top + (i % rows) * 24;
      const colour = classColour(curve.class, i);
      return [
        line([x, y - 4], [x + 22, y - 4], { stroke: colour, "stroke-width": 4, "stroke-linecap": "round" }),
        label(x + 34, y, fitText(curve.class, 110)),
        label(x + 150, y, areaText(curve), { tone: "lk-muted" }),
      ];
    }),
  );
}

function areaText({ auc }: RocCurve): string {
  return isKnown(auc?.value) ? `area ${decimalEstimate(auc)}` : "area not known";
}

function describe(curve: RocCurve): string {
  return `${curve.class}: ${areaText(curve)}.`;
}

/** The area under the drawn curve, by trapezoids. */
function areaOf({ fpr, tpr }: RocCurve): number {
  let area = 0;
  for (let i = 1; i < fpr.length; i++) area += ((fpr[i]! - fpr[i - 1]!) * ((tpr[i] ?? 0) + (tpr[i - 1] ?? 0))) / 2;
  return area;
}

// Thousands of images give thousands of points, most of them on one straight line.
function thin(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return points.filter((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (before === undefined || after === undefined) return true;
    const [ax, ay] = [point[0] - before[0], point[1] - before[1]];
    const [bx, by] = [after[0] - point[0], after[1] - point[1]];
    return Math.abs(ax * by - ay * bx) > 1e-9;
  });
}
