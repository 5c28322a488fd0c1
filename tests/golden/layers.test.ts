import { existsSync } from "node:fs";
import { gradients } from "@leukogram/engine/graph/autodiff";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import type { CallContext } from "@leukogram/engine/nn/layer";
import { layerFromConfig } from "@leukogram/engine/nn/layerFromConfig";
import { Input } from "@leukogram/engine/nn/layers/index";
import type { Weight } from "@leukogram/engine/nn/weight";
import { describe, expect } from "vitest";
import { relativeError, runGraph } from "../support/graph.ts";
import { type NpyArray, readNpz } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";

const INDEX = "golden/layers/index.json";
type Index = Record<string, { class: string; config: Record<string, unknown> }>;
const index = existsSync(shared(INDEX)) ? sharedJson<Index>(INDEX) : {};

const lastToFirst = (t: Tensor) => (t.rank === 4 ? ops.transpose(t, [0, 3, 1, 2]) : t);
const firstToLast = (t: Tensor) => (t.rank === 4 ? ops.transpose(t, [0, 2, 3, 1]) : t);

/** Output, gradients and updated statistics of a layer, with Keras's inputs and weights. */
async function runLayer(name: string, arrays: Record<string, NpyArray>) {
  const { x, cotangent } = arrays as { x: NpyArray; cotangent: NpyArray };
  const layer = layerFromConfig(index[name]!.class, index[name]!.config);
  layer.apply(Input(x.shape.slice(1)));
  const tensors = new Map(layer.weights.map((weight) => [weight, ops.input(weight.name, weight.shape)]));
  const updates = new Map<Weight, Tensor>();
  const context = (training: boolean): CallContext => ({
    training,
    // Keras was asked for the inference output after its statistics had moved.
    weight: (weight) => (training ? undefined : updates.get(weight)) ?? tensors.get(weight)!,
    update: (weight, value) => updates.set(weight, value),
    random: (shape) => ops.input("random", shape),
  });
  const input = ops.input("x", x.shape);
  const training = layer.className === "BatchNormalization";
  const y = firstToLast(layer.call([lastToFirst(input)], context(training)));
  const all = y.shape.map((_, axis) => axis);
  const loss = ops.reduceSum(ops.mul(y, ops.input("cotangent", cotangent.shape)), all);
  const trained = layer.weights.filter((weight) => weight.trainable);
  const found = gradients(loss, [input, ...trained.map((weight) => tensors.get(weight)!)]);
  const value = (array: NpyArray) => ({ data: array.data as Float32Array, shape: array.shape });
  return runGraph(
    {
      y,
      "grad.x": found[0]!,
      ...Object.fromEntries(trained.map((weight, i) => [`grad.${weight.name}`, found[i + 1]!])),
      ...Object.fromEntries([...updates].map(([weight, tensor]) => [`after.${weight.name}`, tensor])),
      ...(training && { "y.inference": firstToLast(layer.call([lastToFirst(input)], context(false))) }),
    },
    {
      x: value(x),
      cotangent: value(cotangent),
      ...Object.fromEntries(layer.weights.map(({ name: w }) => [w, value(arrays[`weight.${w}`]!)])),
    },
  );
}

describe("layers give Keras's outputs and gradients", () => {
  if (Object.keys(index).length === 0) testWith(INDEX)("every layer", () => {});
  for (const name of Object.keys(index)) {
    testWith(INDEX)(name, async () => {
      const arrays = readNpz(shared(`golden/layers/${name}.npz`));
      const results = await runLayer(name, arrays);
      const expected = Object.keys(arrays).filter((key) => /^(y|grad|after)/.test(key));
      expect(Object.keys(results).sort()).toEqual(expected.sort());
      for (const key of expected) {
        const limit = key.startsWith("grad") ? 1e-4 : 1e-5;
        expect(relativeError(results[key]!, arrays[key]!.data as Float32Array), key).toBeLessThan(limit);
      }
    });
  }
});
