import type { PictureVariant } from "@leukogram/engine/nn/exportGraph";
import type { CellNormalizationOptions } from "../../cells/cellNormalization.ts";
import type { Recipe } from "./recipe.ts";

/** The keys of a recipe that say how a cell is found and normalised. */
export type CellKeys = Pick<Recipe, "cellDiameters" | "cellHue" | "cellDensity" | "cellWhite" | "cellOwn">;

/** The cell normalisation of a recipe; undefined if there is none. */
export function cellNormalizationOf(
  { cellDiameters, cellHue = 1, cellDensity = 0.5, cellWhite = true, cellOwn = false }: CellKeys,
  size: number,
): CellNormalizationOptions | undefined {
  if (cellDiameters === undefined) return undefined;
  const crop = { size, diameters: cellDiameters, hue: cellHue, density: cellDensity, white: cellWhite };
  return cellOwn ? { ...crop, own: true } : crop;
}

/** The pictures of a cell that a recipe's `viewStain` averages: as it is, more densely and more faintly stained. */
export function stainVariants(stain: number): readonly PictureVariant[] {
  const densities = stain === 1 ? [1] : [1, stain, 1 / stain];
  return densities.map((density) => ({ scale: 1, stain: density }));
}
