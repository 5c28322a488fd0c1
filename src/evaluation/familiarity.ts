import type { Estimate } from "../core/estimate.ts";
import { clopperPearson } from "../metrics/proportion.ts";
import { UNFAMILIAR } from "../training/homeFacts.ts";

/** Whether images look like those that a model was trained on. */
export interface FamiliarityFigures {
  /** Images that were looked at. */
  readonly count: number;
  /** Share of them that is stranger than 99 of 100 of the model's own, with Clopper and Pearson's 95 % limits. */
  readonly unfamiliar: Estimate;
  /** Whether that is more than chance and a few odd pictures explain. */
  readonly warns: boolean;
}

/** A set with more unfamiliar images than this, limits included, is another laboratory's. */
const MANY = 5 * UNFAMILIAR;

/**
 * Whether a set of images looks like the model's own, by the familiarity of each; undefined where the model does not
 * know how its own look.
 */
export function judgeFamiliarity(values: readonly (number | undefined)[]): FamiliarityFigures | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return familiarityOf(known.filter((value) => value < UNFAMILIAR).length, known.length);
}

/** The same, where so many of `count` images are unfamiliar. */
export function familiarityOf(strange: number, count: number): FamiliarityFigures {
  if (count === 0) return { count, unfamiliar: { value: 0, low: 0, high: 1 }, warns: false };
  const unfamiliar = { value: strange / count, ...clopperPearson(strange, count) };
  return { count, unfamiliar, warns: unfamiliar.low > MANY };
}

/** The warning in words, where there is one. */
export function familiarityWarning(figures: FamiliarityFigures | undefined): string | undefined {
  if (figures === undefined || !figures.warns) return undefined;
  const { count, unfamiliar } = figures;
  return `These images do not look like what this model was trained on: ${Math.round(unfamiliar.value * count)} of ${count} are stranger than 99 of 100 of its own. What it reaches at home does not hold here; label a few cells and see leukogram adapt.`;
}
