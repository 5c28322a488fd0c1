import { type CropCounts, cropCountNotes, leavesPicture, oneClassNotes } from "../../cells/cropCounts.ts";
import { argmax } from "../../metrics/topKAccuracy.ts";
import type { BroughtImage } from "../classifierFacts.ts";

/** A picture that was answered, and how its cell was cut out. */
export interface CroppedAnswer {
  readonly probabilities: readonly number[] | undefined;
  readonly crop: BroughtImage["crop"];
}

/** Counts crops that leave their picture, pictures without a nucleus, and whether all answers are one class. */
export class CropTally {
  #crops = 0;
  #leaving = 0;
  #withoutNucleus = 0;
  #fields = 0;
  readonly #answers: number[] = [];

  /** Counts a picture; those that could not be read, and whole pictures, are passed over. */
  add({ probabilities, crop }: CroppedAnswer): void {
    if (crop === undefined || probabilities === undefined) return;
    this.#crops++;
    if (leavesPicture(crop.outside)) this.#leaving++;
    if (crop.nucleus === undefined) this.#withoutNucleus++;
    if (crop.isField) this.#fields++;
    this.#answers.push(argmax(probabilities));
  }

  /** What was counted. */
  counts(): CropCounts {
    return { crops: this.#crops, leaving: this.#leaving, withoutNucleus: this.#withoutNucleus };
  }

  /**
   * What is to be said of it, a sentence each.
   *
   * @param isMeasured whether nuclei told the scale
   */
  notes({ classes, isMeasured }: { readonly classes: readonly string[]; readonly isMeasured: boolean }): string[] {
    const answers = isMeasured ? oneClassNotes(this.#answers.map((k) => classes[k]!)) : [];
    const fields = fieldsNote(this.#fields, this.#crops);
    return [...fields, ...cropCountNotes(this.counts()), ...answers];
  }
}

function fieldsNote(fields: number, of: number): string[] {
  if (fields === 0) return [];
  const seem = fields === 1 ? "seems to be a whole field" : "seem to be whole fields";
  return [
    `${fields} of ${of} ${of === 1 ? "image" : "images"} ${seem} of a microscope, of which only one area was classified. Crop one cell per image.`,
  ];
}
