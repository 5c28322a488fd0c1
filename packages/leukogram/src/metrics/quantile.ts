import { requireSetting, requireSomeNumbers } from "./checkInputs.ts";

const SHARE = { least: 0, most: 1 } as const;

/**
 * The value below which the share `p` of rising values lies, between neighbours linearly (as `numpy.quantile`).
 *
 * @throws LeukogramError ERR_SHAPE without values, ERR_DATA if one is not finite, ERR_USAGE if `p` is not in [0, 1].
 */
export function quantile(rising: Float64Array, p: number): number {
  requireSomeNumbers("quantile", rising);
  requireSetting("quantile", ["p", p], SHARE);
  return between(rising, p);
}

function between(rising: Float64Array, p: number): number {
  const position = p * (rising.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, rising.length - 1);
  return rising[below]! + (position - below) * (rising[above]! - rising[below]!);
}

/**
 * {@link quantile} at each of `shares`, which rise, of values in any order. They are put in another
 * order, but not sorted: only what lies around the quantiles gets to its place.
 *
 * Source: Hoare 1961, algorithm 65 (find).
 *
 * @throws LeukogramError ERR_SHAPE without values, ERR_DATA if one is not finite, ERR_USAGE if a share is not in [0, 1].
 */
export function quantilesOf(values: Float64Array, shares: readonly number[]): number[] {
  requireSomeNumbers("quantilesOf", values);
  for (const [i, share] of shares.entries()) requireSetting("quantilesOf", [`share ${i}`, share], SHARE);
  return drawnQuantiles(values, shares);
}

/** {@link quantilesOf} of a bootstrap's own draws, which are not checked: they are many, and NaN was left out of them. */
export function drawnQuantiles(values: Float64Array, shares: readonly number[]): number[] {
  let from = 0;
  return shares.map((p) => {
    const below = Math.floor(p * (values.length - 1));
    for (const place of [below, below + 1]) {
      if (place < from || place >= values.length) continue;
      settle(values, place, from);
      from = place + 1;
    }
    return between(values, p);
  });
}

// Brings to `place` what sorting would, where all before `from` is in its place.
function settle(values: Float64Array, place: number, from: number): void {
  let [low, high] = [from, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i++] = values[j]!;
      values[j--] = held;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else return;
  }
}
