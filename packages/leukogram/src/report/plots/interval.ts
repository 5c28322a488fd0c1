import type { Estimate } from "@leukogram/engine/core/estimate";
import type { ScaleLinear } from "d3-scale";
import { isKnown } from "../text/format.ts";
import { join, type Markup } from "../text/markup.ts";
import { line } from "./figure.ts";

/** A horizontal whisker with caps, from the lower to the upper limit; nothing if they are not known. */
export function whisker(
  estimate: Estimate,
  scale: ScaleLinear<number, number>,
  { y, cap = 4, tone = "lk-line" }: { readonly y: number; readonly cap?: number; readonly tone?: string },
): Markup {
  if (!isKnown(estimate.low) || !isKnown(estimate.high)) return join([]);
  const [low, high] = [scale(estimate.low), scale(estimate.high)];
  const attributes = { class: tone, "stroke-width": 1.5 };
  return join([
    // Keeps the whisker visible where it lies on a bar.
    line([low, y], [high, y], { class: "lk-halo", "stroke-width": 5, "stroke-opacity": 0.55 }),
    line([low, y], [high, y], { ...attributes, "data-part": "whisker" }),
    line([low, y - cap], [low, y + cap], attributes),
    line([high, y - cap], [high, y + cap], attributes),
  ]);
}
