import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Dataset } from "../data/sample.ts";
import type { Scale } from "../data/scale/scale.ts";
import { EVERY } from "../data/scale/toldScales.ts";
import type { Classifier, LoadOptions } from "../evaluation/classifier.ts";
import { comparePredictions } from "../evaluation/compare.ts";
import { type ConfidenceFigures, judgeConfidence } from "../evaluation/confidence/confidence.ts";
import type { CropSummary } from "../evaluation/crops/cellCrops.ts";
import { cropSentences } from "../evaluation/crops/scaleWords.ts";
import {
  evaluatePredictions,
  type KnownPrediction,
  knownRows,
  type ResamplingOptions,
} from "../evaluation/evaluate.ts";
import { answerImages } from "../evaluation/evaluateModel.ts";
import { judgeFamiliarity } from "../evaluation/familiarity.ts";
import { type Assumptions, assumptionsOf } from "../evaluation/foreign/assumptions.ts";
import { isForeign } from "../evaluation/foreign/foreignModel.ts";
import {
  balancedAccuracyOf,
  type ClassFall,
  classFalls,
  type Fall,
  FEWEST_OF_A_CLASS,
  fallBetween,
  judgedRows,
  separation,
} from "../evaluation/laboratories/laboratoryFall.ts";
import type { Evaluation, Predictions } from "../evaluation/types.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import {
  type LabelFreeOptions,
  type LabelFreeStep,
  labelFreeClassifier,
  withCorrectedPriors,
} from "./labelFree/labelFree.ts";

/** Labelled images of one laboratory. */
export interface NamedSet {
  readonly name: string;
  readonly data: Dataset;
  /** The scale that the user tells of it. */
  readonly scale?: Scale | undefined;
}

/** What a correction that needs no label gave. */
export interface CorrectionFigures extends LabelFreeStep {
  readonly accuracy: Estimate;
  readonly balancedAccuracy: Estimate;
  /** Against the model as it is, on the same images; balanced over classes of enough images. */
  readonly change: { readonly accuracy: Estimate; readonly balancedAccuracy: Estimate };
}

/** A model's answers to one set. */
export interface SetFigures {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** Over the classes that have {@link FEWEST_OF_A_CLASS} images or more here. */
  readonly balancedAccuracy: Estimate;
  readonly confidence: Pick<ConfidenceFigures, "calibrationError" | "calibratedRange" | "brier">;
  /** Calibration error with the temperature that the model carries; undefined if it carries none. */
  readonly calibratedError: number | undefined;
  /** Undefined if the model does not know how its own pictures look. */
  readonly familiarity: FamiliarityFigures | undefined;
  /** How its cells were cropped; undefined if the model takes whole pictures. */
  readonly crops: CropSummary | undefined;
}

/** A model's answers in a laboratory that is not its own. */
export interface AwayFigures extends SetFigures {
  /** Home less here: the fall, in shares. */
  readonly fall: Fall;
  readonly classes: readonly ClassFall[];
  /** How well familiarity tells these images from those of the home set: area under the ROC curve. */
  readonly toldApart: Estimate | undefined;
  readonly corrections: readonly CorrectionFigures[];
}

/** How one model bears the change of laboratory. */
export interface Generalisation {
  /** As it was named. */
  readonly model: string;
  readonly home: SetFigures;
  readonly away: readonly AwayFigures[];
  /** What a reader must know. */
  readonly notes: readonly string[];
  /** What was assumed of another program's model; undefined of one that Leukogram wrote. */
  readonly assumptions?: Assumptions | undefined;
}

