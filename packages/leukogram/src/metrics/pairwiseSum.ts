import { requireNumbers, requireSomeNumbers } from "./checkInputs.ts";

/**
 * The sum of `values`, added in the order that NumPy adds them, so that averages agree to the last bit.
 *
 * Source: NumPy `pairwise_sum` (loops_utils.h.src); error grows with log N instead of N (Higham 1993).
 *
 * @throws LeukogramError ERR_DATA if a value is not finite.
 */
export function pairwiseSum(values: ArrayLike<number>): number {
  requireNumbers("pairwiseSum", values);
  return sumRange(values, 0, values.length);
}

/**
 * The arithmetic mean as `numpy.mean` rounds it.
 *
 * @throws LeukogramError ERR_SHAPE without values, ERR_DATA if one is not finite.
 */
export function mean(values: ArrayLike<number>): number {
  requireSomeNumbers("mean", values);
  return sumRange(values, 0, values.length) / values.length;
}

function sumRange(values: ArrayLike<number>, start: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = start; i < start + count; i++) sum += values[i]!;
    return sum;
  }
  if (count <= 128) return eightLaneSum(values, start, count);
  const half = Math.floor(count / 2);
  const first = half - (half % 8);
  return sumRange(values, start, first) + sumRange(values, start + first, count - first);
}

function eightLaneSum(values: ArrayLike<number>, start: number, count: number): number {
  const lanes = Array.from({ length: 8 }, (_, lane) => values[start + lane]!);
  const whole = count - (count % 8);
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[start + i]!;
  const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (let i = whole; i < count; i++) sum += values[start + i]!;
  return sum;
}
