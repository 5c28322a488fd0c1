import { createHash } from "node:crypto";
import { laboratoryOf } from "../data/laboratories.ts";
import type { PrepareStep } from "../data/loading/cacheBuild.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import type { Sample } from "../data/sample.ts";
import { cropAtScale } from "../data/scale/cellCrop.ts";
import type { Scale } from "../data/scale/scale.ts";

/** Raised where the pixels of crops change, so that old caches are not read. */
const VERSION = 1;

/** What {@link ScaledCrops} takes. */
export interface ScaledCropsOptions {
  /** Height and width of the crops, pixels. */
  readonly size: number;
  /** Their side in widths of a red cell. */
  readonly redCells: number;
  /** Scales by laboratory, for pictures that have none of their own. */
  readonly scales: ReadonlyMap<string, Scale | undefined>;
  /** The pictures; a cache is kept apart by their own scales. */
  readonly samples: readonly Sample[];
}

/** Crops cells at their laboratory's scale; a cell without one by its own nucleus. */
export class ScaledCrops implements PrepareStep {
  readonly name: string;
  readonly #options: ScaledCropsOptions;

  constructor(options: ScaledCropsOptions) {
    this.#options = options;
    const { size, redCells, scales, samples } = options;
    const known = [...scales].map(([laboratory, scale]) => [laboratory, scale?.redCell]);
    const told = createHash("sha256").update(JSON.stringify(samples.map(({ redCell }) => redCell ?? 0)));
    this.name = `crops ${VERSION} ${JSON.stringify([size, redCells, known, told.digest("hex")])}`;
  }

  apply(image: RgbImage, sample: Sample): RgbImage {
    const { size, redCells, scales } = this.#options;
    const redCell = sample.redCell ?? scales.get(laboratoryOf(sample))?.redCell;
    const { pixels } = cropAtScale(image, { redCells, redCell, size });
    return { width: size, height: size, data: pixels };
  }

  /** Holds nothing. */
  close(): void {}
}
