import { LeukogramError } from "../core/errors.ts";
import type { Estimate } from "../core/estimate.ts";
import { Rng } from "../core/rng.ts";
import type { Dataset } from "../data/dataset.ts";
import { predictedClass } from "../evaluation/checkPredictions.ts";
import { loadClassifier } from "../evaluation/classifier.ts";
import { comparePredictions } from "../evaluation/compare.ts";
import { type ConfidenceFigures, judgeConfidence } from "../evaluation/confidence.ts";
import { evaluatePredictions, type KnownPrediction, knownRows } from "../evaluation/evaluate.ts";
import { answerImages } from "../evaluation/evaluateModel.ts";
import { type FamiliarityFigures, judgeFamiliarity } from "../evaluation/familiarity.ts";
import type { Evaluation, Predictions } from "../evaluation/types.ts";
import { stratifiedBootstrap } from "../metrics/bootstrap.ts";
import { prepareAuc } from "../metrics/rocAuc.ts";
import type { SessionOptions } from "../runtime/session.ts";
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
}

/** A class in another laboratory. */
export interface ClassFall {
  readonly class: string;
  /** Images of it there. */
  readonly support: number;
  /** Undefined where the class has no image in that place. */
  readonly homeRecall: Estimate | undefined;
  readonly recall: Estimate | undefined;
  /** What it is most often mistaken for there, and how many times; undefined where it never is. */
  readonly mistakenFor: { readonly class: string; readonly count: number } | undefined;
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
  readonly confidence: Pick<ConfidenceFigures, "calibrationError" | "brier">;
  /** Calibration error with the temperature that the model carries; undefined where it carries none. */
  readonly calibratedError: number | undefined;
  /** Undefined where the model does not know how its own pictures look. */
  readonly familiarity: FamiliarityFigures | undefined;
}

/** A model's answers in a laboratory that is not its own. */
export interface AwayFigures extends SetFigures {
  /** Home less here: the fall, in shares. */
  readonly fall: { readonly accuracy: Estimate; readonly balancedAccuracy: Estimate };
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
}

/** Options of {@link judgeGeneralisation}. */
export interface GeneralisationOptions extends SessionOptions {
  /** Try what needs no label; default true. It takes a run folder or a shipped model. */
  readonly corrections?: boolean;
  readonly skipBad?: boolean;
  readonly resamples?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** Classes with fewer images than this are left out of balanced accuracy: one cell would weigh too much. */
export const FEWEST_OF_A_CLASS = 20;

/**
 * A model at home and in other laboratories: how far it falls, which classes break and into what, whether its
 * probabilities still hold, whether it would have noticed, and what the corrections that need no label give.
 *
 * @throws ERR_DATA where a set has a class that the model does not know, or no class has enough images; as
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
    found.push({
      ...setFigures(set.name, there, options),
      fall: fallBetween(own.predictions, there.predictions, options),
      classes: classFalls(homeFigures.evaluation, evaluatePredictions(there.predictions, options)),
      toldApart: separation(own.predictions, there.predictions, options),
      corrections: options.corrections === false ? [] : await tryCorrections(model, set, there.predictions, options),
    });
  }
  return { model, home: homeFigures, away: found, notes: notesOn(homeFigures, found) };
}

interface Answers {
  readonly predictions: Predictions;
  readonly temperature: number | undefined;
  readonly steps: readonly LabelFreeStep[];
}

async function ask(
  model: string,
  { name, data }: NamedSet,
  ways: Pick<LabelFreeOptions, "tta" | "adaptStatistics" | "tent">,
  { skipBad = false, signal, onStage, ...session }: GeneralisationOptions,
): Promise<Answers> {
  const files = data.samples.map(({ path }) => path);
  const [way] = Object.keys(ways);
  const { classifier, steps } = way
    ? await labelFreeClassifier(model, files, { ...session, ...ways, signal, onStage })
    : { classifier: await loadClassifier(model, session), steps: [] };
  try {
    const { predictions } = await answerImages(classifier, data, data.samples, {
      skipBad,
      signal,
      onProgress: (done, total) => onStage?.(`${name}: classifying${way ? `, ${steps[0]!.name}` : ""}`, done, total),
    });
    return { predictions, temperature: classifier.home.temperature, steps };
  } finally {
    await classifier.close();
  }
}

function setFigures(
  name: string,
  { predictions, temperature }: Answers,
  options: Pick<GeneralisationOptions, "resamples" | "seed">,
): SetFigures {
  const { calibrationError, brier } = judgeConfidence(predictions, options);
  return {
    name,
    evaluation: evaluatePredictions(predictions, options),
    balancedAccuracy: balanced(predictions, options),
    confidence: { calibrationError, brier },
    calibratedError:
      temperature === undefined
        ? undefined
        : judgeConfidence(predictions, { ...options, temperature, resamples: 1 }).calibrationError,
    familiarity: judgeFamiliarity(predictions.rows.map(({ familiarity }) => familiarity)),
  };
}

const isRight = (row: KnownPrediction) => predictedClass(row) === row.label;

/** The classes that have enough rows. */
function judgedClasses(rows: readonly KnownPrediction[]): number[] {
  const counts = new Map<number, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].flatMap(([label, count]) => (count >= FEWEST_OF_A_CLASS ? [label] : [])).sort((a, b) => a - b);
}

