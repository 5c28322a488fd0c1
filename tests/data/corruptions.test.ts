import { Rng } from "@leukogram/engine/core/rng";
import { CORRUPTIONS, UNCHANGED } from "leukogram/data/microscopy/corruptions";
import type { PictureDraw } from "leukogram/data/microscopy/draw";
import { PictureMaker } from "leukogram/data/microscopy/pictureMaker";
import { interleavedTarget } from "leukogram/data/pictures/pixelLayout";
import { drawSlideLook, drawSmear } from "leukogram/data/smears/smear";
import { expect, test } from "vitest";

const SIZE = 96;
const rng = new Rng(4);
const pixels = drawSmear(rng, 1, { size: SIZE, look: drawSlideLook(rng.fork("look")) });
const field = { data: new Uint8Array(pixels.buffer, pixels.byteOffset, SIZE * SIZE * 3), height: SIZE, width: SIZE };

function made(draw: PictureDraw): Uint8Array {
  const out = new Uint8Array(field.data.length);
  new PictureMaker(field).make(field, draw, { out, target: interleavedTarget(SIZE, SIZE) });
  return out;
}

const difference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

test("a picture that nothing spoils stays as it is", () => {
  expect(made(UNCHANGED)).toEqual(field.data);
});

test.each(CORRUPTIONS)("$name changes a picture more the stronger it is, the same way each time", (corruption) => {
  const spoilt = (strength: number) =>
    made({ ...UNCHANGED, ...corruption.draw(strength, { rng: new Rng(1), side: SIZE }) });
  const changes = corruption.strengths.map((strength) => difference(spoilt(strength), field.data));
  expect(changes[0]).toBeGreaterThan(0);
  // A turn moves most pixels to others of the same colours, however far it goes.
  if (corruption.name !== "rotation") expect(changes).toEqual([...changes].sort((a, b) => a - b));
  expect(spoilt(corruption.strengths[2])).toEqual(spoilt(corruption.strengths[2]));
});

test("lengths go with the size of the picture", () => {
  const defocus = CORRUPTIONS.find(({ name }) => name === "defocus")!;
  expect(defocus.draw(2, { rng: new Rng(1), side: 128 })).toEqual({ defocus: 1 });
  expect(defocus.draw(2, { rng: new Rng(1), side: 256 })).toEqual({ defocus: 2 });
});
