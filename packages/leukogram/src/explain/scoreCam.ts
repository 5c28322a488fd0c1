import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { emptyPicture } from "./integratedGradients.ts";
import { stopIfAborted } from "./interrupted.ts";
import type { ModelRunner } from "./modelRunner.ts";
import { highest, type PictureMap, picturesAtOnce, resizeMap, type SeenPicture } from "./picture.ts";

/** What {@link scoreCam} takes beside runner and picture. */
export interface ScoreCamOptions {
  readonly target: number;
  /** The layer whose maps are weighted; default: the last that has any. */
  readonly layer?: string | undefined;
  /** What is shown where a map hides the picture, one value a channel, 0 to 255. */
  readonly baseline: readonly number[];
  /** How many of the layer's maps are tried, those that reach highest first; default 64. */
  readonly maps?: number;
  readonly signal?: StopSignal | undefined;
}

/** How many of a layer's maps are tried. */
export const MAPS_TRIED = 64;

/**
 * Score-CAM (Wang et al. 2020, algorithm 1), without gradients: each map of a layer is laid over the picture as a veil, and
 * the map's weight is the class's probability on what shines through, less that on the empty picture; the weighted maps
 * are summed, negative values cut off. Of a layer with many maps only those that reach highest are tried.
 *
 * @throws ERR_ABORTED; ERR_CONFIG if there is no such layer, or it has no map.
 */
export async function scoreCam(
  runner: ModelRunner,
  picture: SeenPicture,
  { target, layer, baseline, maps = MAPS_TRIED, signal }: ScoreCamOptions,
): Promise<PictureMap> {
  const { data, height, width } = picture;
  const all = await runner.maps(picture, layer);
  const tried = all
    .map((map) => ({ map, range: highest(map) - lowestOf(map) }))
    .filter(({ range }) => range > 0)
    .sort((a, b) => b.range - a.range)
    .slice(0, maps)
    .map(({ map }) => map);
  const empty = emptyPicture(picture, baseline);
  const nothing = (await runner.answer({ data: empty, count: 1 })).probabilities[target]!;
  const sum = new Float64Array(all[0]!.data.length);
  const most = picturesAtOnce(picture);
  for (let from = 0; from < tried.length; from += most) {
    stopIfAborted(signal);
    const now = tried.slice(from, from + most);
    const batch = new Float32Array(now.length * data.length);
    for (const [n, map] of now.entries()) {
      const veil = veilOf(map, height, width);
      for (let start = 0; start < data.length; start += veil.length)
        for (let i = 0; i < veil.length; i++) {
          const nothingThere = empty[start + i]!;
          batch[n * data.length + start + i] = nothingThere + (data[start + i]! - nothingThere) * veil[i]!;
        }
    }
    const { probabilities } = await runner.answer({ data: batch, count: now.length });
    for (const [n, map] of now.entries()) {
      const weight = probabilities[n * runner.classes + target]! - nothing;
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * map.data[i]!;
    }
  }
  const { height: h, width: w } = all[0]!;
  return { data: Float32Array.from(sum, (value) => Math.max(0, value)), height: h, width: w };
}

const lowestOf = ({ data }: PictureMap) =>
  data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);

// The map at the picture's size, from 0 to 1.
function veilOf(map: PictureMap, height: number, width: number): Float32Array {
  const large = resizeMap(map, height, width);
  const low = lowestOf(large);
  const range = large.data.reduce((most, value) => Math.max(most, value), low) - low;
  return large.data.map((value) => (range === 0 ? 0 : (value - low) / range));
}
