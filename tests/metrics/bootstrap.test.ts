import { Rng } from "@leukogram/engine/core/rng";
import { type BootstrapOptions, pairedBootstrap, stratifiedBootstrap } from "leukogram/metrics/limits/bootstrap";
import { describe, expect, it } from "vitest";

const rng = () => new Rng("bootstrap test");
const repeat = (count: number, value: number) => new Array<number>(count).fill(value);
const meanOf = (values: readonly number[]) => (weights: Uint32Array) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total];
};
const width = (labels: number[], values: number[], options: Partial<BootstrapOptions> = {}) => {
  const [limits] = stratifiedBootstrap(labels, meanOf(values), { rng: rng(), ...options });
  return limits!.high - limits!.low;
};

describe("stratifiedBootstrap", () => {
  it("keeps the number of images of every class in every resample", () => {
    const labels = [0, 1, 0, 2, 2, 2, 1];
    const seen = new Set<string>();
    const count = (weights: Uint32Array) => {
      const counts = [0, 0, 0];
      for (const [i, weight] of weights.entries()) counts[labels[i]!]! += weight;
      seen.add(counts.join());
      return counts;
    };
    stratifiedBootstrap(labels, count, { rng: rng(), resamples: 200 });
    expect([...seen]).toEqual(["2,2,3"]);
  });

  it("draws the images of a group together", () => {
    const labels = [0, 0, 0, 0, 1, 1, 1, 1];
    const groups = ["a", "a", "b", "b", "c", "d", "c", "d"];
    const weightsSeen: number[][] = [];
    const keep = (weights: Uint32Array) => {
      weightsSeen.push([...weights]);
      return [0];
    };
    stratifiedBootstrap(labels, keep, { rng: rng(), resamples: 100, groups });
    for (const weights of weightsSeen) {
      for (const [i, group] of groups.entries()) expect(weights[i]).toBe(weights[groups.indexOf(group)]);
      expect(weights[0]! + weights[2]!).toBe(2);
      expect(weights[4]! + weights[5]!).toBe(2);
    }
    expect(new Set(weightsSeen.map(String)).size).toBe(9);
  });

  it("draws groups of several classes whole too, apart from those of one class", () => {
    const labels = [0, 1, 0, 1, 0, 0];
    const groups = ["mixed1", "mixed1", "mixed2", "mixed2", "pure1", "pure2"];
    const seen = new Set<string>();
    const keep = (weights: Uint32Array) => {
      seen.add(`${weights[0]! + weights[2]!},${weights[4]! + weights[5]!}`);
      expect(weights[0]).toBe(weights[1]);
      expect(weights[2]).toBe(weights[3]);
      return [0];
    };
    stratifiedBootstrap(labels, keep, { rng: rng(), resamples: 100, groups });
    expect([...seen]).toEqual(["2,2"]);
  });

  it("gives limits as wide as theory says", () => {
    const values = [...repeat(300, 1), ...repeat(100, 0)];
    const labels = repeat(400, 0);
    const theory = 2 * 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(Math.abs(width(labels, values, { resamples: 4000 }) / theory - 1)).toBeLessThan(0.06);
    expect(width(labels, values, { confidence: 0.5 })).toBeLessThan(0.5 * theory);
  });

  it("narrows with the root of the number of images", () => {
    const few = width(repeat(100, 0), [...repeat(80, 1), ...repeat(20, 0)]);
    const many = width(repeat(1600, 0), [...repeat(1280, 1), ...repeat(320, 0)]);
    expect(few / many).toBeGreaterThan(3.4);
    expect(few / many).toBeLessThan(4.6);
  });

  it("widens by the root of the group size where a group is all right or all wrong", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 320 ? 1 : 0));
    const groups = values.map((_, i) => Math.floor(i / 16));
    const ratio = width(repeat(400, 0), values, { groups }) / width(repeat(400, 0), values);
    expect(ratio).toBeGreaterThan(3.4);
    expect(ratio).toBeLessThan(4.6);
  });

  it("gives the same limits for the same seed and others for another", () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const limits = (seed: number) =>
      stratifiedBootstrap(repeat(50, 0), meanOf(values), { rng: new Rng(seed), resamples: 200 });
    expect(limits(1)).toEqual(limits(1));
    expect(limits(1)[0]!.low).not.toBe(limits(2)[0]!.low);
  });

  it("passes over resamples in which a figure is undefined, and is NaN where the figure is", () => {
    const labels = [0, 0, 0, 0];
    const sometimes = (weights: Uint32Array) => [weights[0] === 0 ? Number.NaN : 5, Number.NaN];
    const [defined, never] = stratifiedBootstrap(labels, sometimes, { rng: rng(), resamples: 100 });
    expect(defined).toEqual({ value: 5, low: 5, high: 5 });
    expect(never).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  });

  it("refuses no resamples and lists of different length", () => {
    expect(() => stratifiedBootstrap([0], meanOf([1]), { rng: rng(), resamples: 0 })).toThrow(
      /ERR_USAGE stratifiedBootstrap/,
    );
    expect(() => stratifiedBootstrap([0, 1], meanOf([1, 1]), { rng: rng(), groups: ["a"] })).toThrow(/ERR_SHAPE/);
  });
});

describe("pairedBootstrap", () => {
  const labels = repeat(200, 0);
  const hard = labels.map((_, i) => (i < 100 ? 1 : 0));
  const better = hard.map((value, i) => (i >= 100 && i < 110 ? 1 : value));

  it("lets what two models share cancel", () => {
    const pair = [meanOf(better), meanOf(hard)] as const;
    const [difference] = pairedBootstrap(labels, pair, { rng: rng() });
    expect(difference!.value).toBeCloseTo(0.05, 12);
    expect(difference!.low).toBeGreaterThan(0);
    expect(difference!.high - difference!.low).toBeLessThan(0.5 * width(labels, hard));
  });

  it("copes with statistics that fill one array", () => {
    const shared = new Float64Array(1);
    const filling = (values: readonly number[]) => (weights: Uint32Array) => {
      shared[0] = meanOf(values)(weights)[0]!;
      return shared;
    };
    const [difference] = pairedBootstrap(labels, [filling(better), filling(hard)], { rng: rng(), resamples: 50 });
    expect(difference!.value).toBeCloseTo(0.05, 12);
  });
});
