import { type FamiliarityFigures, familiarityOf, isUnfamiliar, UNFAMILIAR } from "../metrics/familiarity.ts";

/**
 * Whether a set of images looks like the model's own, by the familiarity of each; undefined if the model does not
 * know how its own look.
 */
export function judgeFamiliarity(values: readonly (number | undefined)[]): FamiliarityFigures | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return familiarityOf(known.filter(isUnfamiliar).length, known.length);
}

/**
 * What a reader must know of how familiar images look, in words: that the set is not the model's own, or that a few are
 * stranger than chance explains, were it a single one; undefined if there is nothing to say.
 */
export function familiarityWarning(figures: FamiliarityFigures | undefined): string | undefined {
  // One in a hundred is strange by chance.
  if (figures === undefined || figures.unfamiliar.low <= UNFAMILIAR) return undefined;
  const { count, unfamiliar } = figures;
  const strange = Math.round(unfamiliar.value * count);
  if (!figures.warns) {
    const [are, classes] = strange === 1 ? ["is", "its class"] : ["are", "their classes"];
    return `${strange} of ${count} ${count === 1 ? "image" : "images"} ${are} less familiar than 99 % of the model's training images (whole fields, another stain, or no blood cells?). Do not rely on ${classes}.`;
  }
  return `These images do not look like the model's training images: ${strange} of ${count} are less familiar than 99 % of them. The model's published accuracy does not apply here; label a few cells and use leukogram adapt.`;
}

/** Said where a model gives answers and does not know how its own images look. */
export const FAMILIARITY_UNKNOWN =
  "The model has no record of what its training images look like, so it is unknown whether these images look similar.";
