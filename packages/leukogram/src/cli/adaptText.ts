// What `adapt` says and gives of an adaptation.

import type { Estimate } from "@leukogram/engine/core/estimate";
import type { LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import type { HeldOutJudgement } from "../adaptation/fewLabels/judgeHeldOut.ts";
import { NOT_KNOWN, unlabelledFindings, unlabelledOutcome } from "../adaptation/unlabelled/unlabelledWords.ts";
import type { AdaptedByLabels, AdaptedByVotes } from "../jobs/adaptJob.ts";
import { shareText } from "./options.ts";

/** Where texts begin, behind their names. */
const WIDTH = 19;

/** What an adaptation without labels did, for a reader. */
export function unlabelledText({ adaptation, out, judged }: AdaptedByVotes, homeLoss: number): string {
  const outcome = unlabelledOutcome(adaptation);
  return [
    ...unlabelledFindings(adaptation, homeLoss).map(({ name, text }) => `${name.padEnd(WIDTH)}${text}`),
    adaptation.adapted ? outcome : `${outcome} The model in ${out} is the one you gave.`,
    `${NOT_KNOWN}: label some cells and run leukogram evaluate.`,
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
    `Model as it is     accuracy ${shareText(before.evaluation.accuracy)}, balanced ${shareText(before.evaluation.balancedAccuracy)}`,
    `Best of the rest   accuracy ${shareText(after.evaluation.accuracy)}, balanced ${shareText(after.evaluation.balancedAccuracy)}`,
    `Expected gain      accuracy ${points(gain.accuracy)}, balanced ${points(gain.balancedAccuracy)}`,
    home
      ? `Own laboratory     ${percent(home.before)}, now ${percent(home.after)} of ${home.cells} remembered cells (${homeLoss} points may be lost)`
      : "Own laboratory     not looked at: the model remembers no cells of it",
    adapted
      ? `Adapted by ${reason}${share < 1 ? `; ${percent(share)} of the way, for the own laboratory's sake` : ""}`
      : `Not adapted: ${reason}. What is written is the model as it was.`,
    "Figures are cross-validated on these labels: each cell is judged by a model that has not seen it.",
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
