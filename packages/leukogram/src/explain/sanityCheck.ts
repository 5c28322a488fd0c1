import { rankCorrelation } from "../metrics/rankCorrelation.ts";
import type { PictureMap } from "./picture.ts";

/** How far a map changes where the model's weights are drawn again. */
export type SanityVerdict = "changes" | "changes in part" | "hardly changes" | "empty";

/** What {@link sanityCheck} found. */
export interface SanityCheck {
  /** Rank correlation of the map with that of each untrained model; 0 if that one's map is the same everywhere. */
  readonly correlations: readonly number[];
  /** Their mean; NaN if the map itself is empty. */
  readonly mean: number;
  readonly verdict: SanityVerdict;
}

/** From this mean rank correlation on a map hardly changes, and from the other on it changes in part only. */
export const HARDLY = 0.7;
const IN_PART = 0.4;

/**
 * The model parameter randomisation test (Adebayo et al. 2018, section 3.1), on the whole model: what a map shows of a model
 * must be gone where its weights are. A map that stays shows the picture's edges, not what the model learned.
 */
export function sanityCheck(map: PictureMap, untrained: readonly PictureMap[]): SanityCheck {
  const correlations = untrained.map((other) => {
    const value = rankCorrelation(map.data, other.data);
    return Number.isNaN(value) ? 0 : value;
  });
  const isEmpty = map.data.every((value) => value === map.data[0]);
  if (isEmpty) return { correlations, mean: Number.NaN, verdict: "empty" };
  const mean = correlations.reduce((sum, value) => sum + value, 0) / correlations.length;
  return {
    correlations,
    mean,
    verdict: mean >= HARDLY ? "hardly changes" : mean >= IN_PART ? "changes in part" : "changes",
  };
}
