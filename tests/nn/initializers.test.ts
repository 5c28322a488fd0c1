import { Rng } from "@leukogram/engine/core/rng";
import { initialize } from "@leukogram/engine/nn/initializers";
import { Conv2D, Dense } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { describe, expect, test } from "vitest";

function spread(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
}

const KERNEL = [3, 3, 20, 60]; // fan in 180, fan out 540
const TRUNCATED = 2 / 0.8796256610342398;

describe("initializers spread as Keras's", () => {
  // Name, standard deviation, and the largest entry that may occur.
  test.each([
    ["glorot_uniform", Math.sqrt(1 / 360), Math.sqrt(3 / 360)],
    ["glorot_normal", Math.sqrt(1 / 360), Math.sqrt(1 / 360) * TRUNCATED],
    ["he_uniform", Math.sqrt(2 / 180), Math.sqrt(6 / 180)],
    ["he_normal", Math.sqrt(2 / 180), Math.sqrt(2 / 180) * TRUNCATED],
    ["lecun_uniform", Math.sqrt(1 / 180), Math.sqrt(3 / 180)],
    ["lecun_normal", Math.sqrt(1 / 180), Math.sqrt(1 / 180) * TRUNCATED],
    ["random_uniform", 0.05 / Math.sqrt(3), 0.05],
    ["random_normal", 0.05, Number.POSITIVE_INFINITY],
    ["truncated_normal", 0.05 * 0.8796256610342398, 0.1],
  ])("%s", (name, deviation, limit) => {
    // Of 10,800 draws, four standard errors of the deviation are below 3 %, of the mean below 4 %.
    const found = spread(initialize(name, KERNEL, new Rng(name)));
    expect(Math.abs(found.mean)).toBeLessThan(0.04 * deviation);
    expect(found.deviation / deviation).toBeGreaterThan(0.97);
    expect(found.deviation / deviation).toBeLessThan(1.03);
    expect(found.largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(found.largest).toBeGreaterThan(0.95 * Math.min(limit, 3 * deviation));
  });

  test("a vector's fan is its length", () => {
    expect(spread(initialize("he_uniform", [10_000], new Rng(0))).largest).toBeLessThanOrEqual(Math.sqrt(6 / 10_000));
  });

  test("zeros and ones are what they say", () => {
    expect([...initialize("zeros", [2], new Rng(0)), ...initialize("ones", [2], new Rng(0))]).toEqual([0, 0, 1, 1]);
  });

  test("another name is refused with those that there are", () => {
    expect(() => initialize("orthogonal", [2, 2], new Rng(0))).toThrow(
      /^ERR_CONFIG unknown initializer "orthogonal"\. Use one of zeros, ones, glorot_uniform,/,
    );
  });
});

describe("a model's first weights", () => {
  const made = (seed: number, filters = 4) =>
    new Sequential(
      [8, 8, 3],
      [
        new Conv2D({ filters, kernelSize: 3 }),
        new Conv2D({ filters: 4, kernelSize: 3, name: "second" }),
        new Dense({ units: 2 }),
      ],
    ).initialize(seed);

  test("follow from the seed alone", () => {
    expect(made(1).weights.get("second/kernel")!.value).toEqual(made(1).weights.get("second/kernel")!.value);
    expect(made(1).weights.get("second/kernel")!.value).not.toEqual(made(2).weights.get("second/kernel")!.value);
  });

  test("do not depend on what other layers draw", () => {
    expect(made(1, 4).weights.get("dense/kernel")!.value).toEqual(made(1, 9).weights.get("dense/kernel")!.value);
  });
});
