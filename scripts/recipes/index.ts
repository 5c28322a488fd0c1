// The recipes of CONTRIBUTING.md, each followed once: scripts/checkRecipes.ts applies them to a clean checkout.

import { commandRecipe } from "./commandRecipe.ts";
import { labelFormatRecipe } from "./labelFormatRecipe.ts";
import { layerRecipe } from "./layerRecipe.ts";
import { metricRecipe } from "./metricRecipe.ts";
import { modelRecipe } from "./modelRecipe.ts";
import { opRecipe } from "./opRecipe.ts";
import type { Recipe } from "./recipe.ts";

/** All recipes, by what they add. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  metric: metricRecipe,
  layer: layerRecipe,
  op: opRecipe,
  model: modelRecipe,
  command: commandRecipe,
  "label format": labelFormatRecipe,
};
