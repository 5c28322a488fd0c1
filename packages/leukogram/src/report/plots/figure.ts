import { type Attributes, type Content, element, Markup, round } from "../text/markup.ts";
import { plotStyle } from "./theme.ts";

/** A rectangle of a plot in pixels, in which data are drawn. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Options of {@link figure}. */
export interface FigureOptions {
  readonly title: string;
  /** What the plot shows, for those who cannot see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Adds the colour ramp of shares. */
  readonly shades?: boolean;
}

/** Options of {@link label}. */
export interface LabelOptions {
  readonly anchor?: "start" | "middle" | "end";
  readonly tone?: string;
  /** Pixels; 13 unless told. */
  readonly size?: number;
  readonly bold?: boolean;
  readonly transform?: string;
}

/** An SVG document that stands alone, and may as well be put into a page. */
export function figure(body: readonly Content[], options: FigureOptions): string {
  const { title, description, width, height, shades = false } = options;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "lk",
    width,
    height,
    viewBox: `0 0 ${round(width)} ${round(height)}`,
    role: "img",
    "font-size": 13,
  };
  // No ids: a page may hold the same plot twice, and a title and desc that come first need none.
  return element(
    "svg",
    attributes,
    element("title", {}, title),
    element("desc", {}, description),
    // Ours alone, and free of < and &: it needs no escaping, and quotes in it must not be escaped.
    element("style", {}, new Markup(plotStyle({ shades }))),
    element("rect", { class: "lk-paper", width, height, rx: 6 }),
    body,
  ).text;
}

/** A plot that says only why it is empty. */
export function emptyFigure(title: string, reason: string): string {
  const width = 480;
  return figure([label(width / 2, 46, reason, { anchor: "middle", tone: "lk-muted" })], {
    title,
    description: reason,
    width,
    height: 84,
  });
}

/** One line of text whose baseline starts, is centred or ends at (x, y). */
export function label(x: number, y: number, text: Content, options: LabelOptions = {}): Markup {
  const { anchor = "start", tone = "lk-ink", size, bold = false, transform } = options;
  const attributes = {
    x,
    y,
    class: tone,
    "text-anchor": anchor === "start" ? undefined : anchor,
    "font-size": size,
    "font-weight": bold ? 600 : undefined,
    transform,
  };
  return element("text", attributes, text);
}

/** A straight line from (x1, y1) to (x2, y2). */
export function line(from: readonly [number, number], to: readonly [number, number], attributes: Attributes): Markup {
  return element("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], ...attributes });
}

/** A path through the points, broken where one is not finite. */
export function path(points: readonly (readonly [number, number])[], attributes: Attributes): Markup {
  let pen = "M";
  const steps: string[] = [];
  for (const [x, y] of points) {
    const known = Number.isFinite(x) && Number.isFinite(y);
    if (known) steps.push(`${pen}${round(x)},${round(y)}`);
    pen = known ? "L" : "M";
  }
  if (steps.length === 0) return new Markup("");
  return element("path", { d: steps.join(""), fill: "none", "stroke-linejoin": "round", ...attributes });
}

/** The area between an upper and a lower line, as between limits. */
export function band(
  upper: readonly (readonly [number, number])[],
  lower: readonly (readonly [number, number])[],
  attributes: Attributes,
): Markup {
  const points = [...upper, ...lower.toReversed()].map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return element("polygon", { points, ...attributes });
}

/** Elements under one tooltip, which screen readers read too. */
export function group(tooltip: string, ...children: readonly Content[]): Markup {
  return element("g", {}, element("title", {}, tooltip), children);
}

/** About how wide a text is in pixels; fonts differ, so this errs on the wide side. */
export function textWidth(text: string, size = 13): number {
  return [...text].length * size * 0.6;
}

/** The text, cut with an ellipsis so that it fits into `width` pixels. */
export function fitText(text: string, width: number, size = 13): string {
  const room = Math.max(1, Math.floor(width / (size * 0.6) + 0.01));
  const letters = [...text];
  return letters.length <= room ? text : `${letters.slice(0, room - 1).join("")}\u2026`;
}
