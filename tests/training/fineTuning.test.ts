import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { modelEntry } from "@leukogram/engine/models/registry";
import { Dense, Input } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { adamW } from "@leukogram/engine/nn/optimizers";
import { freezeParts, weightRules } from "leukogram/training/fineTuning";
import { recipeWarnings, scheduleOf } from "leukogram/training/recipe/fromRecipe";
import { StepRunner, type StepRunnerOptions } from "leukogram/training/stepRunner";
import { trainModel } from "leukogram/training/trainModel";
import type { TrainOptions } from "leukogram/training/trainOptions";
import { beforeAll, describe, expect, test } from "vitest";
import { drawSet, rejection, type SmallSet, smallRecipe, temporaryFolder } from "./sets.ts";

const dir = temporaryFolder();
const rng = new Rng("fine-tuning");
const images = Float32Array.from({ length: 12 }, () => rng.normal());
const labels = Int32Array.of(0, 1, 0, 1);

/** A hidden and a last layer, [3] to [4] to [2], after `steps` AdamW steps at a rate of 0.01. */
async function trained(options: Partial<StepRunnerOptions>, steps = 1) {
  const input = Input([3], { name: "images" });
  const hidden = new Dense({ units: 4, activation: "tanh", name: "hidden" }).apply(input);
  const model = new Model({
    input,
    output: new Dense({ units: 2, activation: "softmax", name: "last" }).apply(hidden),
  });
  model.initialize(1);
  for (const weight of model.weights.values()) weight.value = weight.value.map((value) => value + 0.5);
  const optimizer = adamW({ weightDecay: 0.1 });
  const runner = new StepRunner(model, { optimizer, inputType: "float32", threads: 1, ...options });
  const states = [runner.state.vectors];
  try {
    for (let i = 0; i < steps; i++) {
      await runner.step({ images, labels }, 0.01);
      states.push(runner.state.vectors);
    }
    runner.writeWeights();
    return { model, states };
  } finally {
    await runner.release();
  }
}

const isEqual = (a: Float32Array, b: Float32Array) => a.every((value, i) => value === b[i]);
const theta = (state: ReadonlyMap<string, Float32Array>) => [...state.get("theta")!];

describe("one AdamW step", () => {
  // theta: hidden kernel 0-11, hidden bias 12-15, last kernel 16-23, last bias 24-25.
  test("multiplies step and decay of a weight by its factor, and spares what does not decay", async () => {
    const decays = ({ shape }: { readonly shape: readonly number[] }) => shape.length > 1;
    const factor = (i: number) => (i < 16 ? 0.25 : 1);
    const isKernel = (i: number) => i < 12 || (i >= 16 && i < 24);
    const { states } = await trained({
      rateOf: ({ value }) => (value.length === 12 || value.length === 4 ? 0.25 : 1),
      decays,
    });
    const [before, after] = states.map(theta) as [number[], number[]];
    const [mean, square] = ["slot0", "slot1"].map((name) => states[1]!.get(name)!) as [Float32Array, Float32Array];
    for (const [i, value] of before.entries()) {
      const rate = 0.01 * factor(i);
      const decayed = value - (isKernel(i) ? rate * 0.1 * value : 0);
      // Keras keeps epsilon outside the bias correction.
      const step = (rate * Math.sqrt(1 - 0.999) * mean[i]!) / (1 - 0.9) / (Math.sqrt(square[i]!) + 1e-7);
      expect(after[i]!).toBeCloseTo(decayed - step, 6);
    }
  });

  test("is the same without rules as with factors of 1", async () => {
    const plain = await trained({}, 3);
    const even = await trained({ rateOf: () => 1, decays: () => true }, 3);
    expect(theta(even.states[3]!)).toEqual(theta(plain.states[3]!));
  });
});

test("the average follows the parameters by min(decay, (1 + t) / (10 + t)), and is what is written", async () => {
  const { model, states } = await trained({ averageDecay: 0.3 }, 6);
  let mean = theta(states[0]!);
  for (let t = 0; t < 6; t++) {
    const decay = Math.min(0.3, (1 + t) / (10 + t));
    mean = theta(states[t + 1]!).map((value, i) => decay * mean[i]! + (1 - decay) * value);
  }
  const written = [...model.weights.values()].flatMap(({ value }) => [...value]);
  for (const [i, value] of mean.entries()) expect(written[i]!).toBeCloseTo(value, 5);
  expect(Math.abs(written[0]! - theta(states[6]!)[0]!)).toBeGreaterThan(1e-4);
});

const mobilenet = () =>
  modelEntry("mobilenetv2").build({ ...smallRecipe(), alpha: 0.35, head: "linear", frozen: false, classes: 5 });

