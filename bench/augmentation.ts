/**
 * Times the augmentation of training images, a thread, 128 x 128 out of fields of 256 x 256: each ingredient alone at
 * its usual strength and chance 1, and all at their usual strengths and chances. Prints CSV: ingredient, milliseconds of
 * processor time an image (median over rounds), and what it adds to the plain picture.
 *
 *   npx tsx bench/augmentation.ts [ROUNDS]
 */
import { Rng } from "@leukogram/engine/core/rng";
import type { Augmentation } from "leukogram/data/augmentation/augment";
import { drawPicture } from "leukogram/data/microscopy/draw";
import { INGREDIENTS, type Microscopy } from "leukogram/data/microscopy/ingredients";
import { PictureMaker } from "leukogram/data/microscopy/pictureMaker";
import { layoutTarget } from "leukogram/data/pictures/pixelLayout";
import { drawSlideLook, drawSmear } from "leukogram/data/smears/smear";

const FIELD = 256;
const SIDE = 128;
const IMAGES = 32;

const rounds = Number(process.argv[2] ?? 15);
const smears = new Rng(0);
const fields = Array.from({ length: IMAGES }, (_, i) => {
  const rng = smears.fork(i);
  return { data: drawSmear(rng, i % 5, { size: FIELD, look: drawSlideLook(rng) }), height: FIELD, width: FIELD };
});
const target = layoutTarget({ phases: 1, height: SIDE, width: SIDE }, SIDE, SIDE);
const out = new Uint8Array(SIDE * SIDE * 3);

function augmentationWith(microscopy: Microscopy): Augmentation {
  const turns = { rotationRange: 180, zoomRange: 0.1, horizontalFlip: true, verticalFlip: true } as const;
  return { ...turns, fillMode: "nearest", microscopy: { scaleMin: 0.3, scaleMax: 1.05, ...microscopy } };
}

const all = Object.fromEntries(INGREDIENTS.map(({ name, chance, usual }) => [name, { strength: usual, chance }]));
const contenders = [
  { name: "plain", augmentation: augmentationWith({}) },
  ...INGREDIENTS.map(({ name, usual }) => ({
    name: name as string,
    augmentation: augmentationWith({ [name]: { strength: usual, chance: 1 } }),
  })),
  { name: "all", augmentation: augmentationWith(all) },
].map((contender) => ({ ...contender, maker: new PictureMaker({ height: SIDE, width: SIDE }), times: [] as number[] }));

// In turns, so that what else the machine does falls on all alike.
for (let round = -3; round < rounds; round++) {
  for (const { augmentation, maker, times } of contenders) {
    const before = process.cpuUsage();
    for (const [i, field] of fields.entries()) {
      maker.make(field, drawPicture(new Rng(round).fork(i), augmentation, field), { out, target });
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1000 / IMAGES);
  }
}
const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
const plain = median(contenders[0]!.times);
console.log("ingredient,milliseconds,added");
for (const { name, times } of contenders) {
  console.log(`${name},${median(times).toFixed(3)},${(median(times) - plain).toFixed(3)}`);
}
