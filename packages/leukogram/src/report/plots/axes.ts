import type { ScaleLinear } from "d3-scale";
import { join, type Markup } from "../text/markup.ts";
import { label, line, type Panel, textWidth } from "./figure.ts";

/** Options of an axis. */
export interface AxisOptions {
  /** About how many ticks; 5 unless told. */
  readonly ticks?: number;
  readonly format?: (value: number) => string;
  readonly title?: string;
  /** Only whole numbers, such as epochs. */
  readonly whole?: boolean;
}

/** Horizontal grid lines of a panel with their values on its left. */
export function verticalAxis(panel: Panel, scale: ScaleLinear<number, number>, options: AxisOptions = {}): Markup {
  const { ticks = 5, format = String, title } = options;
  const pieces = scale
    .ticks(ticks)
    .map((tick) => [
      line([panel.x, scale(tick)], [panel.x + panel.width, scale(tick)], { class: "lk-grid" }),
      label(panel.x - 8, scale(tick) + 4, format(tick), { anchor: "end", tone: "lk-muted", size: 12 }),
    ]);
  const titleText = title === undefined ? undefined : axisTitle(panel, title);
  return join([pieces, titleText]);
}

/** Vertical grid lines of a panel with their values below it. */
export function horizontalAxis(panel: Panel, scale: ScaleLinear<number, number>, options: AxisOptions = {}): Markup {
  const { ticks = 5, format = String, title, whole = false } = options;
  const bottom = panel.y + panel.height;
  const pieces = fittingTicks(scale, { ticks, format, whole, width: panel.width }).map((tick) => [
    line([scale(tick), panel.y], [scale(tick), bottom], { class: "lk-grid" }),
    label(scale(tick), bottom + 18, format(tick), { anchor: "middle", tone: "lk-muted", size: 12 }),
  ]);
  const middle = panel.x + panel.width / 2;
  const titleText =
    title === undefined
      ? undefined
      : label(middle, bottom + 38, title, { anchor: "middle", tone: "lk-muted", size: 12 });
  return join([pieces, titleText]);
}

// As many ticks as were asked for, or fewer, so that no label runs into its neighbour.
function fittingTicks(
  scale: ScaleLinear<number, number>,
  options: {
    readonly ticks: number;
    readonly format: (value: number) => string;
    readonly whole: boolean;
    readonly width: number;
  },
): readonly number[] {
  const { ticks, format, whole, width } = options;
  for (let wanted = ticks; wanted > 1; wanted--) {
    const found = scale.ticks(wanted).filter((tick) => !whole || Number.isInteger(tick));
    const room = found.reduce((sum, tick) => sum + textWidth(format(tick), 12) + 10, 0);
    if (room <= width + 30) return found;
  }
  return scale.ticks(1);
}

/** A share in [0, 1] as an axis says it, `85 %`. */
export function percentTick(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function axisTitle(panel: Panel, title: string): Markup {
  const [x, y] = [panel.x - 48, panel.y + panel.height / 2];
  return label(0, 0, title, {
    anchor: "middle",
    tone: "lk-muted",
    size: 12,
    transform: `translate(${x} ${y}) rotate(-90)`,
  });
}
