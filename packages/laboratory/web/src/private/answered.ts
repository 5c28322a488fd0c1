import { countedLabel, readAnswer } from "leukogram/review/answer";
import type { GalleryCell } from "../gallery/types.ts";
import type { Answered } from "./messages.ts";

/** A cell of private mode with what the model answered. @param facts of the model. */
export function answered(
  cell: GalleryCell,
  answer: Pick<Extract<Answered, { readonly kind: "classified" }>, "probabilities" | "familiarity" | "crop">,
  facts: Pick<Extract<Answered, { readonly kind: "loaded" }>, "classes" | "threshold">,
): GalleryCell {
  const { probabilities, familiarity, crop } = answer;
  const found: GalleryCell = {
    ...cell,
    ...{ status: "classified", probabilities: [...probabilities], familiarity, crop },
    ...readAnswer(answer, facts),
  };
  return { ...found, counted: countedLabel(found) };
}
