import { nucleiNote } from "../data/scale.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import type { BroughtImage } from "./classifierFacts.ts";

/** A picture that was answered, and how its cell was cut out. */
export interface CroppedAnswer {
  readonly probabilities: readonly number[] | undefined;
  readonly crop: BroughtImage["crop"];
}

/** How crops came out. */
export interface CropCounts {
  /** Cells that were cropped. */
  readonly crops: number;
  /** Those of which more than a tenth lies beyond the picture. */
  readonly leaving: number;
  /** Those in which no nucleus was found. */
  readonly withoutNucleus: number;
}

/** A crop of which a greater share lies beyond its picture leaves it. */
export const LEAVES = 0.1;
/** A greater share of crops that leave their pictures is told. */
const MOST_LEAVING = 0.1;
/** So many answers of one class alone make the scale doubtful that their nuclei told. */
const ONE_CLASS = 20;

/** Counts crops that leave their picture, pictures without a nucleus, and whether all answers are one class. */
export class CropTally {
  #crops = 0;
  #leaving = 0;
  #withoutNucleus = 0;
  readonly #answers = new Set<number>();

  /** Counts a picture; those that could not be read, and whole pictures, are passed over. */
  add({ probabilities, crop }: CroppedAnswer): void {
    if (crop === undefined || probabilities === undefined) return;
    this.#crops++;
    if (crop.outside > LEAVES) this.#leaving++;
    if (crop.nucleus === undefined) this.#withoutNucleus++;
    this.#answers.add(argmax(probabilities));
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
    const { crops, leaving, withoutNucleus } = this.counts();
    const notes: string[] = [];
    if (leaving > MOST_LEAVING * crops)
      notes.push(
        `${leaving} of ${crops} crops leave their picture by more than a tenth: the pictures are cut too narrow, or the scale is wrong.`,
      );
    const without = nucleiNote({ looked: crops, found: crops - withoutNucleus });
    if (without !== undefined) notes.push(without);
    const [only] = this.#answers;
    if (isMeasured && crops >= ONE_CLASS && this.#answers.size === 1)
      notes.push(
        `All ${crops} answers are ${classes[only!]}. The scale comes from the nuclei of a mixture of classes, and those of one class are larger or smaller: tell the scale, --scale 72px (the width of a red cell) or --scale 0.10um (a pixel).`,
      );
    return notes;
  }
}
