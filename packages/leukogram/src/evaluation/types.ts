import type { Estimate } from "@leukogram/engine/core/estimate";
import type { ClassEstimates, Headlines } from "./figures.ts";

/** One image as a model saw it: a row of predictions.csv, the seam between models and statistics. */
export interface Prediction {
  /** Path relative to the data folder, with forward slashes. */
  readonly file: string;
  /** Index of the true class; undefined if it is not known. */
  readonly label: number | undefined;
  /** Images of one original, patient or slide share a group; resampled together. */
  readonly group: string;
  /** One probability a class, in the order of {@link Predictions.classes}; they sum to 1. */
  readonly probabilities: readonly number[];
  /** Index of the class that the model names; left out where it is the first of the most probable. */
  readonly predicted?: number;
  /** Share of the model's own pictures that look as strange; left out where it is not known. */
  readonly familiarity?: number;
}

/** What one model says of one set of images. */
export interface Predictions {
  /** What tells the model apart by what it computes; left out where it is not known. */
  readonly model?: string | undefined;
  readonly classes: readonly string[];
  readonly rows: readonly Prediction[];
}

/** Figures of one class, one against the rest. */
export interface ClassFigures extends ClassEstimates {
  readonly class: string;
  /** Number of images whose true class it is. */
  readonly support: number;
}

/**
 * All figures of one model on one set; the limits are 95 % and never a point: mid-P of shares,
 * from those of the recalls by MOVER of balanced accuracy, macro F1, kappa and Matthews, else by stratified bootstrap.
 */
export interface Evaluation extends Headlines {
  /** Number of images whose class is known; the others are left out. */
  readonly count: number;
  readonly classes: readonly string[];
  readonly perClass: readonly ClassFigures[];
  /** Rows are true classes, columns are predicted classes. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** The same text as scikit-learn's `classification_report`. */
  readonly report: string;
  /** What a reader must know of these figures, one sentence each: images left out, classes without images. */
  readonly notes?: readonly string[];
}

/** What two models' answers to the same images show. */
export interface PairComparison {
  readonly first: string;
  readonly second: string;
  /** Images that both, only the first, only the second, or neither got right. */
  readonly table: {
    readonly both: number;
    readonly firstOnly: number;
    readonly secondOnly: number;
    readonly neither: number;
  };
  /** Two-sided p of the exact McNemar test. */
  readonly mcnemarP: number;
  /** p after Holm's correction over all pairs compared together. */
  readonly adjustedP: number;
  /** Accuracy of the first less that of the second, with Tango's score limits. */
  readonly accuracyDifference: Estimate;
  readonly balancedAccuracyDifference: Estimate;
  /** Two sentences that claim no more than the test shows. */
  readonly verdict: string;
}

/** Costs of a model, side by side; undefined if not known. */
export interface Costs {
  readonly parameters: number | undefined;
  readonly fileBytes: number | undefined;
  readonly trainingSeconds: number | undefined;
  /** Seconds of processor time in it, all threads together. */
  readonly trainingCpuSeconds?: number | undefined;
  readonly millisecondsPerImage: number | undefined;
  /** Milliseconds of processor time in it. */
  readonly cpuMillisecondsPerImage?: number | undefined;
}

/** A row of history.csv; declared where it is written. */
export type { EpochRow } from "../training/history.ts";
