import { LeukogramError } from "@leukogram/engine/core/errors";
import { INGREDIENTS, type Microscopy } from "./ingredients.ts";

/**
 * Refuses strengths and chances that make no sense.
 *
 * @throws LeukogramError ERR_USAGE naming the ingredient.
 */
export function checkMicroscopy(microscopy: Microscopy): void {
  const { scaleMin = 1, scaleMax = 1 } = microscopy;
  if (!(scaleMin > 0 && scaleMin <= scaleMax && scaleMax <= 4)) {
    throw new LeukogramError(
      "ERR_USAGE",
      `augmentation: scaleMin and scaleMax must be above 0, at most 4 and in ascending order, received ${scaleMin} and ${scaleMax}`,
    );
  }
  for (const { name, maximum, unit } of INGREDIENTS) {
    const { strength = 0, chance = 0 } = microscopy[name] ?? {};
    if (!(strength >= 0 && strength <= maximum)) {
      throw new LeukogramError(
        "ERR_USAGE",
        `augmentation: ${name} must be from 0 to ${maximum} (${unit}), received ${strength}`,
      );
    }
    if (chance >= 0 && chance <= 1) continue;
    throw new LeukogramError(
      "ERR_USAGE",
      `augmentation: the probability of ${name} must be 0 to 1, received ${chance}`,
    );
  }
}

/** Whether any ingredient, or a scale, is on. */
export function isOn(microscopy: Microscopy): boolean {
  const { scaleMin = 1, scaleMax = 1 } = microscopy;
  return (
    scaleMin !== 1 ||
    scaleMax !== 1 ||
    INGREDIENTS.some(({ name }) => (microscopy[name]?.strength ?? 0) * (microscopy[name]?.chance ?? 0) > 0)
  );
}
