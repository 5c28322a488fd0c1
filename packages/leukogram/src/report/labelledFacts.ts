import type { LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import { percent, percentEstimate, plural, pointsEstimate } from "./text/format.ts";
import type { AdaptationFacts } from "./types.ts";

/** What a report says of an adaptation by labels. */
type Told = Pick<LabelAdaptation, "adapted" | "reason" | "before" | "after" | "gain" | "home" | "share" | "tried">;

/**
 * What an adaptation by labels found, for a report.
 *
 * @param homeLoss largest loss of accuracy allowed in the model's home laboratory, in percentage points
 */
export function labelledFacts(
  { adapted, reason, before, after, gain, home, share, tried }: Told,
  { from, homeLoss }: { readonly from: string; readonly homeLoss: number },
): Omit<AdaptationFacts, "lacks"> {
  const part = share < 1 ? `; blended at ${percent(share)} to protect accuracy in the home laboratory` : "";
  return {
    from,
    adapted,
    outcome: adapted ? `Adapted by ${reason}${part}.` : `Not adapted: ${reason}.`,
    findings: [
      { name: "Labelled cells", text: plural(before.evaluation.count, "cell") },
      { name: "Accuracy of the original model", text: percentEstimate(before.evaluation.accuracy) },
      { name: "Accuracy of the best method, cross-validated", text: percentEstimate(after.evaluation.accuracy) },
      { name: "Expected gain in accuracy", text: pointsEstimate(gain.accuracy) },
      { name: "Expected gain in balanced accuracy", text: pointsEstimate(gain.balancedAccuracy) },
      {
        name: "Home laboratory",
        text: home
          ? `${percent(home.before)}, now ${percent(home.after)} of ${home.cells} stored cells (allowed loss: ${homeLoss} percentage points)`
          : "not checked: the model has stored no cells from it",
      },
      {
        name: "Methods tried, with log loss",
        text: tried.map(({ name, logLoss }) => `${name}: ${logLoss.toFixed(3)}`).join("; "),
      },
    ],
  };
}
