/**
 * Holm's correction: p values, in the given order, made larger so that all claims below a level hold together.
 *
 * Source: Holm 1979; statsmodels `multipletests(method="holm")`.
 */
export function holm(pValues: readonly number[]): number[] {
  const rising = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  for (const [rank, i] of rising.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = highest;
  }
  return adjusted;
}
