import { Rng } from "@leukogram/engine/core/rng";
import type { Layer } from "@leukogram/engine/nn/layer";
import { Activation, GlobalAveragePooling2D } from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { expect } from "vitest";
import { ask } from "../support/ask.ts";
import type { Numbers } from "./tensorflowNet.ts";

/** Two images that are drawn, the same at each call. */
export function pictures(shape: readonly number[]): Float32Array {
  const rng = new Rng(5);
  return Float32Array.from({ length: 2 * shape.reduce((a, b) => a * b) }, () => rng.normal());
}

/** What a model gives for {@link pictures}. */
export function answer(model: Model): Promise<number[]> {
  return ask(model, pictures(model.input.shape), { count: 2 });
}

/** Rows that are probabilities of these scores. */
export function softmaxOf(scores: readonly number[], classes: number): readonly number[] {
  const powers = scores.map(Math.exp);
  return powers.map((power, i) => {
    const start = i - (i % classes);
    return power / powers.slice(start, start + classes).reduce((a, b) => a + b, 0);
  });
}

export function expectClose(found: readonly number[], expected: readonly number[], within = 1e-6) {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(within);
}

/** Sets the weights of layers, in their order. */
export function withWeights(shape: readonly number[], layers: readonly Layer[], values: readonly Numbers[]): Model {
  const model = new Sequential(shape, layers);
  const weights = model.layers.flatMap((layer) => layer.weights);
  expect(weights.map(({ shape: own }) => own)).toEqual(values.map(({ shape: own }) => own));
  for (const [i, weight] of weights.entries()) weight.value = Float32Array.from(values[i]!.data);
  return model;
}

/** The layers that `gap` is. */
export const [average, soft] = [() => new GlobalAveragePooling2D(), () => new Activation({ activation: "softmax" })];
