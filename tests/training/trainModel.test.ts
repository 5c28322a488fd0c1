import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "leukogram/training/checkpoint";
import { recipeWarnings } from "leukogram/training/recipe/fromRecipe";
import type { Recipe } from "leukogram/training/recipe/recipe";
import { trainModel } from "leukogram/training/trainModel";
import type { TrainOptions } from "leukogram/training/trainOptions";
import { beforeAll, describe, expect, test } from "vitest";
import { drawSet, interruptedRun, rejection, type SmallSet, smallRecipe, temporaryFolder } from "./sets.ts";

const dir = temporaryFolder();
let set: SmallSet;
let made = 0;
beforeAll(async () => {
  set = await drawSet(join(dir, "smears"));
});

const freshOut = () => join(dir, `run${made++}`);
const train = (recipe: Recipe, options: Partial<TrainOptions> = {}) =>
  trainModel(set.train, set.validation, recipe, { out: freshOut(), ...options });
const model = (out: string) => readFileSync(join(out, "model.onnx"));
const checkpointOf = (out: string) => join(out, "checkpoints", "last.safetensors");

const interrupted = (recipe: Recipe, stopAt: number) =>
  interruptedRun((options) => train(recipe, options), freshOut(), stopAt);

test("a model that is joined of two is not trained", async () => {
  expect((await rejection(train(smallRecipe({ model: "cnn+mobilenetv2" })))).message).toBe(
    `ERR_CONFIG model "cnn+mobilenetv2" is joined from two models and can't be trained directly. Train the two models, then join their runs: leukogram join.`,
  );
});

describe("training a CNN", () => {
  const recipe = smallRecipe();
  let whole: string;
  beforeAll(async () => {
    whole = (await train(recipe)).out;
  });

  test("gives the same bytes for the same seed, and others for another", async () => {
    expect(model((await train(recipe)).out).equals(model(whole))).toBe(true);
    expect(model((await train(smallRecipe({ seed: 1 }))).out).equals(model(whole))).toBe(false);
  });

  test.each([
    ["within an epoch", 8, { epoch: 1, batch: 3 }],
    ["with the validation still to do", 10, { epoch: 1, batch: 5 }],
  ])("goes on %s, to the same bytes", async (_, stopAt, place) => {
    const out = await interrupted(recipe, stopAt);
    expect(existsSync(join(out, "model.onnx"))).toBe(false);
    expect(await readCheckpoint(checkpointOf(out))).toMatchObject(place);
    const { history } = await train(recipe, { out, resume: true });
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(model(out).equals(model(whole))).toBe(true);
  });

  test("asks no image about classes that its laboratory lacks, where told so and where laboratories differ", async () => {
    const label = (i: number) => set.train.samples[i]!.label;
    const samples = set.train.samples.map((sample, i) => ({
      ...sample,
      laboratory: label(i) < 3 && i % 2 ? "A" : "B",
    }));

    const loss = async (samples: SmallSet["train"]["samples"], values: Readonly<Record<string, unknown>>) => {
      const recipe = smallRecipe({ epochs: 1, ...values });
      const { history } = await trainModel({ ...set.train, samples }, set.validation, recipe, { out: freshOut() });
      return history[0]!.loss;
    };
    expect(await loss(samples, { maskAbsent: true })).toBeLessThan(await loss(samples, {}));
    const one = set.train.samples;
    const masks = smallRecipe({ maskAbsent: true });
    expect(recipeWarnings(masks, one).join()).toContain("so maskAbsent has no effect");
    expect(recipeWarnings(masks, samples).join()).not.toContain("maskAbsent");
    expect(await loss(one, { maskAbsent: true })).toBe(await loss(one, {}));
    const mixed = trainModel({ ...set.train, samples }, set.validation, smallRecipe({ maskAbsent: true, mixup: 0.2 }), {
      out: freshOut(),
    });
    expect((await rejection(mixed)).message).toMatch(
      /^ERR_CONFIG maskAbsent does not work with mixed images, which come from two laboratories\./,
    );
  });

  test("goes on only with the settings and images that it was begun with", async () => {
    const out = await interrupted(recipe, 8);
    const message = `ERR_CONFIG ${checkpointOf(out)}: written with other settings or data. Resume with the original settings, images and weights`;
    for (const other of [{ learningRate: 0.1 }, { epochs: 4 }, { kernels: "blocked" as const }].map(smallRecipe))
      expect((await rejection(train(other, { out, resume: true }))).message).toContain(message);
    const fewer = { ...set.train, samples: set.train.samples.slice(1) };
    const error = await rejection(trainModel(fewer, set.validation, recipe, { out, resume: true }));
    expect(error.message).toContain(message);
  });

  test("names a checkpoint that is damaged, and leaves it", async () => {
    const out = await interrupted(recipe, 8);
    const path = checkpointOf(out);
    const bytes = readFileSync(path);
    const damaged = async () => (await rejection(train(recipe, { out, resume: true }))).message;
    truncateSync(path, bytes.length - 100);
    expect(await damaged()).toMatch(
      /^ERR_FORMAT .*last\.safetensors: is damaged: .* is incomplete\. Start the run again/,
    );
    truncateSync(path, 5);
    expect(await damaged()).toMatch(/^ERR_FORMAT .*last\.safetensors: is damaged/);
    writeFileSync(path, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("{}")]));
    expect(await damaged()).toMatch(
      /^ERR_FORMAT .*last\.safetensors: not a checkpoint: it contains no training state\. /,
    );
    expect(statSync(path).size).toBe(10);
  });

  test("writes history.csv again where it was killed before that", async () => {
    const { out } = await train(recipe);
    const before = readFileSync(join(out, "history.csv"), "utf8");
    rmSync(join(out, "history.csv"));
    await train(recipe, { out, resume: true });
    expect(readFileSync(join(out, "history.csv"), "utf8")).toBe(before);
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full, and goes on when it is not", async () => {
    const out = freshOut();
    const onEpoch = ({ epoch }: { epoch: number }) => {
      // The file that the checkpoint goes to first is a device without space.
      if (epoch === 1) symlinkSync("/dev/full", `${checkpointOf(out)}.${process.pid}.tmp`);
    };
    const error = await rejection(train(recipe, { out, onEpoch }));
    expect(error.message).toBe(
      `ERR_OUTPUT ${checkpointOf(out)}: can't be written: the disk is full. Free some disk space and resume; everything saved before is kept.`,
    );
    expect(readdirSync(join(out, "checkpoints"))).toEqual(["last.safetensors"]);
    expect((await readCheckpoint(checkpointOf(out)))!.epoch).toBe(1);
    await train(recipe, { out, resume: true });
    expect(model(out).equals(model(whole))).toBe(true);
  });

  test("stops at a loss that is no number and writes no model", async () => {
    const out = freshOut();
    const error = await rejection(train(smallRecipe({ learningRate: 1e30, schedule: "constant" }), { out }));
    expect(error.message).toMatch(
      /^ERR_DIVERGED training: the loss became \S+ at step \d\. Try a smaller learning rate/,
    );
    expect(existsSync(join(out, "model.onnx"))).toBe(false);
  });

  test("writes nothing where an image is bad", async () => {
    const path = join(dir, "bad.jpg");
    writeFileSync(path, "no picture");
    const samples = [...set.train.samples, { file: "bad.jpg", path, label: 0, group: "bad" }];
    const out = freshOut();
    const error = await rejection(trainModel({ ...set.train, samples }, set.validation, recipe, { out }));
    expect(error.message).toMatch(/^ERR_IMAGE .*bad\.jpg: not an image/);
    expect(existsSync(out)).toBe(false);
    const { skipped } = await trainModel({ ...set.train, samples }, set.validation, smallRecipe({ epochs: 1 }), {
      out,
      skipBad: true,
    });
    expect(skipped.map(({ file }) => file)).toEqual(["bad.jpg"]);
  });
});

