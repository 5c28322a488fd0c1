import { spread } from "@leukogram/engine/core/spread";
import { laboratoryOf } from "../data/laboratories.ts";
import { looksOf } from "../data/microscopy/measures.ts";
import { decodeImage } from "../data/pictures/image.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import type { Sample } from "../data/sample.ts";
import { cropAtScale } from "../data/scale/cellCrop.ts";
import { redCellsOf } from "../data/scale/laboratoryScales.ts";
import type { Scale } from "../data/scale/scale.ts";
import { type Familiarity, fitFamiliarity } from "../metrics/familiarity.ts";

/** More pictures of a laboratory than this are looked at in part, spread evenly over them. */
const MOST_PICTURES = 500;

/** How a model sees pictures, as far as their looks go. */
export interface LooksOptions {
  /** Side of the crop in widths of a red cell; undefined if the model takes whole pictures. */
  readonly cropRedCells: number | undefined;
  /** The scale of pictures that have none of their own; default: what their laboratory's nuclei say. */
  readonly scale?: Scale | undefined;
  /** Height and width of what it sees, pixels. */
  readonly size: number;
}

/** How the pictures of each laboratory look; none of a laboratory with few. Pictures that can't be read are left out. */
export async function learnLooks(
  samples: readonly Sample[],
  { cropRedCells, scale, size }: LooksOptions,
): Promise<Familiarity[]> {
  const widths = cropRedCells === undefined ? [] : await redCellsOf(samples, { known: scale });
  const widthOf = new Map(samples.map((sample, i) => [sample, widths[i]]));
  const seen = (image: RgbImage, sample: Sample): RgbImage => {
    if (cropRedCells === undefined) return image;
    const redCell = widthOf.get(sample);
    return { data: cropAtScale(image, { redCells: cropRedCells, redCell, size }).pixels, width: size, height: size };
  };
  const looks: Familiarity[] = [];
  for (const laboratory of new Set(samples.map(laboratoryOf))) {
    const rows: number[][] = [];
    const own = samples.filter((sample) => laboratoryOf(sample) === laboratory);
    for (const sample of spread(own, MOST_PICTURES)) {
      const image = await decodeImage(sample.path).catch(() => undefined);
      if (image !== undefined) rows.push(looksOf(seen(image, sample)));
    }
    const fit = fitFamiliarity(rows);
    if (fit !== undefined) looks.push(fit);
  }
  return looks;
}
