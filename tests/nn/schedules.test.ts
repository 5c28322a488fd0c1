import { constantSchedule, cosineDecay, exponentialDecay } from "@leukogram/engine/nn/schedules";
import { describe, expect, test } from "vitest";

describe("schedules", () => {
  test("constant", () => {
    expect([0, 1, 1e6].map(constantSchedule(0.01))).toEqual([0.01, 0.01, 0.01]);
  });

  test("cosine falls from the first rate to its share, and stays there", () => {
    const rate = cosineDecay({ initialLearningRate: 0.2, decaySteps: 10, alpha: 0.5 });
    expect(rate(0)).toBeCloseTo(0.2, 12);
    expect(rate(5)).toBeCloseTo(0.15, 12);
    expect(rate(10)).toBeCloseTo(0.1, 12);
    expect(rate(1000)).toBe(rate(10));
  });

  test("cosine without a share ends at nothing", () => {
    expect(cosineDecay({ initialLearningRate: 1, decaySteps: 4 })(4)).toBeCloseTo(0, 12);
  });

  test("a warm-up climbs in a straight line before the fall begins", () => {
    const rate = cosineDecay({ initialLearningRate: 0, warmupTarget: 1, warmupSteps: 4, decaySteps: 8 });
    expect([0, 1, 2, 3, 4].map(rate)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(rate(8)).toBeCloseTo(0.5, 12);
    expect(rate(12)).toBeCloseTo(0, 12);
  });

  test("exponential falls smoothly, or in stairs", () => {
    const options = { initialLearningRate: 1, decaySteps: 10, decayRate: 0.25 };
    expect(exponentialDecay(options)(5)).toBeCloseTo(0.5, 12);
    expect([0, 9, 10, 19, 20].map(exponentialDecay({ ...options, staircase: true }))).toEqual([
      1, 1, 0.25, 0.25, 0.0625,
    ]);
  });
});
