import type { LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import { percent, percentEstimate, plural, pointsEstimate } from "./format.ts";
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
  const part = share < 1 ? `; ${percent(share)} of the way, to keep the own laboratory` : "";
  return {
    from,
    adapted,
    outcome: adapted ? `Adapted by ${reason}${part}.` : `Not adapted: ${reason}.`,
    findings: [
      { name: "Labelled cells", text: plural(before.evaluation.count, "cell") },
      { name: "Accuracy of the model as it was", text: percentEstimate(before.evaluation.accuracy) },
      { name: "Accuracy of the best way to learn, cross-validated", text: percentEstimate(after.evaluation.accuracy) },
      { name: "Expected gain in accuracy", text: pointsEstimate(gain.accuracy) },
      { name: "Expected gain in balanced accuracy", text: pointsEstimate(gain.balancedAccuracy) },
      {
        name: "Own laboratory",
        text: home
          ? `${percent(home.before)}, now ${percent(home.after)} of ${home.cells} remembered cells (allowed loss: ${homeLoss} percentage points)`
          : "not looked at: the model remembers no cells of it",
      },
      {
        name: "Ways tried, and their log loss",
        text: tried.map(({ name, logLoss }) => `${name}: ${logLoss.toFixed(3)}`).join("; "),
      },
    ],
  };
}
