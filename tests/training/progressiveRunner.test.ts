import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Recipe } from "leukogram/training/recipe/recipe";
import { trainModel } from "leukogram/training/trainModel";
import type { TrainOptions } from "leukogram/training/trainOptions";
import { beforeAll, describe, expect, test } from "vitest";
import { drawSet, interruptedRun, type SmallSet, smallRecipe, temporaryFolder } from "./sets.ts";

const dir = temporaryFolder();
let set: SmallSet;
let made = 0;
beforeAll(async () => {
  set = await drawSet(join(dir, "smears"));
});

const progressive = { startSize: 16, startEpochs: 2, averageDecay: 0.9 };
const train = (recipe: Recipe, options: Partial<TrainOptions> = {}) =>
  trainModel(set.train, set.validation, recipe, { out: join(dir, `run${made++}`), ...options });
const bytes = ({ out }: { out: string }) => readFileSync(join(out, "model.onnx"));

describe("images that grow with the epochs", () => {
  test("give another model than images of one size, and the same each time", async () => {
    const recipe = smallRecipe(progressive);
    const first = bytes(await train(recipe));
    expect(bytes(await train(recipe)).equals(first)).toBe(true);
    expect(bytes(await train(smallRecipe({ ...progressive, startSize: undefined }))).equals(first)).toBe(false);
  });

  test.each([
    ["on small images", 3],
    ["where they change", 10],
  ])("go on after an interruption, to the same bytes: %s", async (_, stopAt) => {
    const recipe = smallRecipe(progressive);
    const whole = bytes(await train(recipe));
    const out = await interruptedRun((options) => train(recipe, options), join(dir, `run${made++}`), stopAt);
    expect(bytes(await train(recipe, { out, resume: true })).equals(whole)).toBe(true);
  });

  test("of the full size from the first epoch are images of one size", async () => {
    const same = bytes(await train(smallRecipe({ ...progressive, startSize: 32 })));
    const plain = bytes(await train(smallRecipe({ ...progressive, startSize: undefined, startEpochs: undefined })));
    // The recipe stands in the file.
    expect(Math.abs(same.length - plain.length)).toBeLessThan(100);
  });
});
