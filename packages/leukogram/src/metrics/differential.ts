import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { type Matrix, requireLabels, requireMatrix, requireSetting, requireSomeNumbers } from "./checkInputs.ts";
import { clopperPearson } from "./limits/proportion.ts";

/** One class of a differential count. */
export interface DifferentialClass {
  /** Cells that were put into the class. */
  readonly count: number;
  /** Their share, with Clopper and Pearson's exact limits: what counting so few cells leaves open, and nothing else. */
  readonly counted: Estimate;
  /** The share in the blood, corrected for how the model confuses classes; its limits carry both uncertainties. */
  readonly corrected: Estimate | undefined;
}

/** A share of a count: cells of some classes among those of others, as places in the list of classes. */
export interface ShareOf {
  readonly part: readonly number[];
  /** Holds `part`. */
  readonly among: readonly number[];
}

/** Options of {@link differentialCount}. */
export interface DifferentialOptions {
  /** Rows are true classes, columns what the model says, of cells of the same laboratory whose class is known, [K, K]. */
  readonly confusion?: Matrix | undefined;
  readonly seed?: number;
  /** Draws for the limits of the corrected shares; default 2000. */
  readonly draws?: number;
}

/** Cells that a model's answers are thought to have been seen of beforehand, for each true class, spread over all answers. */
const PRIOR_ROW = 1;
/** Jeffreys's prior of the shares of answers. */
const PRIOR_ANSWER = 0.5;
const CONFIDENCE = 0.95;

/**
 * A differential count from a number of cells in each class, with 95 % limits.
 *
 * With a confusion matrix the shares are corrected for it: those are sought under which the model's answers are most probable,
 * none below 0 (maximum likelihood, by expectation maximisation). Limits are the middle 95 % over draws of both what
 * the matrix and what the count leave open (Dirichlet distributions). By simulation they hold the true share 93 to 97 times of 100.
 *
 * @param counts cells by class, [K].
 * @throws ERR_DATA if there is no cell, a count is no whole number, or a class has no cells in the matrix; ERR_SHAPE if the matrix is not square.
 */
export function differentialCount(counts: readonly number[], options: DifferentialOptions = {}): DifferentialClass[] {
  const among = [...counts.keys()];
  const shares = among.map((k) => ({ part: [k], among }));
  return sharesOf("differentialCount", { counts, shares, ...options });
}

/**
 * Shares of a count as {@link differentialCount} gives them, of any classes among any: such as all granulocytes that
 * are not mature among the white cells.
 *
 * @param counts cells by class, [K].
 * @throws ERR_DATA and ERR_SHAPE as {@link differentialCount}; ERR_DATA if a share is among classes without a cell.
 */
export function countedShares(
  counts: readonly number[],
  shares: readonly ShareOf[],
  options: DifferentialOptions = {},
): DifferentialClass[] {
  return sharesOf("countedShares", { counts, shares, ...options });
}

interface Counted extends DifferentialOptions {
  readonly counts: readonly number[];
  readonly shares: readonly ShareOf[];
}

function sharesOf(where: string, { counts, shares, confusion, seed = 0, draws = 2000 }: Counted): DifferentialClass[] {
  requireSetting(where, ["seed", seed], { whole: true });
  requireSetting(where, ["draws", draws], { least: 1, whole: true });
  for (const [i, { part, among }] of shares.entries())
    for (const places of [part, among]) requireLabels(`${where} share ${i}`, places, counts.length);
  const cellsOf = (places: readonly number[]) => places.reduce((sum, k) => sum + counts[k]!, 0);
  requireSomeNumbers(where, counts, { least: 0, whole: true });
  if (shares.some(({ among }) => cellsOf(among) === 0))
    throw new LeukogramError("ERR_DATA", `${where}: expected cells, received the counts ${counts.join(", ")}`, {
      hint: "Give at least one cell.",
    });
  const drawn = confusion === undefined ? undefined : correctedCounts(where, { counts, confusion, seed, draws });
  return shares.map((share) => {
    const [count, cells] = [cellsOf(share.part), cellsOf(share.among)];
    return {
      count,
      counted: { value: count / cells, ...clopperPearson(count, cells) },
      corrected: drawn && middle(drawn, share),
    };
  });
}

/** Shares of all classes, the likeliest and many that the numbers leave open, each [K]. */
interface CorrectedCounts {
  readonly likeliest: readonly number[];
  readonly drawn: readonly (readonly number[])[];
}

interface Correction {
  readonly counts: readonly number[];
  readonly confusion: Matrix;
  readonly seed: number;
  readonly draws: number;
}

function correctedCounts(where: string, { counts, confusion, seed, draws }: Correction): CorrectedCounts {
  const classes = counts.length;
  requireMatrix(`${where} confusion`, confusion);
  if (confusion.length !== classes || confusion.some((row) => row.every((count) => count === 0)))
    throw new LeukogramError("ERR_DATA", `${where}: the confusion matrix needs cells of every class`, {
      hint: "Evaluate the model on labelled cells of all classes, or skip the correction.",
    });
  const rows = confusion.map((row) => row.map((count) => count + PRIOR_ROW / classes));
  const rng = new Rng(seed).fork("differential");
  return {
    likeliest: solve(normalized(counts), rows.map(normalized)),
    drawn: Array.from({ length: draws }, () =>
      solve(
        rng.dirichlet(counts.map((count) => count + PRIOR_ANSWER)),
        rows.map((row) => rng.dirichlet(row)),
      ),
    ),
  };
}

// The middle of what was drawn.
function middle({ likeliest, drawn }: CorrectedCounts, { part, among }: ShareOf): Estimate {
  const shareIn = (p: readonly number[]) => {
    const sum = (places: readonly number[]) => places.reduce((total, k) => total + p[k]!, 0);
    const all = sum(among);
    return all === 0 ? 0 : Math.min(1, sum(part) / all);
  };
  const tail = (1 - CONFIDENCE) / 2;
  const value = shareIn(likeliest);
  const rising = Float64Array.from(drawn, shareIn).sort();
  const at = (p: number) => rising[Math.round(p * (drawn.length - 1))]!;
  return { value, low: Math.min(value, at(tail)), high: Math.max(value, at(1 - tail)) };
}

const STEPS = 500;
/** Shares that move less have arrived. */
const NO_MOVE = 1e-7;

// The shares p under which answers q are most probable: q = sum over k of p[k] * confusion[k].
function solve(answers: readonly number[], confusion: readonly (readonly number[])[]): number[] {
  const classes = answers.length;
  const rates = Float64Array.from(confusion.flat()); // [K, K]
  const p = new Float64Array(classes).fill(1 / classes);
  const ratios = new Float64Array(classes);
  const next = new Float64Array(classes);
  for (let step = 0, moved = 1; step < STEPS && !(moved < NO_MOVE); step++) {
    for (let j = 0; j < classes; j++) {
      let expected = 0;
      for (let k = 0; k < classes; k++) expected += p[k]! * rates[k * classes + j]!;
      ratios[j] = answers[j]! / Math.max(expected, 1e-300);
    }
    let total = 0;
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += rates[k * classes + j]! * ratios[j]!;
      next[k] = p[k]! * sum;
      total += next[k]!;
    }
    moved = 0;
    for (let k = 0; k < classes; k++) {
      const share = next[k]! / total;
      moved = Math.max(moved, Math.abs(share - p[k]!));
      p[k] = share;
    }
  }
  return [...p];
}

function normalized(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}
