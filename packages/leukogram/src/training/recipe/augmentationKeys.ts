import { z } from "zod";
import { isOn } from "../../data/microscopy/check.ts";
import { INGREDIENTS, type IngredientName, type Microscopy } from "../../data/microscopy/ingredients.ts";

type ChanceKey = `${IngredientName}Chance`;

/** The settings of a recipe that {@link microscopyOf} reads. */
export type MicroscopyKeys = {
  readonly [key in IngredientName | ChanceKey | "scaleMin" | "scaleMax"]?: number | undefined;
};

/**
 * The keys of a recipe that say how training images are made to look like another laboratory's. All may be left out,
 * and then stay out of the recipe, so that recipes of earlier versions stay what they were.
 */
export const augmentationKeys = {
  fieldSize: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("height and width of decoded images before cropping; default: imageSize"),
  scaleMin: z.number().min(0.01).max(4).optional().describe("smallest share of the field's side shown; default: 1"),
  scaleMax: z.number().min(0.01).max(4).optional().describe("largest share of the field's side shown; default: 1"),
  ...(Object.fromEntries(
    INGREDIENTS.flatMap(({ name, unit, maximum, chance, description }) => [
      [name, z.number().min(0).max(maximum).optional().describe(`${description}, ${unit}; default: 0, off`)],
      [
        `${name}Chance`,
        z.number().min(0).max(1).optional().describe(`share of images changed by ${name}; default: ${chance}`),
      ],
    ]),
  ) as Record<IngredientName | ChanceKey, z.ZodOptional<z.ZodNumber>>),
};

/** What a recipe's keys of {@link augmentationKeys} stand for; undefined if all are off. */
export function microscopyOf(recipe: MicroscopyKeys): Microscopy | undefined {
  const { scaleMax = Math.max(1, recipe.scaleMin ?? 1), scaleMin = Math.min(1, scaleMax) } = recipe;
  const doses = INGREDIENTS.map(({ name, chance }) => [
    name,
    { strength: recipe[name] ?? 0, chance: recipe[`${name}Chance`] ?? chance },
  ]);
  const microscopy: Microscopy = { scaleMin, scaleMax, ...Object.fromEntries(doses) };
  return isOn(microscopy) ? microscopy : undefined;
}
