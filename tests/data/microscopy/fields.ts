import { Rng } from "@leukogram/engine/core/rng";
import type { Augmentation } from "leukogram/data/augmentation/augment";
import { drawPicture, type PictureDraw } from "leukogram/data/microscopy/draw";
import type { Field } from "leukogram/data/microscopy/field";
import type { Microscopy } from "leukogram/data/microscopy/ingredients";
import { PictureMaker } from "leukogram/data/microscopy/pictureMaker";
import { interleavedTarget } from "leukogram/data/pictures/pixelLayout";
import { drawSmear } from "leukogram/data/smears/smear";

/** An augmentation without turns and flips. */
export function only(microscopy: Microscopy): Augmentation {
  return {
    rotationRange: 0,
    zoomRange: 0,
    horizontalFlip: false,
    verticalFlip: false,
    fillMode: "nearest",
    microscopy,
  };
}

/** A field whose pixels are `level(row, column, channel)`. */
export function fieldOf(
  height: number,
  width: number,
  level: (row: number, column: number, channel: number) => number,
): Field {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = level(Math.floor(i / 3 / width), Math.floor(i / 3) % width, i % 3);
  return { data, height, width };
}

/** A field of random grey levels, smooth over some pixels. */
export function smoothField(size: number, seed = 1): Field {
  const rng = new Rng(seed);
  const waves = Array.from({ length: 6 }, () => [rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3), rng.uniform(0, 6)]);
  return fieldOf(size, size, (row, column, channel) => {
    const sum = waves.reduce((total, [a, b, c]) => total + Math.sin(a! * row + b! * column + c! + channel), 0);
    return 128 + 18 * sum;
  });
}

/** A synthetic smear. */
export function smear(size: number, label = 4): Field {
  const look = { lamp: [1, 0.92, 0.82], stain: [1, 1, 1], density: 14, pallor: 0.5 } as const;
  return { data: drawSmear(new Rng(3), label, { size, look }), height: size, width: size };
}

/** A draw that changes nothing, but for `changes`. */
export function drawOf(changes: Partial<PictureDraw> = {}): PictureDraw {
  return { ...drawPicture(new Rng(0), only({}), { height: 1, width: 1 }), ...changes };
}

/** The picture of `size` x `size` that a draw makes of a field. */
export function make(field: Field, changes: Partial<PictureDraw> = {}, size = field.height): Uint8Array {
  const out = new Uint8Array(size * size * 3);
  const target = interleavedTarget(size, size);
  new PictureMaker({ height: size, width: size }).make(field, drawOf(changes), { out, target });
  return out;
}

/** The mean of one channel over the pixels that `where` chooses. */
export function meanOf(
  image: ArrayLike<number>,
  channel: number,
  where: (pixel: number) => boolean = () => true,
): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i * 3 < image.length; i++) {
    if (!where(i)) continue;
    sum += image[i * 3 + channel]!;
    count++;
  }
  return sum / count;
}

/** Mean square of the difference of neighbours in a row, of an image `width` pixels wide. */
export function gradientEnergy(image: ArrayLike<number>, width: number): number {
  let sum = 0;
  for (let i = 0; i + 3 < image.length; i++) {
    if (Math.floor(i / 3) % width < width - 1) sum += (image[i + 3]! - image[i]!) ** 2;
  }
  return sum / image.length;
}
