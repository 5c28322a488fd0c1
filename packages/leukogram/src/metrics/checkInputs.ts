import { LeukogramError } from "@leukogram/engine/core/errors";

/** Rows by columns of counts: true classes by predicted ones, or of weights. */
export type Matrix = readonly (readonly number[])[];

/**
 * Makes sure that two lists hold one entry an image each, and at least one.
 *
 * @throws LeukogramError ERR_SHAPE if the lengths differ or are 0.
 */
export function requireSameLength(where: string, lengths: readonly [number, number]): void {
  const [first, second] = lengths;
  if (first !== second || first === 0) {
    throw new LeukogramError("ERR_SHAPE", `${where}: expected two lists of N >= 1, received ${first} and ${second}`, {
      hint: "Give one entry per image in both.",
    });
  }
}

/** What numbers must be; by default any finite ones. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** More than this. */
  readonly above?: number;
  /** Less than this. */
  readonly below?: number;
  /** Default false. */
  readonly whole?: boolean;
}

const ANY: NumberRange = {};

function isIn(value: number, { least, most, above, below, whole }: NumberRange): boolean {
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
  if ((least !== undefined && value < least) || (most !== undefined && value > most)) return false;
  return !((above !== undefined && value <= above) || (below !== undefined && value >= below));
}

function expected({ least, most, above, below, whole }: NumberRange): string {
  const kind = whole ? "a whole number" : "a finite number";
  if (least !== undefined && most !== undefined) return `${kind} in [${least}, ${most}]`;
  const bounds = [
    least !== undefined && `of ${least} or more`,
    most !== undefined && `of ${most} or less`,
    above !== undefined && `above ${above}`,
    below !== undefined && `below ${below}`,
  ].filter(Boolean);
  return [kind, bounds.join(" and ")].join(" ").trim();
}

/**
 * Makes sure that every entry is a finite number, in a range if one is given.
 *
 * @throws LeukogramError ERR_DATA with the index of the first that is not.
 */
export function requireNumbers(where: string, values: ArrayLike<number>, range: NumberRange = ANY): void {
  for (let i = 0; i < values.length; i++) {
    if (range === ANY ? Number.isFinite(values[i]) : isIn(values[i]!, range)) continue;
    throw new LeukogramError("ERR_DATA", `${where}: entry ${i} is ${values[i]}, expected ${expected(range)}`, {
      hint: "Fix that number, or remove it.",
    });
  }
}

/**
 * Makes sure that there is an entry, and that every one is a finite number, in a range if one is given.
 *
 * @throws LeukogramError ERR_SHAPE without entries, ERR_DATA with the index of the first that is no such number.
 */
export function requireSomeNumbers(where: string, values: ArrayLike<number>, range: NumberRange = ANY): void {
  if (values.length === 0) throw new LeukogramError("ERR_SHAPE", `${where}: expected N >= 1 numbers, received none`);
  requireNumbers(where, values, range);
}

/**
 * Makes sure that every entry is true, false, 1 or 0.
 *
 * @throws LeukogramError ERR_DATA with the index of the first that is not.
 */
export function requireFlags(where: string, flags: ArrayLike<boolean | number>): void {
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i];
    if (flag === 0 || flag === 1 || flag === true || flag === false) continue;
    throw new LeukogramError("ERR_DATA", `${where}: entry ${i} is ${flag}, expected true, false, 1 or 0`);
  }
}

/**
 * Makes sure that a matrix is square, of one row or more, and that every entry is a finite number of 0 or more.
 *
 * @throws LeukogramError ERR_SHAPE if it is not square, ERR_DATA with the place of the first entry that is no such number.
 */
export function requireMatrix(where: string, matrix: Matrix): void {
  const size = matrix.length;
  if (size === 0) throw new LeukogramError("ERR_SHAPE", `${where}: expected [K, K] with K >= 1, received no row`);
  for (let i = 0; i < size; i++) {
    const row = matrix[i]!;
    if (row.length !== size)
      throw new LeukogramError(
        "ERR_SHAPE",
        `${where}: expected [${size}, ${size}], received row ${i} with ${row.length}`,
      );
    for (let j = 0; j < size; j++)
      if (!(row[j]! >= 0 && row[j]! < Number.POSITIVE_INFINITY)) requireNumbers(`${where} row ${i}`, row, { least: 0 });
  }
}

