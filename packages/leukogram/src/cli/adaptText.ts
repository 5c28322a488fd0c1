// What `adapt` says and gives of an adaptation.

import type { Estimate } from "@leukogram/engine/core/estimate";
import type { LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import type { HeldOutJudgement } from "../adaptation/fewLabels/judgeHeldOut.ts";
import { NOT_KNOWN, unlabelledFindings, unlabelledOutcome } from "../adaptation/unlabelled/unlabelledWords.ts";
import type { AdaptedByLabels, AdaptedByVotes } from "../jobs/adaptJob.ts";
import { shareText } from "./options.ts";

/** Where texts begin, behind their names. */
const WIDTH = 21;

/** What an adaptation without labels did, for a reader. */
export function unlabelledText({ adaptation, out, judged }: AdaptedByVotes, homeLoss: number): string {
  const outcome = unlabelledOutcome(adaptation);
  return [
    ...unlabelledFindings(adaptation, homeLoss).map(({ name, text }) => `${name.padEnd(WIDTH)}${text}`),
    adaptation.adapted ? outcome : `${outcome} The model in ${out} is unchanged.`,
    `${NOT_KNOWN}: to find out, label some cells and run leukogram evaluate.`,
    `Written: ${out}`,
    ...judgedLines(judged),
  ].join("\n");
}

/** The same for --json. */
export function votesJson({ out, from, time, judged, adaptation }: AdaptedByVotes) {
  const { before: _, after: __, memory: ___, ...told } = adaptation;
  return { out, from, ...told, ...time, ...(judged && { judged }) };
}

/** What an adaptation by labels did, for a reader. */
export function labelledText({ adaptation, out, learned, classes, judged }: AdaptedByLabels, homeLoss: number): string {
  const { adapted, reason, before, after, gain, home, share } = adaptation;
  const counts = classes.map((name, k) => `${name} ${learned.filter(({ label }) => label === k).length}`);
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    `Labelled cells     ${learned.length}: ${counts.join(", ")}`,
    `Original model     accuracy ${shareText(before.evaluation.accuracy)}, balanced ${shareText(before.evaluation.balancedAccuracy)}`,
    `Best adaptation    accuracy ${shareText(after.evaluation.accuracy)}, balanced ${shareText(after.evaluation.balancedAccuracy)}`,
    `Expected gain      accuracy ${points(gain.accuracy)}, balanced ${points(gain.balancedAccuracy)}`,
    home
      ? `Home laboratory    ${percent(home.before)}, now ${percent(home.after)} of ${home.cells} stored cells (allowed loss: ${homeLoss} percentage points)`
      : "Home laboratory    not checked: the model has stored no cells from it",
    adapted
      ? `Adapted by ${reason}${share < 1 ? `; blended at ${percent(share)} to protect accuracy in the home laboratory` : ""}`
      : `Not adapted: ${reason}. The model was saved unchanged.`,
    "These figures are cross-validated: each cell is evaluated by a model that was not trained on it.",
    `Written: ${out}`,
    ...judgedLines(judged),
  ].join("\n");
}

/** The same for --json: of the figures the headlines. */
export function labelsJson({ out, from, time, judged, learned, scale, adaptation }: AdaptedByLabels) {
  const headline = ({ evaluation: { accuracy, balancedAccuracy } }: LabelAdaptation["before"]) => ({
    accuracy,
    balancedAccuracy,
  });
  const { before, after, memory: _, ...told } = adaptation;
  const summary = { ...told, before: headline(before), after: headline(after) };
  return { out, from, cells: learned.length, scale, ...summary, judged, ...time };
}

const judgedLines = (judged: HeldOutJudgement | undefined) =>
  judged
    ? [`Held out           ${judged.cells} cells: accuracy ${shareText(judged.before)}, now ${shareText(judged.after)}`]
    : [];

const points = ({ value, low, high }: Estimate) =>
  `${(100 * value).toFixed(1)} points (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
