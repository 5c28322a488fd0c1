import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "../cells/classes.ts";
import type { ReferenceRanges } from "./referenceRanges.ts";

/** Tries to find shares inside all ranges at once. */
const TRIES = 1000;

/**
 * Shares of the five types that are all usual: each drawn evenly between its limits, and neutrophils what is left.
 *
 * @returns by the order of `CELL_TYPES`, shares that sum to 1.
 * @throws ERR_DATA if a type has no range, or the ranges never add up to 100 %.
 */
export function drawHealthyShares({ percent }: Pick<ReferenceRanges, "percent">, rng: Rng): number[] {
  const [last, others] = [CELL_TYPES.at(-1)!, CELL_TYPES.slice(0, -1)];
  const missing = CELL_TYPES.filter((name) => percent[name] === undefined);
  if (missing.length > 0)
    throw new LeukogramError("ERR_DATA", `healthy shares: no reference range for ${missing.join(", ")}`);
  const [least, most] = percent[last]!;
  for (let i = 0; i < TRIES; i++) {
    const drawn = others.map((name) => rng.uniform(...percent[name]!));
    const rest = 100 - drawn.reduce((a, b) => a + b, 0);
    if (rest >= least && rest <= most) return [...drawn, rest].map((share) => share / 100);
  }
  throw new LeukogramError("ERR_DATA", "healthy shares: the reference ranges can't add up to 100 %");
}

/**
 * Shares of a data set's classes that are usual: of several classes that count as neutrophils, bands get a share
 * inside their own range, and segmented ones the rest.
 *
 * @throws ERR_DATA if a type that blood always has is missing; as {@link drawHealthyShares}.
 */
export function healthySharesOf(
  classes: readonly string[],
  ranges: Pick<ReferenceRanges, "percent">,
  rng: Rng,
): number[] {
  const shares = new Map<string, number>(drawHealthyShares(ranges, rng).map((share, k) => [CELL_TYPES[k]!, share]));
  const neutrophils = shares.get("Neutrophil")!;
  if (!classes.includes("Neutrophil") && classes.includes("SegmentedNeutrophil")) {
    const usual = ranges.percent.BandNeutrophil;
    const bands = classes.includes("BandNeutrophil") && usual ? rng.uniform(...usual) / 100 : 0;
    shares
      .set("BandNeutrophil", bands)
      .set("SegmentedNeutrophil", neutrophils - bands)
      .delete("Neutrophil");
  }
  for (const name of shares.keys())
    if (!classes.includes(name)) {
      if ((ranges.percent[name]?.[0] ?? 1) > 0)
        throw new LeukogramError("ERR_DATA", `healthy shares: no cells of ${name}`, {
          hint: "Give labelled cells of each of the five types.",
        });
      shares.delete(name);
    }
  const sum = [...shares.values()].reduce((a, b) => a + b, 0);
  return classes.map((name) => (shares.get(name) ?? 0) / sum);
}
