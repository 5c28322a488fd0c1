import { Rng } from "@leukogram/engine/core/rng";
import { macenkoStains } from "leukogram/data/normalize/macenko";
import { fitStains, normalizeStains } from "leukogram/data/normalize/normalizeStains";
import {
  dot,
  opticalDensities,
  type StainReference,
  type StainVector,
  unitStain,
} from "leukogram/data/normalize/stains";
import { vahadaneStains } from "leukogram/data/normalize/vahadane";
import { whiteBalance } from "leukogram/data/normalize/whiteBalance";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { describe, expect, test } from "vitest";

const PURPLE = unitStain([0.46, 0.87, 0.18]);
const ORANGE = unitStain([0.2, 0.6, 0.75]);
const HOME: StainReference = { stains: [PURPLE, ORANGE], amounts: [2, 1] };

/** A smear of two stains before white light: background, red cells, and a nucleus within a cell. */
function mixture([a, b]: readonly [StainVector, StainVector], { strength = 1, both = 0.1, size = 96 } = {}): RgbImage {
  const rng = new Rng(5);
  const data = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const kind = rng.uniform();
    const background = kind < 0.4;
    const purple = background ? 0 : kind < 0.7 ? rng.uniform(0.8, 2) : rng.uniform(0, both);
    const orange = background ? 0 : kind < 0.7 ? rng.uniform(0, both) : rng.uniform(0.5, 1);
    for (let c = 0; c < 3; c++)
      data[3 * i + c] = Math.min(255, 245 * Math.exp(-strength * (purple * a[c]! + orange * b[c]!)) + rng.normal(0, 1));
  }
  return { width: size, height: size, data };
}

const degrees = (a: StainVector, b: StainVector) => (Math.acos(Math.min(1, dot(a, b))) * 180) / Math.PI;
const meanDensity = (image: RgbImage) => {
  const densities = opticalDensities(image);
  return densities.reduce((sum, value) => sum + value, 0) / densities.length;
};

describe.each([
  ["Macenko", macenkoStains],
  ["Vahadane", vahadaneStains],
])("stains of a picture by %s", (_, stainsOf) => {
  test("are those that it was mixed of, whatever their strength", () => {
    for (const strength of [0.6, 1, 1.4]) {
      const [purple, orange] = stainsOf(opticalDensities(mixture([PURPLE, ORANGE], { strength })))!;
      expect(degrees(purple, PURPLE)).toBeLessThan(4);
      expect(degrees(orange, ORANGE)).toBeLessThan(4);
    }
  });

  test("come with the one first that lets blue light through", () => {
    const [first, second] = stainsOf(opticalDensities(mixture([ORANGE, PURPLE])))!;
    expect(first[2]).toBeLessThan(second[2]);
  });

  test("are not told where nothing is stained, or all alike", () => {
    const white = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(240) };
    expect(stainsOf(opticalDensities(white))).toBeUndefined();
    expect(normalizeStains(white, HOME, stainsOf)).toBe(white);
  });

  test("become the reference's, and so does their strength", () => {
    const away = mixture([unitStain([0.6, 0.75, 0.3]), unitStain([0.1, 0.8, 0.6])], { strength: 0.6 });
    const home = mixture([PURPLE, ORANGE]);
    const reference = fitStains([home], stainsOf);
    const normalized = normalizeStains(away, reference, stainsOf);
    const [purple, orange] = stainsOf(opticalDensities(normalized))!;
    expect(degrees(purple, reference.stains[0])).toBeLessThan(3);
    expect(degrees(orange, reference.stains[1])).toBeLessThan(3);
    expect(meanDensity(away) / meanDensity(home)).toBeLessThan(0.7);
    expect(meanDensity(normalized) / meanDensity(home)).toBeCloseTo(1, 0.7);
  });

  test("leave a picture of the reference's own nearly as it is", () => {
    const home = mixture([PURPLE, ORANGE]);
    const again = normalizeStains(home, fitStains([home], stainsOf), stainsOf);
    const white = whiteBalance(home, 255);
    const difference =
      white.data.reduce((sum, level, i) => sum + Math.abs(level - again.data[i]!), 0) / home.data.length;
    expect(difference).toBeLessThan(4);
  });

  test("are the same each time", () => {
    const densities = opticalDensities(mixture([PURPLE, ORANGE]));
    expect(stainsOf(densities)).toEqual(stainsOf(densities));
  });
});

test("sparse stains stay nearer where the few pure pixels lie within noise", () => {
  // Hardly a pixel is pure purple: the extreme direction is noise, and sparsity must not make it worse.
  const densities = opticalDensities(mixture([PURPLE, ORANGE], { both: 0.3 }));
  const total = (stains: readonly [StainVector, StainVector]) =>
    degrees(stains[0], PURPLE) + degrees(stains[1], ORANGE);
  expect(total(vahadaneStains(densities)!)).toBeLessThan(12);
});

test("a reference needs a picture with two stains", () => {
  expect(() => fitStains([], macenkoStains)).toThrow("no image shows two stains");
});
