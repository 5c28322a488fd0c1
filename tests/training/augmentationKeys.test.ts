import { INGREDIENTS } from "leukogram/data/microscopy/ingredients";
import { augmentationOf } from "leukogram/training/recipe/fromRecipe";
import { parseRecipe, recipeKeys } from "leukogram/training/recipe/recipe";
import { describe, expect, test } from "vitest";

const microscopyOf = (values: Record<string, unknown>) => augmentationOf(parseRecipe(values))?.microscopy;

describe("the augmentation of a recipe", () => {
  test("has no microscopy, and the recipe no key of it, where none is asked for", () => {
    expect(microscopyOf({})).toBeUndefined();
    expect(microscopyOf({ stain: 0, noiseChance: 1, scaleMin: 1 })).toBeUndefined();
    const written = JSON.stringify(parseRecipe({}));
    for (const { name } of INGREDIENTS) expect(written).not.toContain(`"${name}`);
  });

  test("has each ingredient at the recipe's strength, and its own chance unless the recipe has one", () => {
    const chances = microscopyOf({ stain: 0.4, jpeg: 50, jpegChance: 0.9 })!;
    expect(chances.stain).toEqual({ strength: 0.4, chance: INGREDIENTS.find(({ name }) => name === "stain")!.chance });
    expect(chances.jpeg).toEqual({ strength: 50, chance: 0.9 });
    expect(chances.noise!.strength).toBe(0);
  });

  test("may name one scale alone", () => {
    expect(microscopyOf({ scaleMin: 0.4 })).toMatchObject({ scaleMin: 0.4, scaleMax: 1 });
    expect(microscopyOf({ scaleMax: 0.8 })).toMatchObject({ scaleMin: 0.8, scaleMax: 0.8 });
    expect(microscopyOf({ scaleMin: 1.2 })).toMatchObject({ scaleMin: 1.2, scaleMax: 1.2 });
  });

  test("has a key for each strength and chance, with its unit, and refuses what lies outside", () => {
    const keys = recipeKeys();
    for (const { name, unit } of INGREDIENTS) {
      expect(keys.find(({ key }) => key === name)).toMatchObject({ kind: "number", default: undefined });
      expect(keys.find(({ key }) => key === name)!.description).toContain(unit);
      expect(keys.some(({ key }) => key === `${name}Chance`)).toBe(true);
    }
    expect(() => parseRecipe({ noise: 101 })).toThrow("noise: expected a number from 0 to 100, received 101");
    expect(() => parseRecipe({ stainChance: 2 })).toThrow("stainChance: expected a number from 0 to 1, received 2");
  });
});
