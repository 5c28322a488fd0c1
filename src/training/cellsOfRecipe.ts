import type { CellNormalizationOptions } from "../nn/cellNormalization.ts";
import type { Recipe } from "./recipe.ts";

/** The keys of a recipe that say how a cell is found and normalised. */
export type CellKeys = Pick<Recipe, "cellDiameters" | "cellHue" | "cellDensity" | "cellWhite" | "cellOwn">;

/** The cell normalisation of a recipe; undefined where there is none. */
export function cellNormalizationOf(
  { cellDiameters, cellHue = 1, cellDensity = 0.5, cellWhite = true, cellOwn = false }: CellKeys,
  size: number,
): CellNormalizationOptions | undefined {
  if (cellDiameters === undefined) return undefined;
  const crop = { size, diameters: cellDiameters, hue: cellHue, density: cellDensity, white: cellWhite };
  return cellOwn ? { ...crop, own: true } : crop;
}
