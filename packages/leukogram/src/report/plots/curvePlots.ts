import { scaleLinear } from "d3-scale";
import type { ClassCurve } from "../../evaluation/classCurves.ts";
import { decimalEstimate, isKnown } from "../text/format.ts";
import { type Content, element, join, type Markup } from "../text/markup.ts";
import { horizontalAxis, percentTick, verticalAxis } from "./axes.ts";
import { band, emptyFigure, figure, fitText, group, label, line, type Panel, path } from "./figure.ts";
import { classColour } from "./theme.ts";

const SIDE = 330;
const TOP = 44;

// Where all curves hug the corner, that corner alone tells them apart.
const CORNER = 0.2;
const GOOD_AREA = 0.85;

/** How a kind of curves is drawn. */
interface Kind {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  /** The corner that good curves reach. */
  readonly corner: "left" | "right";
  readonly areaName: string;
  /** What the legend needs more than that of a short name, pixels. */
  readonly room: number;
}

const ROC: Kind = {
  title: "ROC curves, each class against the rest",
  across: "False positive rate",
  up: "True positive rate",
  corner: "left",
  areaName: "area",
  room: 0,
};

const PRECISION_RECALL: Kind = {
  title: "Precision and recall, each class against the rest",
  across: "Recall",
  up: "Precision",
  corner: "right",
  areaName: "average precision",
  room: 100,
};

/** ROC curves as an SVG, one a class with its band, and the areas below them; good ones also enlarged in their corner. */
export function rocPlot(curves: readonly ClassCurve[]): string {
  return curvePlot(curves, ROC);
}

/** Precision-recall curves as an SVG, one a class with its band; good ones also enlarged in their corner. */
export function precisionRecallPlot(curves: readonly ClassCurve[]): string {
  return curvePlot(curves, PRECISION_RECALL);
}

function curvePlot(curves: readonly ClassCurve[], kind: Kind): string {
  const drawn = curves.filter(({ x, y }) => Math.min(x.length, y.length) > 1);
  if (drawn.length === 0) return emptyFigure(kind.title, "No class has both positive and negative images.");
  const enlarged = drawn.every((curve) => areaOf(curve) > GOOD_AREA);
  const panel = { x: 66, y: TOP, width: SIDE, height: SIDE };
  const corner = { ...panel, x: panel.x + SIDE + 90 };
  const legendRows = Math.ceil(curves.length / 2);
  const legendTop = TOP + SIDE + 70;
  return figure(
    [
      label(panel.x, 24, "Whole curve", { bold: true }),
      curvePanel(panel, drawn, { extent: 1, kind }),
      enlarged && label(corner.x, 24, `Upper ${kind.corner} corner, enlarged`, { bold: true }),
      enlarged && curvePanel(corner, drawn, { extent: CORNER, kind }),
      legend(curves, { top: legendTop, columns: enlarged ? 2 : 1, kind }),
    ],
    {
      title: kind.title,
      description: curves.map((curve) => describe(curve, kind)).join(" "),
      width: (enlarged ? 840 : 450) + kind.room,
      height: legendTop + (enlarged ? legendRows : curves.length) * 24 + 4,
    },
  );
}

function curvePanel(
  panel: Panel,
  curves: readonly ClassCurve[],
  { extent, kind }: { readonly extent: number; readonly kind: Kind },
): Content {
  const { x, y, width, height } = panel;
  const ends = kind.corner === "left" ? [0, extent] : [1 - extent, 1];
  const across = scaleLinear(ends, [0, width]);
  const up = scaleLinear([1 - extent, 1], [height, 0]);
  const bands = curves.map((curve) => {
    if (curve.band === undefined) return undefined;
    const { x: places, low, high } = curve.band;
    const top = places.map((place, i) => [across(place), up(high[i]!)] as const);
    const bottom = places.map((place, i) => [across(place), up(low[i]!)] as const);
    const fill = classColour(curve.class, indexOf(curves, curve));
    return band(top, bottom, { fill, "fill-opacity": 0.13, "data-band": curve.class });
  });
  const lines = curves.map((curve) => {
    const points = curve.x.map((place, i) => [across(place), up(curve.y[i] ?? Number.NaN)] as const);
    const attributes = { stroke: classColour(curve.class, indexOf(curves, curve)), "stroke-width": 2.25 };
    return group(describe(curve, kind), path(thin(points), { ...attributes, "data-class": curve.class }));
  });
  const chance = line([across(0), up(0)], [across(1), up(1)], { class: "lk-axis", "stroke-dasharray": "2 4" });
  const frame = { x: panel.x, y: panel.y };
  return [
    verticalAxis(panel, scaleLinear([1 - extent, 1], [y + height, y]), { format: percentTick, title: kind.up }),
    horizontalAxis(panel, scaleLinear(ends, [x, x + width]), { format: percentTick, title: kind.across }),
    // An inner svg clips what lies outside of it, and needs no id for that.
    element("svg", { ...frame, width, height }, extent === 1 && kind === ROC && chance, bands, lines),
  ];
}

function indexOf(curves: readonly ClassCurve[], curve: ClassCurve): number {
  return curves.findIndex((other) => other.class === curve.class);
}

function legend(
  curves: readonly ClassCurve[],
  { top, columns, kind }: { readonly top: number; readonly columns: number; readonly kind: Kind },
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
        label(x + 150, y, areaText(curve, kind), { tone: "lk-muted" }),
      ];
    }),
  );
}

function areaText({ area }: ClassCurve, { areaName }: Kind): string {
  return isKnown(area?.value) ? `${areaName} ${decimalEstimate(area)}` : `${areaName} unknown`;
}

function describe(curve: ClassCurve, kind: Kind): string {
  return `${curve.class}: ${areaText(curve, kind)}.`;
}

/** The area under the drawn curve, by trapezoids. */
function areaOf({ x, y }: ClassCurve): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) area += (Math.abs(x[i]! - x[i - 1]!) * ((y[i] ?? 0) + (y[i - 1] ?? 0))) / 2;
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
