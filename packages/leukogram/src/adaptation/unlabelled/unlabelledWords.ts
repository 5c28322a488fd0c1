// What an adaptation without labels found and expects, in words: the same for the command and the laboratory's app.
import type { UnlabelledAdaptation } from "./adaptUnlabelled.ts";
import { changesText } from "./voteSigns.ts";

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** One thing that was found. */
export type Finding = { readonly name: string; readonly text: string };

/** What is told of an adaptation; as adaptation.json holds it, too. */
export type ToldAdaptation = Pick<
  UnlabelledAdaptation,
  "adapted" | "reason" | "signs" | "agreement" | "home" | "share"
>;

/** What no adaptation without labels can say. */
export const NOT_KNOWN = "How right the answers are can't be known without labels";

/**
 * What was found, and what is expected of the model.
 *
 * @param homeLoss largest loss of accuracy allowed in the model's home laboratory, in percentage points
 */
export function unlabelledFindings({ signs, home }: ToldAdaptation, homeLoss: number): Finding[] {
  const { cells, distinct, vanished, stability, smoothness, confidence, homeConfidence } = signs;
  const finding = (name: string, text: string): Finding => ({ name, text });
  return [
    finding("Cells", `${cells} without labels${distinct < cells ? `, ${distinct} of them different` : ""}`),
    finding("Answers to change", changesText(signs)),
    ...vanished.map(({ name, cells: lost }) =>
      finding("Class that vanishes", `${name}: ${lost} answers, then none; look at these cells`),
    ),
    finding("Stability", `${percent(stability)} of votes come out the same from half of the cells`),
    finding("Alike cells", `${percent(smoothness)} of neighbours get the same answer from the model itself`),
    finding(
      "Mean probability",
      `${confidence.toFixed(2)}${homeConfidence === undefined ? "" : `, ${homeConfidence.toFixed(2)} in the model's own laboratory`}`,
    ),
    finding(
      "Own laboratory",
      home
        ? `${percent(home.before)}, now ${percent(home.after)} of ${home.cells} remembered cells (allowed loss: ${homeLoss} percentage points)`
        : "not looked at: the model remembers no cells of it",
    ),
  ];
}

/** What became of the model, in a sentence. */
export function unlabelledOutcome({ adapted, reason, agreement, share }: ToldAdaptation): string {
  if (!adapted) return `Not adapted: ${reason}.`;
  const part = share < 1 ? `; ${percent(share)} of the way, to keep the own laboratory` : "";
  return `Adapted by ${reason}: the model itself now gives ${percent(agreement!)} of them${part}`;
}
