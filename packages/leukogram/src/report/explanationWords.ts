// What an explanation's figures say, in sentences; the page, the pictures and the program use the same.
import type { Explanation } from "../explain/explainPicture.ts";
import { methodEntry } from "../explain/methods.ts";
import { decimal, percent } from "./text/format.ts";

/** A map with less than this share on the cell lies mostly outside of it. */
const LITTLE = 1 / 3;
/** A map that has less than so many times what an even one has on the cell tells hardly more than that one. */
const HARDLY_MORE = 1.25;
/** A sum of attributions that is further off than this share asks for finer steps. */
const COARSE = 0.05;

/** Where the map lies, as `63 % of the map lies on the cell, which covers 21 % of the picture`. */
export function placeWords({ onCell, cell }: Explanation): string {
  if (Number.isNaN(onCell)) return "The map is empty";
  return `${percent(onCell, 0)} of the map lies on the cell, which covers ${percent(cell.area, 0)} of the picture`;
}

/** How the map fared where weights were drawn anew; undefined where that was not tried. */
export function checkWords({ check }: Explanation): string | undefined {
  if (check === undefined || check.verdict === "empty") return undefined;
  const { correlations, mean, verdict } = check;
  const all = correlations.map((value) => decimal(value, 2)).join(", ");
  const figures = `rank correlation ${decimal(mean, 2)} with the maps of ${correlations.length} untrained models: ${all}`;
  if (verdict === "changes") return `The map changes when the model's weights are drawn anew (${figures})`;
  return `The map ${verdict} when the model's weights are drawn anew (${figures})`;
}

/** What else the method found. */
export function figureWords({ method, layer, isBypassed, map, figures }: Explanation): string {
  if (layer !== undefined) {
    const part = isBypassed ? "; some of what the model sees goes by ways around it, and is not in this map" : "";
    return `Maps of layer ${layer}, ${map.height} \u00d7 ${map.width} places${part}`;
  }
  if (method === "occlusion") {
    const { side, patches, probability, lowest } = figures;
    return `Under the worst of ${patches} patches of ${side} \u00d7 ${side} pixels the probability is ${percent(lowest)}, without one ${percent(probability)}`;
  }
  const { logit, baselineLogit, sum, error } = figures;
  return `The logit is ${decimal(logit, 2)}, that of an empty field ${decimal(baselineLogit, 2)}; the attributions add up to ${decimal(sum, 2)}, ${decimal(Math.abs(error!), 2)} off the difference`;
}

/** What a reader must know before believing this map, one sentence each. */
export function explanationWarnings(explanation: Explanation, className: string): string[] {
  const { method, onCell, cell, check, figures } = explanation;
  const title = methodEntry(method).title;
  if (Number.isNaN(onCell)) return [`${title} finds nothing that speaks for ${className}: the map is empty.`];
  const warnings: string[] = [];
  if (onCell < HARDLY_MORE * cell.area)
    warnings.push(
      `${title}: ${placeWords(explanation)}. An even map would have about as much there: the model may go by what is around the cell, or the map is too coarse to tell.`,
    );
  else if (onCell < LITTLE)
    warnings.push(`${title}: two thirds of the map or more lie outside of the cell (${percent(onCell, 0)} on it).`);
  if (check?.verdict === "hardly changes")
    warnings.push(
      `${title}: the map hardly changes when the weights are drawn anew (rank correlation ${decimal(check.mean, 2)}). It shows the picture's edges, not what the model learned.`,
    );
  const { error = 0, logit = 0, baselineLogit = 0 } = figures;
  if (Math.abs(error) > COARSE * Math.abs(logit - baselineLogit) && Math.abs(error) > COARSE)
    warnings.push(
      `${title}: the attributions miss the logit's difference by ${decimal(Math.abs(error), 2)}; take more --steps.`,
    );
  return warnings;
}
