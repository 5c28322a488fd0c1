import { requireNumbers } from "./checkInputs.ts";

/**
 * Holm's correction: p values, in the given order, made larger so that all claims below a level hold together.
 *
 * Source: Holm 1979; statsmodels `multipletests(method="holm")`.
 *
 * @throws LeukogramError ERR_DATA if a p value is not in [0, 1].
 */
export function holm(pValues: readonly number[]): number[] {
  requireNumbers("holm", pValues, { least: 0, most: 1 });
  const rising = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  for (const [rank, i] of rising.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = highest;
  }
  return adjusted;
}
