import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { stopIfAborted } from "./interrupted.ts";
import type { ModelRunner } from "./modelRunner.ts";
import { meanFilter, type PictureMap, picturesAtOnce, type SeenPicture } from "./picture.ts";

/** What {@link integratedGradients} takes beside runner and picture. */
export interface IntegratedGradientsOptions {
  readonly target: number;
  /** The picture of nothing from which the way begins, one value a channel, 0 to 255. */
  readonly baseline: readonly number[];
  /** Points of the way, at the middle of as many equal parts; default 64. */
  readonly steps?: number;
  readonly signal?: StopSignal | undefined;
}

/** What {@link integratedGradients} gives. */
export interface IntegratedGradients {
  /** How much the neighbourhood of each place speaks for the class: colours added up, smoothed, negative values cut off. */
  readonly map: PictureMap;
  /** [channels, height, width], signed; their sum is `logit` less `baselineLogit`. */
  readonly attributions: Float32Array;
  readonly logit: number;
  readonly baselineLogit: number;
  /** The attributions' sum. */
  readonly sum: number;
}

/** Points of the way from the baseline to the picture. */
export const STEPS = 64;

/**
 * Integrated gradients (Sundararajan et al. 2017, equation 3): the gradient of the class's logit by pixel, its mean on the
 * straight way from a baseline to the picture, times the way. What they add up to is the difference of the two logits
 * (their axiom of completeness); how far it is off says how fine the steps were.
 *
 * @throws ERR_ABORTED
 */
export async function integratedGradients(
  runner: ModelRunner,
  picture: SeenPicture,
  { target, baseline, steps = STEPS, signal }: IntegratedGradientsOptions,
): Promise<IntegratedGradients> {
  const { data, channels, height, width } = picture;
  const plane = height * width;
  const start = emptyPicture(picture, baseline);
  const way = data.map((value, i) => value - start[i]!);
  const total = new Float64Array(data.length);
  const most = picturesAtOnce(picture);
  for (let from = 0; from < steps; from += most) {
    stopIfAborted(signal);
    const count = Math.min(most, steps - from);
    const batch = new Float32Array(count * data.length);
    for (let n = 0; n < count; n++) {
      const share = (from + n + 0.5) / steps;
      for (let i = 0; i < data.length; i++) batch[n * data.length + i] = start[i]! + share * way[i]!;
    }
    const slopes = await runner.pixelGradients({ data: batch, count }, target);
    for (let i = 0; i < slopes.length; i++) total[i % data.length]! += slopes[i]!;
  }
  const attributions = way.map((value, i) => (value * total[i]!) / steps);
  const { logits } = await runner.answer({ data: joined(data, start), count: 2 });
  const sums = new Float32Array(plane);
  for (let c = 0; c < channels; c++) for (let i = 0; i < plane; i++) sums[i]! += attributions[c * plane + i]!;
  return {
    map: neighbourhoods({ data: sums, height, width }),
    attributions,
    logit: logits[target]!,
    baselineLogit: logits[runner.classes + target]!,
    sum: attributions.reduce((sum, value) => sum + value, 0),
  };
}

// Attributions add up, so those of near pixels may be: signs that alternate from pixel to pixel cancel out, and what is left
// is readable. What then speaks against the class is 0.
function neighbourhoods(sums: PictureMap): PictureMap {
  const reach = Math.max(1, Math.round(Math.min(sums.height, sums.width) / 40));
  const smooth = meanFilter(meanFilter(sums, reach), reach);
  return { ...smooth, data: smooth.data.map((value) => Math.max(0, value)) };
}

/** A picture of one colour: [channels, height, width]. */
export function emptyPicture({ data, height, width }: SeenPicture, colour: readonly number[]): Float32Array {
  const plane = height * width;
  return data.map((_, i) => colour[Math.floor(i / plane)]!);
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
