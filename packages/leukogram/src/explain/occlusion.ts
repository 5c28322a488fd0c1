import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { stopIfAborted } from "./interrupted.ts";
import type { ModelRunner } from "./modelRunner.ts";
import { type PictureMap, picturesAtOnce, type SeenPicture } from "./picture.ts";

/** What {@link occlusion} takes beside runner and picture. */
export interface OcclusionOptions {
  readonly target: number;
  /** What the patch is filled with, one value a channel, 0 to 255. */
  readonly colour: readonly number[];
  /** Side of the patch as a share of the picture's shorter one; default 1/6. It moves by a third of its side. */
  readonly patch?: number;
  readonly signal?: StopSignal | undefined;
}

/** What {@link occlusion} gives. */
export interface Occlusion {
  /** Mean fall of the class's probability over the patches that cover a place; what rises counts as 0. */
  readonly map: PictureMap;
  /** Side of the patch, pixels. */
  readonly side: number;
  readonly patches: number;
  readonly probability: number;
  /** The class's probability under the patch that lowers it most. */
  readonly lowest: number;
}

/** Side of the patch as a share of the picture's. */
export const PATCH = 1 / 6;

/**
 * Occlusion (Zeiler & Fergus 2014, section 4.2): a patch of one colour slides over the picture, and how far the class's
 * probability falls says what it covered.
 *
 * @throws ERR_ABORTED
 */
export async function occlusion(
  runner: ModelRunner,
  picture: SeenPicture,
  { target, colour, patch = PATCH, signal }: OcclusionOptions,
): Promise<Occlusion> {
  const { data, height, width } = picture;
  const side = Math.max(1, Math.round(Math.min(height, width) * patch));
  const places = startsOf(height, side).flatMap((top) => startsOf(width, side).map((left) => [top, left] as const));
  const { probabilities } = await runner.answer({ data, count: 1 });
  const probability = probabilities[target]!;
  const falls = new Float64Array(height * width);
  const covers = new Uint32Array(height * width);
  const most = picturesAtOnce(picture);
  let lowest = probability;
  for (let from = 0; from < places.length; from += most) {
    stopIfAborted(signal);
    const now = places.slice(from, from + most);
    const batch = new Float32Array(now.length * data.length);
    for (const [n, [top, left]] of now.entries()) {
      batch.set(data, n * data.length);
      cover(batch.subarray(n * data.length, (n + 1) * data.length), picture, { top, left, side, colour });
    }
    const answers = await runner.answer({ data: batch, count: now.length });
    for (const [n, [top, left]] of now.entries()) {
      const value = answers.probabilities[n * runner.classes + target]!;
      lowest = Math.min(lowest, value);
      for (let y = top; y < top + side; y++)
        for (let x = left; x < left + side; x++) {
          falls[y * width + x]! += probability - value;
          covers[y * width + x]!++;
        }
    }
  }
  const map = Float32Array.from(falls, (fall, i) => Math.max(0, fall / covers[i]!));
  return { map: { data: map, height, width }, side, patches: places.length, probability, lowest };
}

// A third of a patch apart, the last at the very end.
function startsOf(size: number, side: number): number[] {
  const step = Math.max(1, Math.floor(side / 3));
  const last = size - side;
  return [...Array.from({ length: Math.ceil(last / step) }, (_, i) => i * step), last];
}

function cover(
  out: Float32Array,
  { channels, height, width }: SeenPicture,
  { top, left, side, colour }: { top: number; left: number; side: number; colour: readonly number[] },
): void {
  for (let c = 0; c < channels; c++)
    for (let y = top; y < top + side; y++) {
      const start = (c * height + y) * width + left;
      out.fill(colour[c]!, start, start + side);
    }
}
