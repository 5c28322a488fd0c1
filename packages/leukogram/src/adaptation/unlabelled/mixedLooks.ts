/** Two groups that pictures fall into by their looks. */
export interface TwoLooks {
  /** Distance of the groups' means against their spread (Ashman's D): about 2.7 where there is one group only. */
  readonly separation: number;
  /** Share of the pictures in the smaller group. */
  readonly minority: number;
}

const ROUNDS = 30;
/** A smaller group is a few odd pictures. */
const LEAST_MINORITY = 0.08;
/** Beyond this the groups are two laboratories: single ones reached 3.4, pairs of different ones began at 4.3. */
const APART = 4;

/**
 * Whether pictures fall into two groups that look different: two means from several starts, each measure in units of
 * its spread, then the distance of the groups along the line between them (Ashman, Bird and Zepf 1994, "Detecting
 * bimodality in astronomical datasets"). Undefined if no split leaves both groups enough.
 *
 * @param rows measures of each picture, [N][M].
 */
export function twoLooks(rows: readonly (readonly number[])[]): TwoLooks | undefined {
  const scaled = inSpreads(rows);
  const found = (scaled[0] ?? []).map((_, start) => separationOf(scaled, twoMeans(scaled, start)));
  return found
    .filter((one) => one !== undefined && one.minority >= LEAST_MINORITY)
    .sort((a, b) => b!.separation - a!.separation)[0];
}

/** Whether two groups differ as laboratories do. */
export function areMixed(looks: TwoLooks | undefined): boolean {
  return looks !== undefined && looks.separation > APART;
}

function inSpreads(rows: readonly (readonly number[])[]): number[][] {
  const measures = rows[0] ?? [];
  const means = measures.map((_, j) => mean(rows.map((row) => row[j]!)));
  const spreads = measures.map((_, j) => Math.sqrt(mean(rows.map((row) => (row[j]! - means[j]!) ** 2)) + 1e-12));
  return rows.map((row) => row.map((value, j) => (value - means[j]!) / spreads[j]!));
}

// Begins from those above and below the median of one measure. True: the second group.
function twoMeans(rows: readonly (readonly number[])[], start: number): boolean[] {
  const sorted = rows.map((row) => row[start]!).sort((a, b) => a - b);
  let isSecond = rows.map((row) => row[start]! > sorted[sorted.length >> 1]!);
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = middles(rows, isSecond);
    isSecond = rows.map((row) => squared(row, second) < squared(row, first));
  }
  return isSecond;
}

function middles(rows: readonly (readonly number[])[], isSecond: readonly boolean[]): [number[], number[]] {
  const of = (wanted: boolean) => {
    const own = rows.filter((_, i) => isSecond[i] === wanted);
    return rows[0]!.map((_, j) => (own.length === 0 ? 0 : mean(own.map((row) => row[j]!))));
  };
  return [of(false), of(true)];
}

function separationOf(rows: readonly (readonly number[])[], isSecond: readonly boolean[]): TwoLooks | undefined {
  const [first, second] = middles(rows, isSecond);
  const axis = second.map((value, j) => value - first[j]!);
  const along = rows.map((row) => row.reduce((sum, value, j) => sum + value * axis[j]!, 0));
  const [low, high] = [false, true].map((wanted) => along.filter((_, i) => isSecond[i] === wanted)) as [
    number[],
    number[],
  ];
  if (low.length < 2 || high.length < 2) return undefined;
  const spread = variance(low) + variance(high);
  return {
    separation: (Math.SQRT2 * Math.abs(mean(high) - mean(low))) / Math.sqrt(spread + 1e-12),
    minority: Math.min(low.length, high.length) / rows.length,
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

function squared(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0);
}
