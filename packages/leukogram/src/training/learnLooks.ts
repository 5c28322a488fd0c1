import { spread } from "@leukogram/engine/core/spread";
import { laboratoryOf } from "../data/laboratories.ts";
import type { Sample } from "../data/sample.ts";
import { redCellsOf } from "../data/scale/laboratoryScales.ts";
import { PictureReading, undefinedIfUnread } from "../data/scale/pictureThreads.ts";
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
  const form = { imageSize: [size, size], isSquare: false, cropRedCells, hasLooks: true } as const;
  const reading = new PictureReading(samples.length);
  const looksOfSample = async (sample: Sample) => {
    const brought = await reading.bring(sample.path, form, widthOf.get(sample)).catch(undefinedIfUnread);
    return brought?.looks;
  };
  const looks: Familiarity[] = [];
  try {
    for (const laboratory of new Set(samples.map(laboratoryOf))) {
      const own = samples.filter((sample) => laboratoryOf(sample) === laboratory);
      const rows = await Promise.all(spread(own, MOST_PICTURES).map(looksOfSample));
      const fit = fitFamiliarity(rows.flatMap((row) => (row === undefined ? [] : [[...row]])));
      if (fit !== undefined) looks.push(fit);
    }
  } finally {
    await reading.close();
  }
  return looks;
}
