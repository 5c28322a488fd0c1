import { Rng } from "@leukogram/engine/core/rng";
import fc from "fast-check";
import { affineInto, applyAffine } from "leukogram/data/augmentation/affine";
import { type Augmentation, checkAugmentation, drawTransform, IDENTITY } from "leukogram/data/augmentation/augment";
import { copyInto, layoutSize, layoutTarget } from "leukogram/data/pictures/pixelLayout";
import { describe, expect, test } from "vitest";

const AUGMENTATION: Augmentation = {
  rotationRange: 15,
  zoomRange: 0.1,
  horizontalFlip: true,
  verticalFlip: false,
  fillMode: "nearest",
};
const noise = (height: number, width: number, seed: number) => {
  const rng = new Rng(seed);
  return Uint8Array.from({ length: height * width * 3 }, () => rng.integer(256));
};
const transforms = fc.record({
  theta: fc.double({ min: -180, max: 180, noNaN: true }),
  tx: fc.double({ min: -30, max: 30, noNaN: true }),
  ty: fc.double({ min: -30, max: 30, noNaN: true }),
  shear: fc.double({ min: -30, max: 30, noNaN: true }),
  zx: fc.double({ min: 0.3, max: 3, noNaN: true }),
  zy: fc.double({ min: 0.3, max: 3, noNaN: true }),
  flipHorizontal: fc.boolean(),
  flipVertical: fc.boolean(),
});
const sides = fc.integer({ min: 1, max: 24 });

describe("applyAffine", () => {
  test("changes nothing by the identity", () => {
    const image = noise(7, 9, 1);
    expect(applyAffine(image, 7, 9, IDENTITY, new Uint8Array(image.length))).toEqual(image);
  });

  test("turns back by the same flip, and half around by both", () => {
    const image = noise(6, 5, 2);
    const both = { ...IDENTITY, flipHorizontal: true, flipVertical: true };
    const once = applyAffine(image, 6, 5, both, new Uint8Array(image.length));
    expect(applyAffine(once, 6, 5, both, new Uint8Array(image.length))).toEqual(image);
    expect([...once.slice(0, 3)]).toEqual([...image.slice(-3)]);
    const turned = applyAffine(image, 6, 5, { ...IDENTITY, theta: 180 }, new Uint8Array(image.length));
    expect(turned).toEqual(once);
  });

  test("shifts along columns by tx and along rows by ty, with the edge repeated", () => {
    const image = noise(4, 5, 3);
    const at = (data: Uint8Array, row: number, column: number) => data[(row * 5 + column) * 3];
    const right = applyAffine(image, 4, 5, { ...IDENTITY, tx: 2 }, new Uint8Array(image.length));
    expect(at(right, 1, 0)).toBe(at(image, 1, 2));
    expect(at(right, 1, 4)).toBe(at(image, 1, 4));
    const down = applyAffine(image, 4, 5, { ...IDENTITY, ty: 1 }, new Uint8Array(image.length));
    expect(at(down, 0, 3)).toBe(at(image, 1, 3));
  });

  test("is within a grey level by bytes of what it is by floats, for any transform and size", () => {
    fc.assert(
      fc.property(sides, sides, transforms, fc.nat(50), (height, width, transform, seed) => {
        const image = noise(height, width, seed);
        const bytes = applyAffine(image, height, width, transform, new Uint8Array(image.length));
        const floats = applyAffine(Float32Array.from(image), height, width, transform, new Float32Array(image.length));
        expect(bytes.every((value, i) => Math.abs(value - floats[i]!) < 1)).toBe(true);
      }),
      { seed: 20240503, numRuns: 300 },
    );
  });

  test("stays exact far from the origin of a large picture", () => {
    const [height, width] = [3, 9000];
    const ramp = Uint8Array.from({ length: height * width * 3 }, (_, i) => Math.floor(i / 3) % 2);
    const transform = { ...IDENTITY, zx: 0.999, theta: 0.001 };
    const bytes = applyAffine(
      ramp.map((v) => v * 200),
      height,
      width,
      transform,
      new Uint8Array(ramp.length),
    );
    const floats = applyAffine(
      Float32Array.from(ramp, (v) => v * 200),
      height,
      width,
      transform,
      new Float32Array(ramp.length),
    );
    // 0.07 pixels off at most, by 2^-17 a step
    expect(bytes.every((value, i) => Math.abs(value - floats[i]!) < 0.08 * 200)).toBe(true);
  });
});

