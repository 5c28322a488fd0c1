import type { Evaluation } from "../../evaluation/types.ts";
import { count, isKnown, percent, plural } from "../text/format.ts";
import { type Content, element, join, type Markup } from "../text/markup.ts";
import { emptyFigure, figure, fitText, group, label, textWidth } from "./figure.ts";
import { classColour, shade, shadePosition } from "./theme.ts";

const TITLE = "Confusion matrix";
const CELL_HEIGHT = 62;
const NAME_ROOM = 200;
const SLANT = 40;
const LEGEND_SHARES = [0, 0.01, 0.05, 0.2, 0.5, 1];

interface Layout {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  /** Column names stand aslant where they are wider than a cell. */
  readonly slanted: boolean;
}

/**
 * The confusion matrix as an SVG: rows are true classes, columns predicted ones; each cell has its count and its
 * share of the row.
 */
export function confusionMatrixPlot(evaluation: Evaluation): string {
  const { classes, confusionMatrix } = evaluation;
  if (classes.length === 0) return emptyFigure(TITLE, "No classes.");
  const layout = layOut(classes);
  const size = classes.length;
  const [right, bottom] = [layout.left + size * layout.cell, layout.top + size * CELL_HEIGHT];
  const width = Math.max(right, layout.left + 280) + (layout.slanted ? 90 : 24);
  return figure(
    [
      columnNames(classes, layout),
      classes.map((name, row) => rowOf(name, row, { evaluation, layout })),
      label(layout.left + (size * layout.cell) / 2, 26, "Predicted class", { anchor: "middle", bold: true }),
      label(24, layout.top - 14, "True class", { bold: true }),
      legend(layout.left, bottom + 26),
    ],
    {
      title: TITLE,
      description: describe(classes, confusionMatrix),
      width,
      height: bottom + 74,
      shades: true,
    },
  );
}

function layOut(classes: readonly string[]): Layout {
  const widest = Math.max(...classes.map((name) => textWidth(name)));
  const slanted = widest + 14 > (classes.length > 6 ? 76 : 112);
  const cell = slanted ? (classes.length > 8 ? 56 : 76) : Math.max(76, widest + 14);
  // A slanted name is as high as its length times the sine of its angle.
  const top = slanted ? 66 + Math.min(widest, NAME_ROOM) * Math.sin((SLANT * Math.PI) / 180) : 64;
  return { left: Math.min(NAME_ROOM + 50, Math.max(96, widest + 50)), top, cell, slanted };
}

function columnNames(classes: readonly string[], { left, top, cell, slanted }: Layout): Markup {
  return join(
    classes.map((name, column) => {
      const x = left + (column + 0.5) * cell;
      const bar = colourBar(name, column, { x: x - cell / 2 + 2, y: top - 7, width: cell - 4, height: 3 });
      if (!slanted) return [bar, label(x, top - 14, name, { anchor: "middle" })];
      const transform = `translate(${x - 4} ${top - 14}) rotate(${-SLANT})`;
      return [bar, label(0, 0, fitText(name, NAME_ROOM), { transform })];
    }),
  );
}

function rowOf(
  name: string,
  row: number,
  { evaluation, layout }: { readonly evaluation: Evaluation; readonly layout: Layout },
): Content {
  const counts = evaluation.classes.map((_, column) => evaluation.confusionMatrix[row]?.[column] ?? 0);
  const total = counts.reduce((sum, value) => sum + value, 0);
  const y = layout.top + row * CELL_HEIGHT;
  const middle = y + CELL_HEIGHT / 2;
  return [
    colourBar(name, row, { x: layout.left - 8, y: y + 2, width: 3, height: CELL_HEIGHT - 4 }),
    label(layout.left - 18, middle - 2, fitText(name, layout.left - 34), { anchor: "end" }),
    label(layout.left - 18, middle + 15, plural(total, "image"), { anchor: "end", tone: "lk-muted", size: 11 }),
    counts.map((value, column) => {
      const box = { x: layout.left + column * layout.cell, y, width: layout.cell };
      const tooltip = `${name} taken for ${evaluation.classes[column]}: ${value} of ${total}`;
      return cell(value, total, { box, tooltip, diagonal: row === column });
    }),
  ];
}

function cell(
  value: number,
  total: number,
  options: {
    readonly box: { readonly x: number; readonly y: number; readonly width: number };
    readonly tooltip: string;
    readonly diagonal: boolean;
  },
): Markup {
  const { box, tooltip, diagonal } = options;
  const share = total > 0 ? value / total : 0;
  const { fill, text } = shade(share);
  // A zero is there, but must not shout.
  const tone = value === 0 ? "lk-muted" : text;
  const [x, y] = [box.x + box.width / 2, box.y + CELL_HEIGHT / 2];
  return group(
    tooltip,
    element("rect", {
      x: box.x + 1,
      y: box.y + 1,
      width: box.width - 2,
      height: CELL_HEIGHT - 2,
      rx: 3,
      class: fill,
    }),
    label(x, value === 0 ? y + 5 : y, count(value), {
      anchor: "middle",
      tone,
      size: box.width < 70 ? 14 : 17,
      bold: diagonal && value > 0,
    }),
    value > 0 && label(x, y + 17, share < 0.0005 ? "< 0.1 %" : percent(share), { anchor: "middle", tone, size: 11 }),
  );
}

function legend(x: number, y: number): Markup {
  const width = 240;
  const step = width / 40;
  const ramp = Array.from({ length: 40 }, (_, i) =>
    // The ramp is drawn in its own position, so that the ticks are what is spread.
    element("rect", { x: x + i * step, y, width: step + 0.5, height: 8, class: shade((i / 39) ** (1 / 0.6)).fill }),
  );
  const ticks = LEGEND_SHARES.filter((share) => share !== 0.01).map((share) =>
    label(x + shadePosition(share) * width, y + 24, percent(share, 0), {
      anchor: "middle",
      tone: "lk-muted",
      size: 11,
    }),
  );
  const title = label(x - 18, y + 8, "Share of the row", { anchor: "end", tone: "lk-muted", size: 11 });
  return join([title, ramp, ticks]);
}

function colourBar(
  name: string,
  index: number,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Markup {
  return element("rect", { ...box, fill: classColour(name, index), rx: 1.5 });
}

function describe(classes: readonly string[], matrix: Evaluation["confusionMatrix"]): string {
  const rows = classes.map((name, i) => {
    const row = matrix[i] ?? [];
    const total = row.reduce((sum, value) => sum + value, 0);
    const right = row[i];
    return isKnown(right) ? `${name}: ${right} of ${total} correct` : `${name}: no images`;
  });
  return `Rows are true classes, columns are predicted classes. ${rows.join("; ")}.`;
}
