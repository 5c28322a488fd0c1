// What adapt says of votes on cells without labels.
import type { UnlabelledAdaptation } from "../adaptation/unlabelled/adaptUnlabelled.ts";
import { changesText } from "../adaptation/unlabelled/voteSigns.ts";

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** What an adaptation without labels did, for a reader. */
export function unlabelledText(
  { adapted, reason, signs, agreement, home, share }: UnlabelledAdaptation,
  { out, homeLoss }: { readonly out: string; readonly homeLoss: number },
): string {
  const { cells, distinct, stability, smoothness, confidence, homeConfidence } = signs;
  return [
    `Cells              ${cells} without labels${distinct < cells ? `, ${distinct} of them different` : ""}`,
    `Answers to change  ${changesText(signs)}`,
    `Stability          ${percent(stability)} of votes come out the same from half of the cells`,
    `Alike cells        ${percent(smoothness)} of neighbours get the same answer from the model itself`,
    `Mean probability   ${confidence.toFixed(2)}${homeConfidence === undefined ? "" : `, ${homeConfidence.toFixed(2)} in the model's own laboratory`}`,
    home
      ? `Own laboratory     ${percent(home.before)}, now ${percent(home.after)} of ${home.cells} remembered cells (${homeLoss} points may be lost)`
      : "Own laboratory     not looked at: the model remembers no cells of it",
    adapted
      ? `Adapted by ${reason}: the model itself now gives ${percent(agreement!)} of them${share < 1 ? `; ${percent(share)} of the way, to keep the own laboratory` : ""}`
      : `Not adapted: ${reason}. The model in ${out} is the one you gave.`,
    "How right the answers are can't be known without labels: label some cells and run leukogram evaluate.",
    `Written: ${out}`,
  ].join("\n");
}
