import type { Rng } from "@leukogram/engine/core/rng";
import type { PixelLayout } from "../data/pictures/pixelLayout.ts";
import type { Batch } from "./stepRunner.ts";

/** How strongly images are mixed: alphas of the beta distribution that the shares are drawn from, 0 for not at all. */
export interface MixOptions {
  /** Whole images are laid over each other (Zhang et al. 2018, mixup). */
  readonly mixup: number;
  /** A rectangle of one is put into the other (Yun et al. 2019, CutMix). */
  readonly cutmix: number;
  readonly classes: number;
  /** How the pixels lie; rectangles are whole numbers of its phases. */
  readonly layout: PixelLayout;
}

/**
 * Mixes each image of a batch with the one at the mirrored place, by one share for the whole batch, and gives the
 * shares of the classes as `targets` [N, K]. Where both kinds are on, either is drawn with even chance. The batch that
 * was given stays as it is.
 */
export function mixImages({ images, labels }: Batch, options: MixOptions, rng: Rng): Batch {
  const { mixup, cutmix, layout, classes } = options;
  const isCut = cutmix > 0 && (mixup === 0 || rng.uniform() < 0.5);
  const wanted = beta(isCut ? cutmix : mixup, rng);
  const mixed = images.slice() as Uint8Array;
  const kept = isCut
    ? pasteBoxes(images as Uint8Array, mixed, drawBox(layout, wanted, rng), layout)
    : blend(images as Uint8Array, mixed, wanted, labels.length);
  const targets = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) {
    const partner = labels[labels.length - 1 - i]!;
    targets[i * classes + label]! += kept;
    targets[i * classes + partner]! += 1 - kept;
  }
  return { images: mixed, labels, targets };
}

function blend(images: Uint8Array, mixed: Uint8Array, share: number, count: number): number {
  const size = images.length / count;
  for (let i = 0; i < count; i++) {
    const [own, other] = [i * size, (count - 1 - i) * size];
    for (let p = 0; p < size; p++)
      mixed[own + p] = (share * images[own + p]! + (1 - share) * images[other + p]! + 0.5) | 0;
  }
  return share;
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

// A rectangle of the planes' proportions around any point, cut off at the edges.
function drawBox({ height, width }: PixelLayout, share: number, rng: Rng): Box {
  const side = Math.sqrt(1 - share);
  const span = (size: number) => {
    const [middle, half] = [rng.uniform(0, size), (size * side) / 2];
    return [Math.round(Math.max(middle - half, 0)), Math.round(Math.min(middle + half, size))] as const;
  };
  const [[top, bottom], [left, right]] = [span(height), span(width)];
  return { top, bottom, left, right };
}

// The same box of every plane, whatever phase and channel it holds: the same place of the image.
function pasteBoxes(images: Uint8Array, mixed: Uint8Array, box: Box, { phases, height, width }: PixelLayout): number {
  const planes = phases * phases * 3;
  const size = planes * height * width;
  for (let own = 0; own < images.length; own += size) {
    const other = images.length - size - own;
    for (let plane = 0; plane < planes; plane++)
      for (let row = box.top; row < box.bottom; row++) {
        const start = (plane * height + row) * width;
        mixed.set(images.subarray(other + start + box.left, other + start + box.right), own + start + box.left);
      }
  }
  return 1 - ((box.bottom - box.top) * (box.right - box.left)) / (height * width);
}

// Beta(alpha, alpha) (Joehnk 1964): quick for alpha up to a few.
function beta(alpha: number, rng: Rng): number {
  for (;;) {
    const [x, y] = [rng.uniform() ** (1 / alpha), rng.uniform() ** (1 / alpha)];
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}
