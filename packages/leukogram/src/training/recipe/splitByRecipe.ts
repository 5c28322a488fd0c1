import type { OpenedData } from "../../data/sample.ts";
import { type Split, splitDataset } from "../../data/sampling/split.ts";
import type { Recipe } from "./recipe.ts";

/** The images that a recipe learns from, and those that it chooses by: the data's own, or held out. @throws as `splitDataset`. */
export function splitByRecipe(
  data: Pick<OpenedData, "train" | "validation">,
  { split, validation, seed, splitSeed = seed }: Pick<Recipe, "split" | "validation" | "seed" | "splitSeed">,
): Split {
  if (data.validation) return { train: [...data.train.samples], validation: [...data.validation.samples] };
  // A leaky split is what happens where nobody knows which images are siblings.
  const blind = data.train.samples.map((sample) => ({ ...sample, group: sample.file }));
  return splitDataset(split === "leaky" ? { ...data.train, samples: blind } : data.train, {
    validationFraction: validation,
    seed: splitSeed,
    method: split === "keras" ? "keras" : "stratified",
  });
}