describe("the parts of a backbone", () => {
  test("learn from a named block on, and the head with them", () => {
    const built = mobilenet();
    freezeParts(built, smallRecipe({ unfreezeFrom: "block_16" }));
    const kernels = [...built.model.trainableWeights.keys()].filter((path) => path.endsWith("kernel"));
    const block = ["expand", "depthwise", "project"].map((part) => `block_16_${part}/kernel`);
    expect(kernels).toEqual([...block, "Conv_1/kernel", "predictions/kernel"]);
  });

  test("are named where there is no such block", () => {
    expect(() => freezeParts(mobilenet(), smallRecipe({ unfreezeFrom: "block_17" }))).toThrow(
      /^ERR_CONFIG unfreezeFrom: model mobilenetv2 has no block "block_17".*Blocks: Conv1, expanded_conv, block_1, .*block_16, Conv_1\./,
    );
    const cnn = modelEntry("cnn").build({ ...smallRecipe(), classes: 5 });
    expect(() => freezeParts(cnn, smallRecipe({ unfreezeFrom: "block_1" }))).toThrow("has no pretrained blocks");
  });

  test("keep their batch normalisations where the recipe says so", () => {
    const built = mobilenet();
    freezeParts(built, smallRecipe({ batchNorm: "frozen" }));
    const paths = [...built.model.trainableWeights.keys()];
    expect(paths.filter((path) => path.endsWith("gamma"))).toEqual([]);
    expect(paths.filter((path) => path.endsWith("kernel"))).toHaveLength(53);
  });

  test("learn slower block by block from the head down", () => {
    const built = mobilenet();
    const { rateOf } = weightRules(built, smallRecipe({ backboneRate: 0.5, layerDecay: 0.8 }));
    const rate = (path: string) => rateOf!(built.model.weights.get(path)!);
    expect(rate("predictions/kernel")).toBe(1);
    expect(rate("Conv_1_bn/gamma")).toBe(0.5);
    expect(rate("block_16_project/kernel")).toBeCloseTo(0.4, 12);
    expect(rate("bn_Conv1/beta")).toBeCloseTo(0.5 * 0.8 ** 18, 12);
  });
});

test("the cosine ends at the share finalRate of its highest", () => {
  const schedule = scheduleOf(smallRecipe({ epochs: 4, learningRate: 0.01, finalRate: 0.1, warmupEpochs: 1 }), 10)!;
  expect([schedule(10), schedule(40)].map((rate) => rate.toFixed(6))).toEqual(["0.010000", "0.001000"]);
});

test("settings that need a backbone that learns are told where there is none", () => {
  expect(recipeWarnings(smallRecipe({ backboneRate: 0.1 })).join()).toContain("so backboneRate has no effect");
  expect(recipeWarnings(smallRecipe({ model: "mobilenetv2", mixup: 0.2 })).join()).toContain("so mixup has no effect");
});

describe("a run with all of it", () => {
  let set: SmallSet;
  beforeAll(async () => {
    set = await drawSet(join(dir, "smears"));
  });
  const shared = {
    averageDecay: 0.9,
    decayNorms: false,
    weightDecay: 0.05,
    mixup: 0.3,
    cutmix: 1,
    finalRate: 0.1,
    epochs: 2,
  };
  const recipes = {
    mobilenetv2: {
      ...shared,
      model: "mobilenetv2",
      alpha: 0.35,
      head: "linear",
      unfreezeFrom: "block_14",
      backboneRate: 0.5,
      layerDecay: 0.8,
    },
    "cnn-wide": { ...shared, model: "cnn-wide" },
  };
  const run = (values: object, options: Partial<TrainOptions> & { out: string }) =>
    trainModel(set.train, set.validation, smallRecipe({ ...values }), options);

  test("moves the blocks that learn, and none of the others", async () => {
    const out = join(dir, "parts");
    await run({ ...recipes.mobilenetv2, epochs: 1 }, { out });
    const settings = {
      ...smallRecipe(),
      ...recipes.mobilenetv2,
      frozen: false as const,
      head: "linear" as const,
      classes: 5,
    };
    const fresh = () => modelEntry("mobilenetv2").build(settings).model.initialize(0);
    const [before, after] = [fresh(), fresh()];
    loadWeights(after, await readKerasFile(join(out, "model.keras")), { source: out });
    const still = (path: string) =>
      Number(/^block_(\d+)/.exec(path)?.[1] ?? (/^(Conv_1|predictions)/.test(path) ? 99 : 0)) < 14;
    for (const [path, { value }] of before.weights)
      expect([path, isEqual(value, after.weights.get(path)!.value)]).toEqual([path, still(path)]);
  });

  test.each(Object.entries(recipes))("of %s goes on after an interruption to the same bytes", async (name, values) => {
    const [whole, stopped] = [join(dir, `${name}-whole`), join(dir, `${name}-stopped`)];
    await run(values, { out: whole });
    const stop = new AbortController();
    let steps = 0;
    const onProgress = () => {
      steps++;
      if (steps === 7) stop.abort();
    };
    expect((await rejection(run(values, { out: stopped, signal: stop.signal, onProgress }))).code).toBe("ERR_ABORTED");
    await run(values, { out: stopped, resume: true });
    const bytes = (out: string) => readFileSync(join(out, "model.onnx"));
    expect(bytes(stopped).equals(bytes(whole))).toBe(true);
  });
});
