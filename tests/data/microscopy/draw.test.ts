import { Rng } from "@leukogram/engine/core/rng";
import fc from "fast-check";
import { checkAugmentation, drawTransform } from "leukogram/data/augmentation/augment";
import { isOn } from "leukogram/data/microscopy/check";
import { drawPicture } from "leukogram/data/microscopy/draw";
import { INGREDIENTS, type IngredientName, type Microscopy } from "leukogram/data/microscopy/ingredients";
import { previewRows, USUAL_MICROSCOPY } from "leukogram/data/microscopy/previewRows";
import { describe, expect, test } from "vitest";
import { only } from "./fields.ts";

const SIZE = { height: 64, width: 64 };
const FULL = Object.fromEntries(INGREDIENTS.map(({ name, usual }) => [name, { strength: usual, chance: 1 }])) as Record<
  IngredientName,
  { strength: number; chance: number }
>;
const draw = (seed: number, microscopy: Microscopy) => drawPicture(new Rng(seed), only(microscopy), SIZE);

describe("a draw", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(draw(1, USUAL_MICROSCOPY)).toEqual(draw(1, USUAL_MICROSCOPY));
    expect(draw(2, USUAL_MICROSCOPY)).not.toEqual(draw(1, USUAL_MICROSCOPY));
  });

  test("of one ingredient does not change when another is switched off", () => {
    const fields: Partial<Record<IngredientName, keyof ReturnType<typeof draw>>> = {
      shift: "shift",
      elastic: "elastic",
      background: "background",
      defocus: "defocus",
      vignette: "vignette",
      noise: "noise",
      gamma: "gamma",
      contrast: "contrast",
      fade: "fade",
      sharpen: "sharpen",
      jpeg: "quality",
    };
    const whole = draw(7, { ...FULL, scaleMin: 0.4, scaleMax: 1 });
    for (const off of INGREDIENTS) {
      const rest = draw(7, { ...FULL, scaleMin: 0.4, scaleMax: 1, [off.name]: { strength: 0, chance: 1 } });
      expect(rest.scale).toBe(whole.scale);
      for (const [name, field] of Object.entries(fields)) {
        if (name === off.name) expect(rest[field]).not.toEqual(whole[field]);
        else expect(rest[field]).toEqual(whole[field]);
      }
    }
  });

  test("leaves rotation, zoom and flips what they are without microscopy", () => {
    const plain = {
      rotationRange: 90,
      zoomRange: 0.2,
      horizontalFlip: true,
      verticalFlip: true,
      fillMode: "nearest",
    } as const;
    const { transform } = drawPicture(new Rng(3), { ...plain, microscopy: FULL }, SIZE);
    expect(transform).toEqual(drawTransform(new Rng(3), plain));
  });

  test("stays within the strengths", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const picture = draw(seed, { ...FULL, scaleMin: 0.3, scaleMax: 1.05 });
        expect(picture.scale >= 0.3 && picture.scale <= 1.05).toBe(true);
        for (const shift of picture.shift) expect(Math.abs(shift)).toBeLessThanOrEqual(FULL.shift.strength);
        expect(picture.defocus).toBeLessThanOrEqual(FULL.defocus.strength);
        expect(picture.noise.deviation).toBeLessThanOrEqual(FULL.noise.strength);
        expect(picture.quality).toBeGreaterThanOrEqual(100 - FULL.jpeg.strength);
        expect(picture.quality).toBeLessThanOrEqual(95);
        const [gain, most] = [
          Math.max(...picture.light),
          (1 + FULL.exposure.strength) * (1 + FULL.whiteBalance.strength),
        ];
        expect(gain).toBeLessThanOrEqual(most);
        expect(Math.min(...picture.light)).toBeGreaterThanOrEqual(1 / most);
        expect(Math.abs(Math.log(picture.gamma))).toBeLessThanOrEqual(Math.log(1 + FULL.gamma.strength) + 1e-9);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("gives an ingredient to its share of the images", () => {
    const seen = Array.from({ length: 600 }, (_, i) => draw(i, { defocus: { strength: 2, chance: 0.25 } }));
    const share = seen.filter(({ defocus }) => defocus > 0).length / seen.length;
    expect(share).toBeGreaterThan(0.19);
    expect(share).toBeLessThan(0.31);
  });
});

describe("strengths and chances", () => {
  test("that make no sense are refused by name", () => {
    const check = (microscopy: Microscopy) => () => checkAugmentation(only(microscopy));
    expect(check({ noise: { strength: -1, chance: 1 } })).toThrow(
      "ERR_USAGE augmentation: noise must be from 0 to 100 (grey levels), received -1",
    );
    expect(check({ jpeg: { strength: 5, chance: 2 } })).toThrow("the probability of jpeg must be 0 to 1, received 2");
    expect(check({ scaleMin: 0.9, scaleMax: 0.5 })).toThrow("scaleMin and scaleMax must be above 0");
    expect(check({ scaleMin: 0 })).toThrow("received 0 and 1");
    expect(check(USUAL_MICROSCOPY)).not.toThrow();
  });

  test("of nothing are off", () => {
    expect(isOn({})).toBe(false);
    expect(isOn({ scaleMin: 1, noise: { strength: 5, chance: 0 }, gamma: { strength: 0, chance: 1 } })).toBe(false);
    expect(isOn({ noise: { strength: 5, chance: 0.1 } })).toBe(true);
    expect(isOn({ scaleMin: 0.5 })).toBe(true);
  });
});

test("a preview has the original, the place, each ingredient that is on, and all together", () => {
  const rows = previewRows(
    only({ scaleMin: 0.5, noise: { strength: 4, chance: 0.3 }, gamma: { strength: 0.25, chance: 1 } }),
  );
  expect(rows.map(({ name, text, chance }) => [name, text, chance])).toEqual([
    ["original", "the whole field", 1],
    ["place", "scale 0.5 to 1, turn 0 degrees, zoom 0, flips none", 1],
    ["noise", "up to 4 grey levels", 0.3],
    ["gamma", "factor 1 / 1.25 to 1.25", 1],
    ["all", "together", 1],
    ["all", "together", 1],
    ["all", "together", 1],
  ]);
  expect(rows[2]!.augmentation.microscopy).toEqual({ noise: { strength: 4, chance: 1 } });
});
