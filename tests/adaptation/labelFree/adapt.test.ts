import { Rng } from "@leukogram/engine/core/rng";
import {
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  Rescaling,
} from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { adaptByEntropy } from "leukogram/adaptation/labelFree/adaptByEntropy";
import { adaptStatistics, MOST_MOVED } from "leukogram/adaptation/labelFree/adaptStatistics";
import { batchNormalizations, mixStatistics } from "leukogram/adaptation/labelFree/batchStatistics";
import { totalVariation } from "leukogram/adaptation/labelFree/pseudoLabels";
import { createTentSteps } from "leukogram/adaptation/labelFree/tentSteps";
import { viewProbabilities } from "leukogram/adaptation/labelFree/viewProbabilities";
import type { Pictures } from "leukogram/adaptation/pictures";
import { describe, expect, test } from "vitest";

const SIZE = 6;
const ONE = { threads: 1 } as const;

/** Pictures of two kinds: reddish and bluish noise, brightened by `light`. */
function pictures(reds: number, blues: number, light = 0): Pictures {
  const rng = new Rng(1);
  const count = reds + blues;
  const plane = SIZE * SIZE;
  const data = Uint8Array.from({ length: count * 3 * plane }, (_, i) => {
    const picture = Math.floor(i / (3 * plane));
    const channel = Math.floor(i / plane) % 3;
    const strong = channel === (picture < reds ? 0 : 2);
    return Math.min(255, Math.max(0, (strong ? 150 : 60) + light + rng.normal(0, 25)));
  });
  return { data, count, channels: 3, height: SIZE, width: SIZE };
}

/** A network that has learned nothing but whose answers depend on colour and place. */
function network(seed = 0): Model {
  return new Sequential(
    [SIZE, SIZE, 3],
    [
      new Rescaling({ scale: 1 / 64, offset: -1.5 }),
      new Conv2D({ filters: 6, kernelSize: 3, activation: "relu" }),
      new BatchNormalization(),
      new Conv2D({ filters: 6, kernelSize: 3, activation: "relu" }),
      new BatchNormalization(),
      new GlobalAveragePooling2D(),
      new Dense({ units: 2, activation: "softmax" }),
    ],
  ).initialize(seed);
}

/** The same, its statistics those of the pictures, so that answers differ. */
async function fitted(given: Pictures, seed = 0): Promise<Model> {
  const model = network(seed);
  await mixStatistics(model, given, { ...ONE, batches: [all(given.count)], share: 1 });
  return model;
}

