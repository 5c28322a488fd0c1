import type { RgbImage } from "../pictures/rgbImage.ts";
import { macenkoStains } from "./macenko.ts";
import {
  mixStains,
  opticalDensities,
  type StainReference,
  type StainVector,
  stainAmounts,
  unitStain,
  usualAmounts,
} from "./stains.ts";

/** Finds the two stains of optical densities [n * 3]; undefined if they can't be told. */
export type StainFinder = (densities: Float32Array) => readonly [StainVector, StainVector] | undefined;

/** A laboratory's stains: the mean over its pictures. @throws RangeError if no picture has two stains. */
export function fitStains(images: readonly RgbImage[], stainsOf: StainFinder): StainReference {
  const sums = [0, 1].map(() => ({ stain: [0, 0, 0], amount: 0 }));
  let fitted = 0;
  for (const image of images) {
    const densities = opticalDensities(image);
    const stains = stainsOf(densities);
    if (stains === undefined) continue;
    fitted++;
    const amounts = usualAmounts(stainAmounts(densities, stains));
    for (const [k, sum] of sums.entries()) {
      sum.amount += amounts[k]!;
      for (let c = 0; c < 3; c++) sum.stain[c]! += stains[k]![c]!;
    }
  }
  if (fitted === 0) throw new RangeError("stain reference: no image shows two stains");
  const [a, b] = sums as [(typeof sums)[0], (typeof sums)[0]];
  return { stains: [unitStain(a.stain), unitStain(b.stain)], amounts: [a.amount / fitted, b.amount / fitted] };
}

/**
 * A picture as if stained in the reference's laboratory: each stain's amount is scaled to the reference's and shown in
 * the reference's colour. A picture in which two stains can't be told stays as it is.
 */
export function normalizeStains(
  image: RgbImage,
  reference: StainReference,
  stainsOf: StainFinder = macenkoStains,
): RgbImage {
  const densities = opticalDensities(image);
  const stains = stainsOf(densities);
  if (stains === undefined) return image;
  const amounts = stainAmounts(densities, stains);
  const usual = usualAmounts(amounts);
  const shown = reference.stains.map((stain, k) => {
    const factor = reference.amounts[k]! / usual[k]!;
    return [stain[0] * factor, stain[1] * factor, stain[2] * factor] as const;
  });
  return mixStains(amounts, image, [shown[0]!, shown[1]!]);
}