/** Options of {@link judgeGeneralisation}. */
export interface GeneralisationOptions extends LoadOptions {
  /** Try what needs no label; default true. A model file, and another program's model, takes the correction of priors alone. */
  readonly corrections?: boolean;
  readonly skipBad?: boolean;
  readonly resamples?: number;
  readonly seed?: number;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/**
 * A model at home and in other laboratories: how far it falls, which classes break and into what, whether its
 * probabilities still hold, whether it would have noticed, and what the corrections that need no label give.
 *
 * @throws ERR_DATA if a set has a class that the model does not know, or no class has enough images; as
 *   `answerImages` does; ERR_ABORTED.
 */
export async function judgeGeneralisation(
  model: string,
  home: NamedSet,
  away: readonly NamedSet[],
  options: GeneralisationOptions = {},
): Promise<Generalisation> {
  const own = await ask(model, home, {}, options);
  const homeFigures = setFigures(home.name, own, options);
  const found: AwayFigures[] = [];
  for (const set of away) {
    const there = await ask(model, set, {}, options);
    const figures = setFigures(set.name, there, options);
    found.push({
      ...figures,
      fall: fallBetween(own.predictions, there.predictions, options),
      classes: classFalls(homeFigures.evaluation, figures.evaluation),
      toldApart: separation(own.predictions, there.predictions, options),
      corrections: options.corrections === false ? [] : await tryCorrections(model, set, there.predictions, options),
    });
  }
  const { notes = [] } = own.classifier;
  const assumptions = assumptionsOf(own.classifier);
  return {
    model,
    home: homeFigures,
    away: found,
    notes: [...notes, ...notesOn(homeFigures, found)],
    ...(assumptions && { assumptions }),
  };
}

interface Answers {
  readonly predictions: Predictions;
  readonly classifier: Classifier;
  readonly crops: CropSummary | undefined;
  readonly steps: readonly LabelFreeStep[];
}

async function ask(
  model: string,
  { name, data, scale }: NamedSet,
  ways: Pick<LabelFreeOptions, "tta" | "adaptStatistics" | "tent">,
  { skipBad = false, signal, onStage, ...session }: GeneralisationOptions,
): Promise<Answers> {
  const { samples } = data;
  const files = samples.map(({ path }) => path);
  const [way] = Object.keys(ways);
  const told = scale && new Map([[EVERY, scale]]);
  const options = { ...session, ...ways, samples, told, signal, onStage };
  const { classifier, crops: planned, steps } = await labelFreeClassifier(model, files, options);
  try {
    const { predictions, crops } = await answerImages(classifier, data, samples, {
      skipBad,
      crops: planned,
      signal,
      onProgress: (done, total) => onStage?.(`${name}: classifying${way ? `, ${steps[0]!.name}` : ""}`, done, total),
    });
    return { predictions, classifier, crops, steps };
  } finally {
    await classifier.close();
  }
}

function setFigures(
  name: string,
  { predictions, classifier, crops }: Answers,
  options: Pick<GeneralisationOptions, "resamples" | "seed">,
): SetFigures {
  const { temperature } = classifier.home;
  const { calibrationError, calibratedRange, brier } = judgeConfidence(predictions, options);
  return {
    name,
    evaluation: evaluatePredictions(predictions, options),
    balancedAccuracy: balancedAccuracyOf(predictions, options),
    confidence: { calibrationError, calibratedRange, brier },
    calibratedError:
      temperature === undefined
        ? undefined
        : judgeConfidence(predictions, { ...options, temperature, resamples: 1 }).calibrationError,
    familiarity: judgeFamiliarity(predictions.rows.map(({ familiarity }) => familiarity)),
    crops,
  };
}

const WAYS = [{ tta: true }, { adaptStatistics: true }, { tent: true }] as const;

async function tryCorrections(
  model: string,
  set: NamedSet,
  plain: Predictions,
  options: GeneralisationOptions,
): Promise<CorrectionFigures[]> {
  const { rows, step } = withCorrectedPriors(plain.rows, plain.classes);
  const found = [correctionFigures(step, plain, { ...plain, rows }, options)];
  if (isForeign(model)) return found;
  for (const way of WAYS) {
    let asked: Answers;
    try {
      asked = await ask(model, set, way, options);
    } catch (error) {
      // A model file alone can be asked but not changed.
      if (error instanceof LeukogramError && error.code === "ERR_FORMAT") return found;
      throw error;
    }
    found.push(correctionFigures(asked.steps[0]!, plain, asked.predictions, options));
  }
  return found;
}

function correctionFigures(
  step: LabelFreeStep,
  plain: Predictions,
  corrected: Predictions,
  options: ResamplingOptions,
): CorrectionFigures {
  const models = (rows: (predictions: Predictions) => readonly KnownPrediction[]) => [
    { name: "corrected", predictions: { ...corrected, rows: rows(corrected) } },
    { name: "unchanged", predictions: { ...plain, rows: rows(plain) } },
  ];
  const { accuracy } = evaluatePredictions(corrected, options);
  return {
    ...step,
    accuracy,
    balancedAccuracy: balancedAccuracyOf(corrected, options),
    change: {
      accuracy: comparePredictions(models(knownRows), options)[0]!.accuracyDifference,
      balancedAccuracy: comparePredictions(models(judgedRows), options)[0]!.balancedAccuracyDifference,
    },
  };
}

function notesOn(home: SetFigures, away: readonly AwayFigures[]): string[] {
  const small = away.flatMap(({ name, classes }) => {
    const few = classes.filter(({ support }) => support > 0 && support < FEWEST_OF_A_CLASS);
    const missing = classes.filter(({ support }) => support === 0);
    return [
      ...(few.length > 0
        ? [
            `${name}: balanced accuracy excludes ${few.map((own) => `${own.class} (${own.support})`).join(", ")} (fewer than ${FEWEST_OF_A_CLASS} images).`,
          ]
        : []),
      ...(missing.length > 0 ? [`${name}: no images of ${missing.map((own) => own.class).join(", ")}.`] : []),
    ];
  });
  const unknowing = home.familiarity === undefined;
  return [
    ...small,
    ...[home, ...away].flatMap(({ name, crops }) => cropSentences(crops).map((text) => `${name}: ${text}`)),
    ...(unknowing
      ? [
          "The model has no record of what its training images look like, so it can't warn of unfamiliar images. Retrain it with this version.",
        ]
      : []),
  ];
}