const values = (model: Model) => [...model.weights].map(([name, { value }]) => [name, [...value]] as const);
const all = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("batch-norm statistics", () => {
  test("are refused of a model that has none", () => {
    const bare = new Sequential([SIZE, SIZE, 3], [new GlobalAveragePooling2D(), new Dense({ units: 2 })]);
    expect(() => batchNormalizations(bare)).toThrow(/^ERR_CONFIG model \S+ has no batch normalisation to adapt/);
  });

  const plain = () =>
    new Sequential(
      [SIZE, SIZE, 3],
      [
        new BatchNormalization({ name: "bn" }),
        new GlobalAveragePooling2D(),
        new Dense({ units: 2, activation: "softmax" }),
      ],
    ).initialize(0);

  test("move by the share towards mean and variance of the new pictures", async () => {
    const given = pictures(20, 20);
    const model = plain();
    await mixStatistics(model, given, { ...ONE, batches: [all(20), all(40).slice(20)], share: 0.4 });
    for (const channel of [0, 1, 2]) {
      const pixels = [...given.data].filter((_, i) => Math.floor(i / (SIZE * SIZE)) % 3 === channel);
      const mean = pixels.reduce((a, b) => a + b) / pixels.length;
      const variance = pixels.reduce((sum, v) => sum + (v - mean) ** 2, 0) / pixels.length;
      expect(model.weights.get("bn/moving_mean")!.value[channel]).toBeCloseTo(0.4 * mean, 2);
      // Between the batches too: one is all red, the other all blue.
      expect(model.weights.get("bn/moving_variance")!.value[channel]! / (0.6 + 0.4 * variance)).toBeCloseTo(1, 3);
    }
  });

  test("of a later layer are taken behind the mixture of the one before", async () => {
    const given = pictures(16, 16);
    const model = network();
    const first = batchNormalizations(model)[0]!;
    await mixStatistics(model, given, { ...ONE, batches: [all(32)], share: 1 });
    const once = first.weights.at(-2)!.value;
    const second = batchNormalizations(model)[1]!.weights.at(-2)!.value;
    // The pictures have not changed: each layer already sees what it will see behind the new statistics.
    await mixStatistics(model, given, { ...ONE, batches: [all(32)], share: 1 });
    for (const [c, value] of first.weights.at(-2)!.value.entries()) expect(value).toBeCloseTo(once[c]!, 3);
    for (const [c, value] of batchNormalizations(model)[1]!.weights.at(-2)!.value.entries())
      expect(value).toBeCloseTo(second[c]!, 3);
  });

  test.each([0, 1, 2, 3, 4, 5])("are kept only where views agree better (network %i)", async (seed) => {
    const model = await fitted(pictures(30, 30), seed);
    const before = values(model);
    const { applied, reason, before: first, after } = await adaptStatistics(model, pictures(30, 30, 40), ONE);
    const better = after!.disagreement < 0.98 * first!.disagreement;
    const moved = totalVariation(first!.shares, after!.shares);
    expect(applied).toBe(better && moved <= MOST_MOVED);
    if (!applied) expect(values(model)).toEqual(before);
    else {
      expect(values(model)).not.toEqual(before);
      const now = await viewProbabilities(model, pictures(30, 30, 40), ONE);
      expect(now.disagreement).toBeCloseTo(after!.disagreement, 5);
    }
    expect(reason).toMatch(applied ? /agree better/ : /do not agree better|would change/);
  });

  test("stay where there are few pictures", async () => {
    const model = network();
    const before = values(model);
    const { applied, reason } = await adaptStatistics(model, pictures(20, 20), ONE);
    expect([applied, reason]).toEqual([false, "40 images are too few to adapt to a laboratory (48 needed)"]);
    expect(values(model)).toEqual(before);
  });
});

describe("entropy minimisation", () => {
  const given = pictures(40, 40);

  test("lowers the entropy by scales and shifts alone", async () => {
    const model = await fitted(given, 3);
    const before = new Map(values(model));
    const steps = await createTentSteps(model, { ...ONE, batchSize: 32, entropyLimit: 1.1 });
    const entropies: number[] = [];
    for (let i = 0; i < 8; i++) entropies.push((await steps.step(given, all(32), 0.02)).entropy);
    steps.writeWeights();
    await steps.close();
    expect(entropies.at(-1)).toBeLessThan(entropies[0]! - 0.01);
    for (const [name, value] of values(model)) {
      const moves = /gamma|beta/.test(name);
      expect([name, JSON.stringify(value) !== JSON.stringify(before.get(name))]).toEqual([name, moves]);
    }
  });

  test("learns nothing from images of which the model is unsure", async () => {
    const model = await fitted(given, 3);
    const before = values(model);
    const steps = await createTentSteps(model, { ...ONE, batchSize: 32, entropyLimit: 0 });
    expect((await steps.step(given, all(32), 0.02)).entropy).toBe(0);
    steps.writeWeights();
    await steps.close();
    expect(values(model)).toEqual(before);
  });

  test("goes back where the answers collapse", async () => {
    const model = await fitted(given, 3);
    const before = values(model);
    const { applied, reason } = await adaptByEntropy(model, given, { ...ONE, learningRate: 0.3 });
    expect(applied).toBe(false);
    expect(reason).toMatch(/would change for \d+ % of the images|do not agree better/);
    expect(values(model)).toEqual(before);
  });

  test("is interrupted between steps", async () => {
    await expect(adaptByEntropy(network(), given, { ...ONE, signal: AbortSignal.abort() })).rejects.toThrow(
      "ERR_ABORTED adapting was interrupted",
    );
  });
});
