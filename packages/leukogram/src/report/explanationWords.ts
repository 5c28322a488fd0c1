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
  return `${percent(onCell, 0)} of the map lies on the cell, which covers ${percent(cell.area, 0)} of the image`;
}

/** How the map fared where weights were drawn again; undefined if that was not tried. */
export function checkWords({ check }: Explanation): string | undefined {
  if (check === undefined || check.verdict === "empty") return undefined;
  const { correlations, mean, verdict } = check;
  const all = correlations.map((value) => decimal(value, 2)).join(", ");
  const figures = `rank correlation ${decimal(mean, 2)} with the maps of ${correlations.length} untrained models: ${all}`;
  if (verdict === "changes") return `The map changes if the model gets new random weights (${figures})`;
  return `The map ${verdict} if the model gets new random weights (${figures})`;
}

/** What else the method found. */
export function figureWords({ method, layer, isBypassed, map, figures }: Explanation): string {
  if (layer !== undefined) {
    const part = isBypassed ? "; part of the signal bypasses this layer and is not in the map" : "";
    return `Maps of layer ${layer}, ${map.height} \u00d7 ${map.width} positions${part}`;
  }
  if (method === "occlusion") {
    const { side, patches, probability, lowest } = figures;
    return `The probability is ${percent(probability)}, and drops to ${percent(lowest)} under the worst of ${patches} patches of ${side} \u00d7 ${side} pixels`;
  }
  const { logit, baselineLogit, sum, error } = figures;
  return `The logit is ${decimal(logit, 2)}, and ${decimal(baselineLogit, 2)} for the baseline image; the attributions add up to ${decimal(sum, 2)}, ${decimal(Math.abs(error!), 2)} off the difference`;
}

/** What a reader must know before believing this map, one sentence each. */
export function explanationWarnings(explanation: Explanation, className: string): string[] {
  const { method, onCell, cell, check, figures } = explanation;
  const title = methodEntry(method).title;
  if (Number.isNaN(onCell)) return [`${title} finds nothing that supports ${className}: the map is empty.`];
  const warnings: string[] = [];
  if (onCell < HARDLY_MORE * cell.area)
    warnings.push(
      `${title}: ${placeWords(explanation)}. This is no more than in a uniform map: the model may use the surroundings of the cell, or the map is too coarse to tell.`,
    );
  else if (onCell < LITTLE)
    warnings.push(`${title}: at least two thirds of the map lie outside the cell (${percent(onCell, 0)} on it).`);
  if (check?.verdict === "hardly changes")
    warnings.push(
      `${title}: the map hardly changes with new random weights (rank correlation ${decimal(check.mean, 2)}). It shows the edges in the image, not what the model learned.`,
    );
  const { error = 0, logit = 0, baselineLogit = 0 } = figures;
  if (Math.abs(error) > COARSE * Math.abs(logit - baselineLogit) && Math.abs(error) > COARSE)
    warnings.push(
      `${title}: the attributions differ from the change of the logit by ${decimal(Math.abs(error), 2)}; use more --steps.`,
    );
  return warnings;
}
