import { Rng } from "@leukogram/engine/core/rng";
import { fitHead, type HeadFitOptions, oneHot } from "leukogram/adaptation/fewLabels/headFit";
import { describe, expect, test } from "vitest";

const [rows, width, classes] = [12, 30, 3];
const rng = new Rng("head");
const features = Float32Array.from({ length: rows * width }, () => rng.uniform(0, 2));
const labels = Array.from({ length: rows }, (_, i) => i % classes);
const targets = oneHot(labels, classes);
const logits = Float32Array.from({ length: rows * classes }, () => rng.normal());
const weights = Float64Array.from({ length: rows }, (_, i) => (1 + (i % 2)) / (1.5 * rows));
const problem = (pull: number): HeadFitOptions => ({ features, targets, weights, logits, classes, pull });

/** Logits with a change of the head. */
function changed(kernel: Float32Array, bias: Float32Array): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: classes }, (__, k) => {
      let sum = logits[i * classes + k]! + bias[k]!;
      for (let f = 0; f < width; f++) sum += features[i * width + f]! * kernel[f * classes + k]!;
      return sum;
    }),
  );
}

function objective(kernel: Float32Array, bias: Float32Array, pull: number): number {
  const length = [...kernel, ...bias].reduce((sum, value) => sum + value ** 2, 0);
  const losses = changed(kernel, bias).map((row, i) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
    return weights[i]! * (Math.log(total) - row[labels[i]!]!);
  });
  return losses.reduce((a, b) => a + b) + (pull / 2) * length;
}

describe("a head that is changed by a few labels", () => {
  test.each([0.01, 1, 30])("is where the objective is least: pull %d", (pull) => {
    const { kernel, bias } = fitHead(problem(pull));
    const least = objective(kernel, bias, pull);
    const draw = new Rng("directions");
    for (let i = 0; i < 20; i++) {
      const nudge = (vector: Float32Array) => vector.map((value) => value + 0.01 * draw.normal());
      expect(objective(nudge(kernel), nudge(bias), pull)).toBeGreaterThan(least - 1e-7);
    }
    expect(least).toBeLessThan(objective(new Float32Array(width * classes), new Float32Array(classes), pull));
  });

  test("fits all labels where it is held loosely, and stays as it was where it is held fast", () => {
    const loose = fitHead(problem(1e-4));
    const best = changed(loose.kernel, loose.bias).map((row) => row.indexOf(Math.max(...row)));
    expect(best).toEqual(labels);
    const fast = fitHead(problem(1e6));
    expect(Math.max(...fast.kernel.map(Math.abs), ...fast.bias.map(Math.abs))).toBeLessThan(1e-5);
  });

  test("reaches soft targets, not their most probable class alone", () => {
    const soft = Float32Array.from({ length: rows * classes }, (_, i) => (i % classes === 0 ? 0.5 : 0.25));
    const { kernel, bias } = fitHead({ ...problem(1e-4), targets: soft });
    for (const row of changed(kernel, bias)) {
      const powers = row.map(Math.exp);
      const sum = powers.reduce((a, b) => a + b);
      for (const [k, value] of powers.entries()) expect(value / sum).toBeCloseTo(k === 0 ? 0.5 : 0.25, 2);
    }
  });
});