describe("pixel layouts", () => {
  test("put each pixel where the layout says, and leave the rest as it was", () => {
    fc.assert(
      fc.property(sides, sides, fc.integer({ min: 1, max: 4 }), fc.nat(2), (height, width, phases, extra) => {
        const layout = { phases, height: Math.ceil(height / phases) + extra, width: Math.ceil(width / phases) + extra };
        const image = noise(height, width, 5);
        const out = new Uint8Array(layoutSize(layout));
        copyInto(image, out, layoutTarget(layout, height, width));
        let seen = 0;
        for (let row = 0; row < layout.height * phases; row++) {
          for (let column = 0; column < layout.width * phases; column++) {
            for (let c = 0; c < 3; c++) {
              const plane = ((row % phases) * phases + (column % phases)) * 3 + c;
              const at =
                (plane * layout.height + Math.floor(row / phases)) * layout.width + Math.floor(column / phases);
              const inside = row < height && column < width;
              expect(out[at]).toBe(inside ? image[(row * width + column) * 3 + c] : 0);
              seen++;
            }
          }
        }
        expect(seen).toBe(out.length);
      }),
      { seed: 20240504, numRuns: 40 },
    );
  });

  test("hold the same transformed pixels as plain rows do", () => {
    const image = noise(20, 18, 6);
    const transform = drawTransform(new Rng(1), AUGMENTATION);
    const plain = applyAffine(image, 20, 18, transform, new Uint8Array(image.length));
    const target = layoutTarget({ phases: 2, height: 10, width: 9 }, 20, 18);
    const [expected, direct] = [new Uint8Array(image.length), new Uint8Array(image.length)];
    copyInto(plain, expected, target);
    affineInto(image, transform, direct, target);
    expect(direct).toEqual(expected);
  });

  test("refuse planes too small for the image", () => {
    expect(() => layoutTarget({ phases: 2, height: 9, width: 10 }, 20, 20)).toThrow(
      "ERR_SHAPE pixel layout: expected planes of at least 10 x 10 for images of 20 x 20 in 2 phases, received 9 x 10",
    );
  });
});

describe("drawTransform", () => {
  test("draws within the ranges, each axis's zoom by itself", () => {
    const rng = new Rng(9);
    const draws = Array.from({ length: 500 }, () => drawTransform(rng, AUGMENTATION));
    expect(Math.max(...draws.map((d) => Math.abs(d.theta)))).toBeLessThanOrEqual(15);
    expect(Math.max(...draws.map((d) => Math.abs(d.theta)))).toBeGreaterThan(14);
    expect(Math.max(...draws.map((d) => Math.abs(d.zx - 1)))).toBeLessThanOrEqual(0.1);
    expect(draws.every((d) => d.zx !== d.zy && d.tx === 0 && d.shear === 0 && !d.flipVertical)).toBe(true);
    const flipped = draws.filter((d) => d.flipHorizontal).length;
    expect(flipped).toBeGreaterThan(200);
    expect(flipped).toBeLessThan(300);
  });

  test("draws the same flips and turns whatever else is switched on", () => {
    const plain = drawTransform(new Rng(3), AUGMENTATION);
    const more = drawTransform(new Rng(3), { ...AUGMENTATION, shearRange: 5, widthShiftRange: 4 });
    expect({ ...more, shear: 0, tx: 0 }).toEqual({ ...plain, shear: 0, tx: 0 });
  });

  test("takes a shift below 1 as a share of the image", () => {
    const shifts = { ...AUGMENTATION, widthShiftRange: 0.5 };
    expect(Math.abs(drawTransform(new Rng(3), shifts, { height: 10, width: 200 }).tx)).toBeGreaterThan(1);
    expect(() => drawTransform(new Rng(3), shifts)).toThrow(/a shift of 0.5 needs the size of the image/);
  });

  test("refuses ranges that make no sense", () => {
    expect(() => checkAugmentation({ ...AUGMENTATION, zoomRange: 1 })).toThrow("zoomRange must be below 1, received 1");
    expect(() => checkAugmentation({ ...AUGMENTATION, rotationRange: -3 })).toThrow("rotationRange must be at least 0");
    expect(() => checkAugmentation({ ...AUGMENTATION, shearRange: 90 })).toThrow("shearRange must be below 90");
  });
});