/**
 * Makes sure that there is a group an image, and that none is NaN.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ or are 0, ERR_DATA with the index of the first group that is none.
 */
export function requireGroups(where: string, groups: ArrayLike<string | number>, images: number): void {
  requireSameLength(where, [images, groups.length]);
  for (let i = 0; i < images; i++)
    if (typeof groups[i] === "number" && !Number.isFinite(groups[i]))
      throw new LeukogramError("ERR_DATA", `${where}: group ${i} is ${groups[i]}, expected a name or a finite number`);
}

/**
 * Makes sure that one setting is a finite number, in a range if one is given.
 *
 * @throws LeukogramError ERR_USAGE with the setting's name.
 */
export function requireSetting(
  where: string,
  [name, value]: readonly [string, number],
  range: NumberRange = ANY,
): void {
  if (isIn(value, range)) return;
  throw new LeukogramError("ERR_USAGE", `${where}: ${name} is ${value}, expected ${expected(range)}`);
}

/**
 * Makes sure that a confidence lies between 0 and 1, and returns it.
 *
 * @throws LeukogramError ERR_USAGE if it does not.
 */
export function requireConfidence(where: string, confidence: number): number {
  if (confidence > 0 && confidence < 1) return confidence;
  throw new LeukogramError("ERR_USAGE", `${where} confidence is ${confidence}, expected more than 0 and less than 1`);
}

/**
 * Makes sure that a share is in [0, 1] and that it is of 0 images or more.
 *
 * @throws LeukogramError ERR_DATA if not.
 */
export function requireShare(where: string, value: number, of: number): void {
  if (value >= 0 && value <= 1 && of >= 0 && of < Number.POSITIVE_INFINITY) return;
  throw new LeukogramError("ERR_DATA", `${where}: expected a share in [0, 1] of 0 or more, received ${value} of ${of}`);
}

/**
 * Makes sure that every label is the index of a class.
 *
 * @throws LeukogramError ERR_DATA if a label is no whole number in [0, numClasses).
 */
export function requireLabels(where: string, labels: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw new LeukogramError("ERR_DATA", `${where}: entry ${i} is ${label}, expected an index below ${numClasses}`, {
      hint: "Give indices into the list of classes, and remove images of unknown class.",
    });
  }
}

/** By how much the probabilities of an image may miss a sum of 1. */
export const SUM_TOLERANCE = 1e-3;

/**
 * Makes sure that every image has a label and one probability a class, each in [0, 1], which sum to 1 within
 * {@link SUM_TOLERANCE}, and returns the number of classes.
 *
 * @throws LeukogramError ERR_SHAPE if lengths differ, ERR_DATA if a label is no index of a class or probabilities are none.
 */
export function requireProbabilities(
  where: string,
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
): number {
  requireSameLength(where, [labels.length, probabilities.length]);
  const numClasses = probabilities[0]!.length;
  const odd = probabilities.findIndex((row) => row.length !== numClasses);
  if (odd >= 0) {
    const received = `row ${odd} with ${probabilities[odd]!.length}`;
    throw new LeukogramError("ERR_SHAPE", `${where}: expected [N, ${numClasses}], received ${received}`, {
      hint: "Give one probability per class in every row.",
    });
  }
  requireLabels(where, labels, numClasses);
  for (let i = 0; i < probabilities.length; i++) requireDistribution(where, probabilities[i]!, i);
  return numClasses;
}

function requireDistribution(where: string, row: ArrayLike<number>, image: number): void {
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    const p = row[k]!;
    if (!(p >= 0 && p <= 1))
      throw new LeukogramError("ERR_DATA", `${where} row ${image}, entry ${k} is ${p}, expected a number in [0, 1]`, {
        hint: "Give probabilities, not logits.",
      });
    sum += p;
  }
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
  throw new LeukogramError("ERR_DATA", `${where} row ${image} sums to ${sum}, expected 1 within ${SUM_TOLERANCE}`, {
    hint: "Give probabilities, not logits.",
  });
}

/**
 * Makes sure that a count is of so many: whole numbers, 0 <= count <= of.
 *
 * @throws LeukogramError ERR_DATA with both numbers.
 */
export function requireCounts(where: string, count: number, of: number): void {
  if (Number.isInteger(count) && Number.isInteger(of) && count >= 0 && count <= of) return;
  throw new LeukogramError("ERR_DATA", `${where}: expected whole numbers 0 <= count <= of, received ${count} of ${of}`);
}