// The rows of classes that can be judged; all where none has enough.
function judgedRows(predictions: Predictions): KnownPrediction[] {
  const rows = knownRows(predictions);
  const classes = judgedClasses(rows);
  return classes.length === 0 ? rows : rows.filter(({ label }) => classes.includes(label));
}

/** Accuracy and mean recall of rows, as `weights` count them. */
function levels(rows: readonly KnownPrediction[]): (weights: ArrayLike<number>, from: number) => [number, number] {
  const hits = rows.map(isRight);
  const classes = [...new Set(rows.map(({ label }) => label))];
  const place = rows.map(({ label }) => classes.indexOf(label));
  return (weights, from) => {
    const [right, total] = [new Float64Array(classes.length), new Float64Array(classes.length)];
    for (let i = 0; i < rows.length; i++) {
      const weight = weights[from + i]!;
      total[place[i]!]! += weight;
      if (hits[i]) right[place[i]!]! += weight;
    }
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    return [sum(right) / sum(total), right.reduce((mean, value, k) => mean + value / total[k]!, 0) / classes.length];
  };
}

interface Resampling {
  readonly resamples?: number;
  readonly seed?: number;
}

function balanced(predictions: Predictions, { resamples = 2000, seed = 0 }: Resampling): Estimate {
  const rows = judgedRows(predictions);
  const level = levels(rows);
  const [figure] = stratifiedBootstrap(
    rows.map(({ label }) => label),
    (weights) => [level(weights, 0)[1]],
    { rng: new Rng(seed).fork("generalise"), resamples, groups: rows.map(({ group }) => group) },
  );
  return figure!;
}

// Images of the two places are drawn apart from each other; the classes are those that can be judged in both.
function fallBetween(
  home: Predictions,
  away: Predictions,
  { resamples = 2000, seed = 0 }: Resampling,
): AwayFigures["fall"] {
  const both = judgedClasses(knownRows(home)).filter((label) => judgedClasses(knownRows(away)).includes(label));
  const isJudged = ({ label }: KnownPrediction) => both.length === 0 || both.includes(label);
  const all = [knownRows(home), knownRows(away)] as const;
  const judged = [all[0].filter(isJudged), all[1].filter(isJudged)] as const;
  const difference = ([first, second]: readonly [KnownPrediction[], KnownPrediction[]], which: 0 | 1) => {
    const [a, b] = [levels(first), levels(second)];
    const rows = [...first, ...second];
    const place = rows.map((_, i) => (i < first.length ? "home" : "away"));
    const names = [...new Set(rows.map(({ label }, i) => `${place[i]} ${label}`))];
    const strata = rows.map(({ label }, i) => names.indexOf(`${place[i]} ${label}`));
    const [figure] = stratifiedBootstrap(strata, (w) => [a(w, 0)[which] - b(w, first.length)[which]], {
      rng: new Rng(seed).fork("fall").fork(which),
      resamples,
      groups: rows.map(({ group }, i) => `${place[i]} ${group}`),
    });
    return figure!;
  };
  return { accuracy: difference(all, 0), balancedAccuracy: difference(judged, 1) };
}

function classFalls(home: Evaluation, away: Evaluation): ClassFall[] {
  return away.classes.map((name, k) => {
    const recallIn = ({ perClass }: Evaluation) => (perClass[k]!.support > 0 ? perClass[k]!.recall : undefined);
    const row = away.confusionMatrix[k]!;
    const most = row.reduce((best, count, other) => (other !== k && count > (row[best] ?? 0) ? other : best), -1);
    return {
      class: name,
      support: away.perClass[k]!.support,
      homeRecall: recallIn(home),
      recall: recallIn(away),
      mistakenFor: most < 0 ? undefined : { class: away.classes[most]!, count: row[most]! },
    };
  });
}

function separation(
  home: Predictions,
  away: Predictions,
  { resamples = 2000, seed = 0 }: Resampling,
): Estimate | undefined {
  const values = [home, away].map(({ rows }) => rows.flatMap(({ familiarity }) => familiarity ?? []));
  const [own, foreign] = values as [number[], number[]];
  if (own.length === 0 || foreign.length === 0) return undefined;
  const isForeign = [...own.map(() => 0), ...foreign.map(() => 1)];
  const area = prepareAuc(
    isForeign,
    [...own, ...foreign].map((value) => -value),
  );
  const rng = new Rng(seed).fork("separation");
  const [figure] = stratifiedBootstrap(isForeign, (weights) => [area(weights)], { rng, resamples });
  return figure!;
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
  options: Resampling,
): CorrectionFigures {
  const models = (rows: (predictions: Predictions) => readonly KnownPrediction[]) => [
    { name: "corrected", predictions: { ...corrected, rows: rows(corrected) } },
    { name: "as it is", predictions: { ...plain, rows: rows(plain) } },
  ];
  const { accuracy } = evaluatePredictions(corrected, options);
  return {
    ...step,
    accuracy,
    balancedAccuracy: balanced(corrected, options),
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
            `${name}: balanced accuracy leaves out ${few.map((own) => `${own.class} (${own.support})`).join(", ")}, with fewer than ${FEWEST_OF_A_CLASS} images.`,
          ]
        : []),
      ...(missing.length > 0 ? [`${name}: has no ${missing.map((own) => own.class).join(", ")}.`] : []),
    ];
  });
  const unknowing = home.familiarity === undefined;
  return [
    ...small,
    ...(unknowing
      ? ["The model does not know how its own pictures look, so it can't warn of others: train it with this version."]
      : []),
  ];
}
