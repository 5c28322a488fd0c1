import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Dense, Input } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { adam } from "@leukogram/engine/nn/optimizers";
import { StepRunner } from "leukogram/training/stepRunner";
import { featureSource, featuresOf, newHead, trainHead } from "leukogram/training/trainHead";
import { expect, test } from "vitest";
import { rejection } from "./sets.ts";

test("a model's features are where everything becomes one vector", () => {
  const { model, features } = mobilenetV2({ imageSize: 32, alpha: 0.35 });
  expect(featuresOf(model)).toBe(features);
  expect(featuresOf(cnn({ imageSize: 32 })).shape).toHaveLength(1);
  const input = Input([4]);
  const head = new Model({ input, output: new Dense({ units: 2, activation: "softmax" }).apply(input), name: "head" });
  expect(() => featuresOf(head)).toThrow("ERR_CONFIG model head is a head: it takes features, not images");
});

test("batches go through the order and leave out those that a resumed run has taken", async () => {
  const source = featureSource({ features: Float32Array.of(0, 1, 2, 3, 4, 5), labels: [7, 8, 9] }, { batchSize: 2 });
  const batches: unknown[] = [];
  for await (const { images, labels } of source.batches({ epoch: 0, order: [2, 0, 1] }))
    batches.push([[...images], [...labels]]);
  expect(batches).toEqual([
    [
      [4, 5, 0, 1],
      [9, 7],
    ],
    [[2, 3], [8]],
  ]);
  const rest: number[] = [];
  for await (const { labels } of source.batches({ epoch: 0, order: [2, 0, 1], from: 1 })) rest.push(...labels);
  expect(rest).toEqual([8]);
});

test("a new head learns what its features tell, the layers before it stay, and the whole model has it", async () => {
  const base = cnn({ imageSize: 32 }).initialize(0);
  const before = [...base.weights].map(([path, { value }]) => [path, value.slice()] as const);
  const { model, head } = newHead(base, { classes: 2, seed: 1 });
  const size = featuresOf(base).shape[0]!;
  const labels = Array.from({ length: 24 }, (_, i) => i % 2);
  // The first feature alone tells the classes.
  const features = Float32Array.from({ length: 24 * size }, (_, i) =>
    i % size === 0 ? labels[i / size]! * 2 - 1 : 0.1,
  );
  const runner = new StepRunner(head, { optimizer: adam(), inputType: "float32", threads: 1 });
  const options = { runner, classes: 2, epochs: 15, learningRate: 0.05, batchSize: 8 };
  const { history } = await trainHead({ features, labels }, { ...options, validation: { features, labels } });
  await runner.release();
  expect(history).toHaveLength(15);
  expect(history.at(-1)!.valAccuracy).toBe(1);
  const after = new Map([...model.weights].map(([path, { value }]) => [path, value]));
  for (const [path, value] of before) if (after.has(path)) expect(after.get(path)).toEqual(value);
  expect(model.weights.get("new_predictions/kernel")).toBe(head.weights.get("new_predictions/kernel"));
});

test("labels that do not fit are named before anything is trained", async () => {
  const { head } = newHead(cnn({ imageSize: 32 }).initialize(0), { classes: 2 });
  const runner = new StepRunner(head, { optimizer: adam(), inputType: "float32" });
  const options = { runner, classes: 2, epochs: 1, learningRate: 0.1 };
  const features = new Float32Array(6);
  expect((await rejection(trainHead({ features, labels: [0, 1, 0, 1] }, options))).message).toBe(
    "ERR_DATA 4 labels do not fit 6 features. Give one label per image.",
  );
  expect((await rejection(trainHead({ features, labels: [0, 2] }, options))).message).toBe(
    "ERR_DATA label 2 is not one of 2 classes. Labels start at 0.",
  );
});
