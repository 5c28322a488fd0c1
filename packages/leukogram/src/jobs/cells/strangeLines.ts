import { FAMILIARITY_UNKNOWN, familiarityWarning, judgeFamiliarity } from "../../evaluation/familiarity.ts";
import { isUnfamiliar } from "../../metrics/familiarity.ts";

/** An image that a model answered, and how familiar it looks; undefined if the model can't tell. */
export interface LookedAt {
  readonly file: string;
  readonly familiarity: number | undefined;
}

/** So many strange images are named. */
const MOST_NAMED = 3;

/**
 * What a reader of single answers must know of how their images look, a sentence each. Even one strange image is named,
 * although one in a hundred is by chance.
 */
export function strangeLines(images: readonly LookedAt[]): string[] {
  if (images.length === 0) return [];
  const figures = judgeFamiliarity(images.map(({ familiarity }) => familiarity));
  if (figures === undefined) return [FAMILIARITY_UNKNOWN];
  const warning = familiarityWarning(figures);
  const strange = images.filter(({ familiarity }) => isUnfamiliar(familiarity));
  if (figures.warns) return [warning!];
  if (strange.length === 0) return [];
  const names = strange.slice(0, MOST_NAMED).map(({ file }) => file);
  const list = `${names.join(", ")}${strange.length > MOST_NAMED ? ", ..." : ""}`;
  return [
    warning === undefined
      ? `Less familiar than 99 % of the model's own images (1 % is expected by chance): ${list}.`
      : `${warning} (${list})`,
  ];
}
