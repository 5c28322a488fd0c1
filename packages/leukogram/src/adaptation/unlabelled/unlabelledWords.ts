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
export const NOT_KNOWN = "Accuracy can't be measured without labels";

/**
 * What was found, and what is expected of the model.
 *
 * @param homeLoss largest loss of accuracy allowed in the model's home laboratory, in percentage points
 */
export function unlabelledFindings({ signs, home }: ToldAdaptation, homeLoss: number): Finding[] {
  const { cells, distinct, vanished, stability, smoothness, confidence, homeConfidence } = signs;
  const finding = (name: string, text: string): Finding => ({ name, text });
  return [
    finding("Cells", `${cells} unlabelled${distinct < cells ? `, ${distinct} of them different` : ""}`),
    finding("Changed predictions", changesText(signs)),
    ...vanished.map(({ name, cells: lost }) =>
      finding("Vanished class", `${name}: ${lost} predictions before, none after; check these cells`),
    ),
    finding("Stability", `${percent(stability)} of votes are the same with half of the cells`),
    finding(
      "Similar cells",
      `${percent(smoothness)} of neighbouring cells get the same prediction from the original model`,
    ),
    finding(
      "Mean probability",
      `${confidence.toFixed(2)}${homeConfidence === undefined ? "" : `, ${homeConfidence.toFixed(2)} in the model's home laboratory`}`,
    ),
    finding(
      "Home laboratory",
      home
        ? `${percent(home.before)}, now ${percent(home.after)} of ${home.cells} stored cells (allowed loss: ${homeLoss} percentage points)`
        : "not checked: the model has stored no cells from it",
    ),
  ];
}

/** What became of the model, in a sentence. */
export function unlabelledOutcome({ adapted, reason, agreement, share }: ToldAdaptation): string {
  if (!adapted) return `Not adapted: ${reason}.`;
  const part = share < 1 ? `; blended at ${percent(share)} to protect accuracy in the home laboratory` : "";
  return `Adapted by ${reason}: the adapted model reproduces ${percent(agreement!)} of them${part}`;
}
