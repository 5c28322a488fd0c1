import { type ColourMap, hueMatrix, stainMatrix } from "leukogram/data/microscopy/colour";
import { describe, expect, test } from "vitest";
import { fieldOf, make, meanOf, smear, smoothField } from "./fields.ts";

const times = (m: ColourMap, v: readonly number[]) =>
  [0, 1, 2].map((row) => m[3 * row]! * v[0]! + m[3 * row + 1]! * v[1]! + m[3 * row + 2]! * v[2]!);
const close = (got: readonly number[], expected: readonly number[], digits = 6) => {
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, digits);
};
const STILL = new Array<number>(9).fill(0);
const PURPLE = [0.457, 0.871, 0.181];
const ORANGE = [0.398, 0.566, 0.722];

describe("stain", () => {
  test("leaves densities alone where nothing is drawn", () => {
    close(stainMatrix([1, 1, 1], STILL), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const field = smear(48);
    make(field, { stain: stainMatrix([1, 1, 1], STILL) }).forEach((level, i) => {
      expect(Math.abs(level - field.data[i]!)).toBeLessThanOrEqual(1);
    });
  });

  test("multiplies the amount of one dye and leaves the others", () => {
    const twice = stainMatrix([2, 1, 1], STILL);
    close(
      times(twice, PURPLE),
      PURPLE.map((value) => 2 * value),
    );
    close(times(twice, ORANGE), ORANGE);
  });

  test("multiplies a channel's density, and lets a third into the others", () => {
    close(times(stainMatrix([1, 1, 1], [0.5, 0, 0, 0, 0, 0, 0.3, 0, 0]), [1, 0, 0]), [1.5, 0, 0.1]);
  });

  test("darkens stained places and leaves white ones white", () => {
    const field = fieldOf(16, 16, (_, column) => (column < 8 ? 255 : 100));
    const out = make(field, { stain: stainMatrix([1.5, 1.5, 1.5], STILL) });
    expect(meanOf(out, 0, (i) => i % 16 < 8)).toBe(255);
    expect(meanOf(out, 0, (i) => i % 16 >= 8)).toBeCloseTo(256 * (101 / 256) ** 1.5 - 1, -0.3);
  });
});

describe("light", () => {
  test("scales each channel", () => {
    const field = fieldOf(8, 8, (_, __, channel) => [100, 120, 140][channel]!);
    const out = make(field, { light: [1.2, 1, 0.5] });
    expect([...out.slice(0, 3)]).toEqual([120, 120, 70]);
  });

  test("clips at white", () => {
    expect(
      new Set(
        make(
          fieldOf(4, 4, () => 200),
          { light: [2, 2, 2] },
        ),
      ),
    ).toEqual(new Set([255]));
  });
});

describe("saturation and hue", () => {
  test("leave greys alone and keep the luma", () => {
    for (const map of [hueMatrix(0.3, 0), hueMatrix(1.7, 40), hueMatrix(1, -170)]) {
      close(times(map, [90, 90, 90]), [90, 90, 90], 2);
      const [r, g, b] = times(map, [200, 40, 90]);
      expect(0.299 * r! + 0.587 * g! + 0.114 * b!).toBeCloseTo(0.299 * 200 + 0.587 * 40 + 0.114 * 90, 2);
    }
  });

  test("change nothing at 1 and a whole turn", () => {
    close(hueMatrix(1, 0), [1, 0, 0, 0, 1, 0, 0, 0, 1], 5);
    close(hueMatrix(1, 360), hueMatrix(1, 0), 9);
  });

  test("give greys without saturation", () => {
    const out = make(smoothField(16), { colours: hueMatrix(0, 0) });
    for (let i = 0; i < out.length; i += 3) {
      expect(Math.max(out[i]!, out[i + 1]!, out[i + 2]!) - Math.min(out[i]!, out[i + 1]!, out[i + 2]!)).toBeLessThan(2);
    }
  });
});
