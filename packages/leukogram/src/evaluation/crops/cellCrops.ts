// How the cells of a set of pictures are cropped at their scale, and what there is to be said of it: one for all commands.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CropCounts } from "../../cells/cropCounts.ts";
import {
  type ScaledSample,
  type UsedScale,
  type UsedScales,
  type UsedScalesOptions,
  usedScales,
} from "../../data/scale/usedScales.ts";
import type { ClassifierFacts } from "../classifierFacts.ts";
import { type CroppedAnswer, CropTally } from "./cropTally.ts";

/** How the cells of a set were cropped. */
export interface CropSummary extends CropCounts {
  /** One a laboratory. */
  readonly laboratories: readonly UsedScale[];
  /** What a reader must know, a sentence each. */
  readonly notes: readonly string[];
}

/** What of a model says how it is to be fed. */
export type CroppingModel = Partial<Pick<ClassifierFacts, "cropRedCells" | "scale">> & { readonly path: string };

/** The crops of one set of pictures. */
export class CellCrops {
  readonly #scales: UsedScales | undefined;
  readonly #tally = new CropTally();

  private constructor(scales: UsedScales | undefined) {
    this.#scales = scales;
  }

  /**
   * Finds the scale of each laboratory. Of a model that takes whole pictures there is nothing to find.
   *
   * @throws LeukogramError ERR_USAGE if a scale was told of a model that takes whole pictures, or fits no laboratory;
   * ERR_ABORTED.
   */
  static async plan(
    { cropRedCells, scale, path }: CroppingModel,
    samples: readonly ScaledSample[],
    options: Omit<UsedScalesOptions, "carried"> = {},
  ): Promise<CellCrops> {
    if (cropRedCells !== undefined) return new CellCrops(await usedScales(samples, { ...options, carried: scale }));
    if (options.told !== undefined && options.told.size > 0)
      throw new LeukogramError("ERR_USAGE", `${path}: takes whole images and does not use a scale`, {
        hint: "Remove --scale, or give a model trained with cropRedCells.",
      });
    return new CellCrops(undefined);
  }

  /** One a laboratory; none if the model takes whole pictures. */
  get laboratories(): readonly UsedScale[] {
    return this.#scales?.laboratories ?? [];
  }

  /** Width of a red cell in a picture, pixels, by its place; undefined if it is not known. */
  readonly redCellOf = (index: number): number | undefined => this.#scales?.redCellOf(index);

  /** Counts an answered picture. */
  add(answer: CroppedAnswer): void {
    this.#tally.add(answer);
  }

  /** What was done; undefined if the model takes whole pictures. */
  summary(classes: readonly string[]): CropSummary | undefined {
    if (this.#scales === undefined) return undefined;
    const { laboratories } = this.#scales;
    const isNamed = laboratories.length > 1;
    const scaleNotes = laboratories.flatMap(({ laboratory, notes }) =>
      notes.map((note) => (isNamed ? `${laboratory}: ${note}` : note)),
    );
    const isMeasured = laboratories.some(({ scale }) => scale?.source === "nuclei");
    const notes = [...scaleNotes, ...this.#tally.notes({ classes, isMeasured })];
    return { ...this.#tally.counts(), laboratories, notes };
  }
}
