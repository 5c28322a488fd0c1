// What adapt says of votes on cells without labels.
import {
  NOT_KNOWN,
  type ToldAdaptation,
  unlabelledFindings,
  unlabelledOutcome,
} from "../adaptation/unlabelled/unlabelledWords.ts";

/** Where texts begin, behind their names. */
const WIDTH = 19;

/** What an adaptation without labels did, for a reader. */
export function unlabelledText(
  told: ToldAdaptation,
  { out, homeLoss }: { readonly out: string; readonly homeLoss: number },
): string {
  const outcome = unlabelledOutcome(told);
  return [
    ...unlabelledFindings(told, homeLoss).map(({ name, text }) => `${name.padEnd(WIDTH)}${text}`),
    told.adapted ? outcome : `${outcome} The model in ${out} is unchanged.`,
    `${NOT_KNOWN}: to find out, label some cells and run leukogram evaluate.`,
    `Written: ${out}`,
  ].join("\n");
}
