// The scale of each laboratory's pictures, from its unlabelled cells.

import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { laboratoryOf } from "../laboratories.ts";
import type { Sample } from "../sample.ts";
import { scaleInFiles } from "./fileScales.ts";
import { PictureReading, undefinedIfUnread } from "./pictureThreads.ts";
import { type MeasuredScale, MOST_MEASURED, measureScale, type Scale, withFileScale } from "./scale.ts";

/** Options of {@link laboratoryScales} and {@link scaleOfFiles}. */
export interface ScaleOptions {
  readonly signal?: StopSignal | undefined;
}

/**
 * What the nuclei of each laboratory's cells say of its scale, by the laboratory's name.
 *
 * @throws ERR_ABORTED
 */
export async function laboratoryScales(
  samples: readonly Pick<Sample, "path" | "laboratory">[],
  options: ScaleOptions = {},
): Promise<ReadonlyMap<string, MeasuredScale>> {
  const paths = new Map<string, string[]>();
  for (const sample of samples) {
    const own = paths.get(laboratoryOf(sample)) ?? [];
    paths.set(laboratoryOf(sample), own);
    own.push(sample.path);
  }
  const scales = new Map<string, MeasuredScale>();
  for (const [laboratory, own] of paths) scales.set(laboratory, await scaleOfFiles(own, options));
  return scales;
}

/**
 * Width of a red cell in each picture, pixels: the picture's own, else `known`, else what the nuclei of its laboratory
 * say; undefined if they say none.
 *
 * @throws ERR_ABORTED
 */
export async function redCellsOf(
  samples: readonly Pick<Sample, "path" | "laboratory" | "redCell">[],
  { known, ...options }: ScaleOptions & { readonly known: Scale | undefined },
): Promise<readonly (number | undefined)[]> {
  const unknown = samples.filter(({ redCell }) => redCell === undefined && known === undefined);
  const scales = await laboratoryScales(unknown, options);
  const own = (sample: Pick<Sample, "laboratory">) => {
    const measured = scales.get(laboratoryOf(sample));
    return known ?? measured?.file ?? measured?.scale;
  };
  return samples.map((sample) => sample.redCell ?? own({ laboratory: sample.laboratory })?.redCell);
}

/**
 * What the nuclei of one laboratory's cells say of its scale. Pictures that can't be read are left out.
 *
 * @throws ERR_ABORTED
 */
export async function scaleOfFiles(paths: readonly string[], { signal }: ScaleOptions = {}): Promise<MeasuredScale> {
  const chosen = spread(paths, MOST_MEASURED);
  const reading = new PictureReading(chosen.length, signal);
  const read = (path: string) => reading.sizes(path).catch(undefinedIfUnread);
  const looked = await Promise.all(chosen.map(read)).finally(() => reading.close());
  const measured = measureScale(looked.flatMap((one) => one ?? []));
  return withFileScale(measured, await scaleInFiles(paths, { signal }));
}
