import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { Rng } from "@leukogram/engine/core/rng";
import { broadcastShapes, strides } from "@leukogram/engine/core/shape";
import { describe, expect, test } from "vitest";

describe("Rng", () => {
  const draws = (rng: Rng, count = 5) => Array.from({ length: count }, () => rng.uint32());

  test("gives the same numbers for the same seed, others for another", () => {
    expect(draws(new Rng(7))).toEqual(draws(new Rng(7)));
    expect(draws(new Rng(7))).not.toEqual(draws(new Rng(8)));
    // Fixed for good: a change would make every run folder impossible to make again.
    expect(draws(new Rng(0), 2)).toEqual(draws(new Rng("0"), 2));
  });

  test("forks do not depend on what was drawn before, and differ by label", () => {
    const used = new Rng(1);
    draws(used, 100);
    expect(draws(used.fork("augment"))).toEqual(draws(new Rng(1).fork("augment")));
    expect(draws(new Rng(1).fork("augment"))).not.toEqual(draws(new Rng(1).fork("order")));
    expect(draws(new Rng(1).fork(1).fork(2))).not.toEqual(draws(new Rng(1).fork(2).fork(1)));
  });

  test("is uniform within its bounds, and normal with the mean and spread asked for", () => {
    const rng = new Rng(3);
    const count = 20_000;
    const uniform = Array.from({ length: count }, () => rng.uniform(2, 4));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThan(4);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
    // Five standard errors.
    expect(Math.abs(mean(uniform) - 3)).toBeLessThan((5 * 2) / Math.sqrt(12 * count));
    const normal = Array.from({ length: count }, () => rng.normal(1, 2));
    expect(Math.abs(mean(normal) - 1)).toBeLessThan((5 * 2) / Math.sqrt(count));
    expect(mean(normal.map((value) => (value - 1) ** 2))).toBeCloseTo(4, 0);
  });

  test("permutes: every number once, and every place alike", () => {
    const rng = new Rng(4);
    const first = new Array<number>(4).fill(0);
    for (let i = 0; i < 4000; i++) {
      const order = rng.permutation(4);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      first[order[0]!]!++;
    }
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

test("errors say code, reason and hint, and each kind has its exit code", () => {
  const error = new LeukogramError("ERR_DATA", "cells: is empty", { hint: "Put images there." });
  expect(error.message).toBe("ERR_DATA cells: is empty. Put images there.");
  expect(error.reason).toBe("cells: is empty.");
  expect(new LeukogramError("ERR_DATA", "no hint").reason).toBe("no hint");
  const codes = (["ERR_USAGE", "ERR_CONFIG", "ERR_DATA", "ERR_ABORTED"] as const).map(
    (code) => new LeukogramError(code, "").exitCode,
  );
  expect(codes).toEqual([2, 2, 3, 130]);
});

test("the nearest word is one that could have been meant, or none", () => {
  const words = ["learningRate", "batchSize", "epochs"];
  expect(nearest("--learning-rte", words)).toBe("learningRate");
  expect(nearest("epoks", words)).toBe("epochs");
  expect(nearest("zzzzzz", words)).toBeUndefined();
});

test("shapes broadcast as in NumPy, and tell what does not fit", () => {
  expect(broadcastShapes(["batch", 3, 1], [3, 4])).toEqual(["batch", 3, 4]);
  expect(() => broadcastShapes([2, 3], [2, 4])).toThrow("ERR_SHAPE broadcast: [2, 3] and [2, 4] are not compatible");
  expect(strides([2, 3, 4])).toEqual([12, 4, 1]);
});
