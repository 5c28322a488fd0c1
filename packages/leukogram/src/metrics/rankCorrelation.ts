import { requireNumbers, requireSameLength } from "./checkInputs.ts";

/**
 * Spearman's rank correlation of two rows of equally many numbers, -1 to 1; equal ones share their mean rank.
 * Source: SciPy 1.17 `spearmanr`. NaN if all numbers of a row are equal.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0, ERR_DATA if a number is not finite.
 */
export function rankCorrelation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  requireSameLength("rankCorrelation", [first.length, second.length]);
  requireNumbers("rankCorrelation first", first);
  requireNumbers("rankCorrelation second", second);
  const [a, b] = [centredRanks(first), centredRanks(second)];
  let [both, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i]! * b[i]!;
    left += a[i]! ** 2;
    right += b[i]! ** 2;
  }
  return both / Math.sqrt(left * right);
}

// Ranks less their mean.
function centredRanks(values: ArrayLike<number>): Float64Array {
  const rising = Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < rising.length; ) {
    let end = start + 1;
    while (end < rising.length && values[rising[end]!] === values[rising[start]!]) end++;
    for (let i = start; i < end; i++) ranks[rising[i]!] = (start + end - values.length) / 2;
    start = end;
  }
  return ranks;
}