describe("training on a frozen backbone", () => {
  const recipe = smallRecipe({ model: "mobilenetv2", alpha: 0.35, head: "linear", copies: 2 });
  const cache = () => process.env.LEUKOGRAM_CACHE!;
  const features = () =>
    readdirSync(cache())
      .filter((name) => name.startsWith("features-"))
      .map((name) => join(cache(), name))
      .sort((a, b) => statSync(b).size - statSync(a).size);

  test("computes the features once, a row an image and a row a copy", async () => {
    const first = (await train(recipe)).out;
    const [training, validation, ...others] = features();
    expect(others).toEqual([]);
    expect(statSync(training!).size).toBe(3 * set.train.samples.length * 1280 * 4);
    expect(statSync(validation!).size).toBe(set.validation.length * 1280 * 4);
    const times = features().map((file) => statSync(file).mtimeMs);
    const second = (await train(recipe)).out;
    expect(features().map((file) => statSync(file).mtimeMs)).toEqual(times);
    expect(model(second).equals(model(first))).toBe(true);
  });

  test("computes them anew where their file was cut short", async () => {
    const [training] = features();
    const before = readFileSync(training!);
    truncateSync(training!, 1000);
    await train(recipe);
    expect(readFileSync(training!).equals(before)).toBe(true);
  });

  test("goes on within an epoch, to the same bytes", async () => {
    const out = await interrupted(recipe, 8);
    await train(recipe, { out, resume: true });
    expect(model(out).equals(model((await train(recipe)).out))).toBe(true);
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full, and leaves no features behind", async () => {
    const [training] = features();
    rmSync(training!);
    symlinkSync("/dev/full", `${training}.${process.pid}.tmp`);
    const out = freshOut();
    expect((await rejection(train(recipe, { out }))).message).toBe(
      `ERR_OUTPUT ${training}: can't be written: the disk is full. Free some disk space, or set LEUKOGRAM_CACHE to another folder.`,
    );
    expect(features()).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  test("stops while computing features, and leaves none behind", async () => {
    for (const file of features()) rmSync(file);
    const stop = new AbortController();
    const onStage = (stage: string, done: number) => {
      if (stage === "Features of training images" && done > 8) stop.abort();
    };
    const out = freshOut();
    expect((await rejection(train(recipe, { out, signal: stop.signal, onStage }))).code).toBe("ERR_ABORTED");
    expect(features()).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

  test("names a weights file that is none", async () => {
    const weights = join(dir, "weights.h5");
    writeFileSync(weights, "no weights");
    const error = await rejection(train(recipe, { weights }));
    expect(error.message).toContain(weights);
    expect(error.exitCode).toBe(3);
  });

  test.each([0, 2])(
    "parts of the same images share what is decoded, and with no copies the features: %d copies",
    async (copies) => {
      const recipe = smallRecipe({ model: "mobilenetv2", alpha: 0.35, head: "linear", epochs: 1, copies });
      const alone = (await train(recipe)).out;
      const among = [...set.validation, ...set.train.samples].reverse();
      for (const file of features()) rmSync(file);
      expect(model((await train(recipe, { among })).out).equals(model(alone))).toBe(true);
      const rows = features().map((file) => statSync(file).size / 1280 / 4);
      expect(rows).toEqual(copies === 0 ? [among.length] : [3 * set.train.samples.length, among.length]);
      const swapped = { train: { ...set.train, samples: set.validation }, validation: set.train.samples };
      await trainModel(swapped.train, swapped.validation, recipe, { out: freshOut(), among });
      expect(features()).toHaveLength(copies === 0 ? 1 : 3);
    },
  );
});
