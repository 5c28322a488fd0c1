import { LeukogramError } from "@leukogram/engine/core/errors";
import { type Matrix, requireMatrix, requireNumbers } from "../checkInputs.ts";
import type { Limits } from "./proportion.ts";

/** Options of {@link matrixLimits}. */
export interface MatrixLimitsOptions {
  /** Gives the figure of a confusion matrix; NaN if it is not defined. */
  readonly figure: (matrix: Matrix) => number;
  /** Limits of each class's recall, [K]; those of a class without images do not count. */
  readonly recalls: readonly Limits[];
  /** Least and most that the figure can be. */
  readonly least: number;
  readonly most: number;
}

/**
 * Limits of any figure of a confusion matrix by those of the recalls: each class's recall is brought to its limits by
 * itself, its mistakes in proportion (over all other classes alike if there are none), and the changes of the
 * figure are put together as those of independent numbers. Never a point where a change of recall changes the figure;
 * `least` and `most` where the figure is not defined.
 *
 * Source: MOVER for functions of several numbers, Zou and Donner 2008; Newcombe 2016, "Propagating imprecision".
 *
 * @throws LeukogramError ERR_SHAPE if the matrix is not square or has not as many rows as there are limits, ERR_DATA if a number is not finite.
 */
export function matrixLimits(matrix: Matrix, { figure, recalls, least, most }: MatrixLimitsOptions): Limits {
  requireMatrix("matrixLimits", matrix);
  if (recalls.length !== matrix.length)
    throw new LeukogramError(
      "ERR_SHAPE",
      `matrixLimits: expected limits of ${matrix.length} recalls, received ${recalls.length}`,
    );
  for (const [k, { low, high }] of recalls.entries())
    requireNumbers(`matrixLimits recall ${k}`, [low, high], { least: 0, most: 1 });
  requireNumbers("matrixLimits range", [least, most]);
  const value = figure(matrix);
  if (Number.isNaN(value)) return { low: least, high: most };
  let [below, above] = [0, 0];
  for (const [k, row] of matrix.entries()) {
    if (row.every((count) => count === 0)) continue;
    const { low, high } = recalls[k]!;
    const changes = [low, high].map(
      (recall) => figure(matrix.map((own, i) => (i === k ? withRecall(row, k, recall) : own))) - value,
    );
    below += Math.min(0, ...changes) ** 2;
    above += Math.max(0, ...changes) ** 2;
  }
  return { low: Math.max(least, value - Math.sqrt(below)), high: Math.min(most, value + Math.sqrt(above)) };
}

function withRecall(row: readonly number[], k: number, recall: number): number[] {
  const images = row.reduce((sum, count) => sum + count, 0);
  const wrong = images - row[k]!;
  const missed = images * (1 - recall);
  return row.map((count, j) => {
    if (j === k) return images - missed;
    return wrong > 0 ? (count / wrong) * missed : missed / (row.length - 1);
  });
}
