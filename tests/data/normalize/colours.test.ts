import { Rng } from "@leukogram/engine/core/rng";
import { fitColours, normalizeColours } from "leukogram/data/normalize/reinhard";
import { backgroundLight, whiteBalance } from "leukogram/data/normalize/whiteBalance";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { describe, expect, test } from "vitest";

/** Background with darker spots, each channel lit by itself. */
function smear(light: readonly [number, number, number], seed = 0): RgbImage {
  const rng = new Rng(seed);
  const size = 64;
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const spot = Math.hypot((Math.floor(i / 3) % size) - 32, Math.floor(i / 3 / size) - 32) < 20;
    return light[i % 3]! * (spot ? [0.6, 0.35, 0.7][i % 3]! : 1) + rng.normal(0, 2);
  });
  return { width: size, height: size, data };
}

describe("white balance", () => {
  test("brings a yellowish background to grey, and leaves the cell's contrast", () => {
    const yellow = smear([235, 220, 160]);
    const balanced = whiteBalance(yellow);
    for (const level of backgroundLight(balanced)!) expect(level).toBeGreaterThan(240);
    const light = backgroundLight(balanced)!;
    expect(Math.max(...light) - Math.min(...light)).toBeLessThan(4);
    const middle = 3 * (32 * 64 + 32);
    expect(balanced.data[middle + 2]! / 245).toBeCloseTo(yellow.data[middle + 2]! / 160, 1);
  });

  test("leaves a picture alone that shows no background", () => {
    const dark = smear([80, 60, 90]);
    expect(backgroundLight(dark)).toBeUndefined();
    expect(whiteBalance(dark)).toBe(dark);
  });
});

describe("Reinhard's colours", () => {
  test("of a normalised picture have the reference's mean and spread", () => {
    const reference = fitColours([smear([220, 210, 215]), smear([210, 205, 200], 1)]);
    const { mean, deviation } = fitColours([normalizeColours(smear([200, 160, 120], 2), reference)]);
    for (const c of [0, 1, 2]) {
      expect(mean[c]).toBeCloseTo(reference.mean[c]!, 1.5);
      expect(deviation[c]).toBeCloseTo(reference.deviation[c]!, 1.5);
    }
  });

  test("keep a picture whose colours are the reference's", () => {
    const picture = smear([220, 210, 215]);
    const same = normalizeColours(picture, fitColours([picture]));
    const largest = picture.data.reduce((most, level, i) => Math.max(most, Math.abs(level - same.data[i]!)), 0);
    expect(largest).toBeLessThanOrEqual(2);
  });

  test("of one grey alone stay finite", () => {
    const grey = { width: 4, height: 4, data: new Uint8Array(48).fill(128) };
    expect([...fitColours([grey]).mean].every(Number.isFinite)).toBe(true);
    expect(normalizeColours(grey, fitColours([grey])).data.every((level) => Math.abs(level - 128) <= 2)).toBe(true);
  });
});
