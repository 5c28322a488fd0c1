// What the figures say in words; claims no more than was counted.
import type { Evaluation } from "../evaluation/types.ts";
import { classFigure } from "./perClass.ts";
import { count, isKnown, percent, percentEstimate, plural } from "./text/format.ts";

/** One kind of mistake: images of one class that were taken for another. */
export interface Mistake {
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** Images of the true class. */
  readonly support: number;
}

/** The kinds of mistakes, the most frequent first; equals stay in the order of the classes. */
export function mistakesOf({ classes, confusionMatrix }: Evaluation): readonly Mistake[] {
  return classes
    .flatMap((truth, i) => {
      const row = confusionMatrix[i] ?? [];
      const support = row.reduce((sum, value) => sum + value, 0);
      return classes.map((predicted, j) => ({ truth, predicted, count: i === j ? 0 : (row[j] ?? 0), support }));
    })
    .filter((mistake) => mistake.count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Two or three sentences on how many images were named rightly, and where it went wrong. */
export function summarise(evaluation: Evaluation): string {
  if (evaluation.count === 0) return "No images were evaluated.";
  const right = evaluation.classes.reduce((sum, _, i) => sum + (evaluation.confusionMatrix[i]?.[i] ?? 0), 0);
  const first =
    `Of ${plural(evaluation.count, "test image")}, ${count(right)} ${right === 1 ? "was" : "were"} classified correctly: ` +
    `${percentEstimate(evaluation.accuracy)}.`;
  return [first, hardestClass(evaluation), commonestMistake(evaluation)].filter(Boolean).join(" ");
}

function hardestClass({ perClass }: Evaluation): string {
  const found = perClass
    .map((row) => ({ name: row.class, recall: classFigure(row, "recall") }))
    .filter(({ recall }) => isKnown(recall?.value))
    .sort((a, b) => a.recall!.value - b.recall!.value);
  const [hardest, next] = found;
  if (hardest === undefined || next === undefined || hardest.recall!.value === next.recall!.value) return "";
  return `Hardest class: ${hardest.name}, recall ${percentEstimate(hardest.recall)}.`;
}

function commonestMistake(evaluation: Evaluation): string {
  const [first] = mistakesOf(evaluation);
  if (first === undefined) return "No mistakes.";
  const share = percent(first.count / first.support);
  return `Most frequent mistake: ${first.truth} taken for ${first.predicted}, ${plural(first.count, "image")} (${share} of that class).`;
}
