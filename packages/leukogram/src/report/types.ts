import type { SkippedImage } from "../data/loading/cacheBuild.ts";
import type { ClassCurves } from "../evaluation/classCurves.ts";
import type { SplitComparison } from "../evaluation/compareSplits.ts";
import type { LaboratoryFigures } from "../evaluation/laboratories/laboratories.ts";
import type { Costs, EpochRow, Evaluation, PairComparison } from "../evaluation/types.ts";
import type { ShownCells } from "./pictures/cellSection.ts";

/** The learning curve of one model. */
export interface History {
  readonly name: string;
  readonly rows: readonly EpochRow[];
}

/** A model's name and its figures on the set that all models were judged on. */
export interface NamedEvaluation {
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** One figure of one model, trained once a seed. */
export interface SeedFigures {
  readonly name: string;
  readonly points: readonly { readonly seed: number; readonly value: number }[];
}

/** Images of each class in each set; a class that is not named has none. */
export interface SplitCounts {
  readonly train: Readonly<Record<string, number>>;
  readonly validation: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
}

/** How the 95 % limits were drawn. */
export interface BootstrapSettings {
  readonly resamples: number;
  readonly seed: number;
}

/** How a model was made of another. */
export interface AdaptationFacts {
  /** The model that was adapted, as it was named. */
  readonly from: string;
  /** Whether it was changed. */
  readonly adapted: boolean;
  readonly outcome: string;
  /** What was found, each with a name and a few words. */
  readonly findings: readonly { readonly name: string; readonly text: string }[];
  /** Which files of a trained run there are not, and why: a sentence each. */
  readonly lacks: readonly string[];
}

/** All that the report and the card of one trained model say. */
export interface RunReportInput {
  readonly title: string;
  readonly model: string;
  /** Name of the data folder or data set. */
  readonly dataName: string;
  readonly evaluation: Evaluation;
  readonly history: readonly EpochRow[];
  readonly costs: Costs;
  /** What was trained, and on which images: a sentence each. */
  readonly told?: readonly string[] | undefined;
  readonly classCounts: SplitCounts;
  readonly skipped: readonly SkippedImage[];
  /** The resolved recipe; nested keys are shown dotted. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly curves: ClassCurves;
  /** Cells to look at. */
  readonly cells?: ShownCells | undefined;
  /** Where the model was made of another by adapting it. */
  readonly adaptation?: AdaptationFacts | undefined;
  /** Where the images come from two or more laboratories. */
  readonly laboratories?: LaboratoryFigures | undefined;
  /** One sentence each: what a reader must know before believing the figures. */
  readonly warnings: readonly string[];
  /** Version of Leukogram. */
  readonly version: string;
  readonly bootstrap?: BootstrapSettings | undefined;
  /** The command line that makes the run again. */
  readonly command?: string | undefined;
}

/** One model of a comparison. */
export interface ComparedModel {
  readonly name: string;
  /** One a seed, in the order of `seeds`; the first is the one compared image by image. */
  readonly evaluations: readonly Evaluation[];
  /** Of the first seed. */
  readonly history: readonly EpochRow[];
  readonly costs: Costs;
  /** What was trained, and on which images: a sentence each. */
  readonly told?: readonly string[] | undefined;
  /** In [0, 1], of the first seed, on its training images without augmentation. */
  readonly trainAccuracy?: number | undefined;
  /** Accuracy on the training images less that on the test images, in [-1, 1], one a seed. */
  readonly gaps?: readonly number[] | undefined;
  /** Seconds of training, one a seed. */
  readonly trainingSeconds?: readonly number[] | undefined;
  /** Seconds of processor time in them, one a seed; fewer where some were not measured. */
  readonly trainingCpuSeconds?: readonly number[] | undefined;
  readonly seeds: readonly number[];
}

/** A remark of the author, as plain text. */
export interface Note {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** All that the report of a comparison says. */
export interface ComparisonReportInput {
  readonly title: string;
  readonly dataName: string;
  readonly models: readonly ComparedModel[];
  readonly comparisons: readonly PairComparison[];
  /** Over splits or seeds. */
  readonly overSplits?: readonly SplitComparison[] | undefined;
  readonly warnings: readonly string[];
  readonly notes?: readonly Note[] | undefined;
  readonly version: string;
  readonly bootstrap?: BootstrapSettings | undefined;
  readonly command?: string | undefined;
}
