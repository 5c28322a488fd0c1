// Images classified, as a whole: the model made ready for them, one prediction after the other, and what to know of them all.
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type LabelFreeStep, labelFreeClassifier, withCorrectedPriors } from "../../adaptation/labelFree/labelFree.ts";
import { shownPath } from "../../data/archives/unpackedFolder.ts";
import { parseToldScales } from "../../data/scale/toldScales.ts";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import type { Classifier } from "../../evaluation/classifier.ts";
import { badImage, type Classified, classifyFiles } from "../../evaluation/classifyFiles.ts";
import type { CropSummary } from "../../evaluation/crops/cellCrops.ts";
import { scaleSentences } from "../../evaluation/crops/scaleWords.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import type { ForeignOptions } from "../../evaluation/foreign/foreignModel.ts";
import { knownRollUp, type Types } from "../../evaluation/rollUp.ts";
import { withTemperature } from "../../metrics/calibration.ts";
import { isUnfamiliar } from "../../metrics/familiarity.ts";
import { rolledRow } from "../../review/rollUp.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { JobOptions } from "../jobEvents.ts";
import { type JobTeller, runJob } from "../jobTeller.ts";
import { picturesOf } from "./imageFiles.ts";
import { type LabelFreeWishes, stepSentence } from "./labelFreeWishes.ts";
import { type LookedAt, strangeLines } from "./strangeLines.ts";

/** What {@link predictJob} takes. */
export interface PredictJobOptions extends JobOptions, SessionOptions, LabelFreeWishes {
  /** Images, folders or zips of images, or manifests, of one laboratory. */
  readonly images: readonly string[];
  /** Run folder, name of a built-in model, or model file; default: a built-in one. */
  readonly model?: string;
  /** Settings of a model that another program wrote. */
  readonly foreign?: ForeignOptions;
  /** All types that the model knows, which is the default, or the five. */
  readonly types?: Types | undefined;
  /** Divide logits by the temperature fitted on the model's validation images; skipped for images that look different. */
  readonly calibrated?: boolean;
  /** Scale of the images; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** Skip images that can't be read. */
  readonly skipBad?: boolean;
  /** Called with each prediction, in the order of the images; none is kept, so memory does not grow with their number. */
  readonly onCell: (cell: PredictedCell) => void;
}

/** An image's prediction. */
export interface PredictedCell {
  readonly file: string;
  readonly class: string;
  /** By class, 0 to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** Share of the training images that look as unusual, or more so; undefined if the model has no record of them. */
  readonly familiarity: number | undefined;
  /** Share of the crop outside the image, and whether a nucleus was found; undefined for a model that takes whole images. */
  readonly crop: { readonly outside: number; readonly nucleus: boolean } | undefined;
  /** Whether the temperature was used; undefined if it was not asked for. */
  readonly calibrated?: boolean;
  /** Whether class frequencies were corrected for; undefined if it was not asked for. */
  readonly priorCorrection?: boolean;
}

/** What {@link predictJob} gives. */
export interface PredictJobResult {
  /** Undefined of a model that Leukogram trained. */
  readonly assumptions: Assumptions | undefined;
  /** How cells were cropped; undefined for a model that takes whole images. */
  readonly crops: CropSummary | undefined;
  /** What was done for these images without their labels. */
  readonly labelFree: readonly LabelFreeStep[];
  /** Images, and those of them that can't be read. */
  readonly images: number;
  readonly skipped: number;
}

/**
 * Predicts the class of each image, with probabilities.
 *
 * @throws ERR_FORMAT if the model carries no temperature that `calibrated` needs; ERR_IMAGE for an image that can't be read
 * unless `skipBad`; as `labelFreeClassifier`.
 *
 * @example
 * await predictJob({ images: ["cells/"], onCell: (cell) => console.log(cell.file, cell.class) });
 */
export function predictJob(options: PredictJobOptions): Promise<PredictJobResult> {
  return runJob(options, options.images, (tell) => predictAll(options, tell));
}

async function predictAll(options: PredictJobOptions, tell: JobTeller): Promise<PredictJobResult> {
  const { images, model = DEFAULT_MODEL, foreign = {}, scale = [], skipBad = false, signal } = options;
  const samples = picturesOf(images);
  const files = samples.map(({ path }) => path);
  const ready = await labelFreeClassifier(model, files, {
    ...options,
    ...{ foreign, samples, told: parseToldScales(scale), onStage: tell.stage },
  });
  const { classifier, crops } = ready;
  tellAssumptions(tell, classifier);
  const labelFree: LabelFreeStep[] = [];
  const step = (done: LabelFreeStep) => {
    labelFree.push(done);
    tell.line(stepSentence(done));
  };
  ready.steps.forEach(step);
  for (const sentence of scaleSentences(crops.laboratories)) tell.line(sentence);
  const looked: LookedAt[] = [];
  let [skipped, uncalibrated] = [0, 0];
  try {
    const cellOf = cellMaker(classifier, options);
    const onProgress = (done: number, total: number) => tell.stage("Classifying", done, total);
    const given = classifyFiles(classifier, files, { redCellOf: crops.redCellOf, signal, onProgress });
    const answers = options.priorCorrection ? correctedTogether(given, classifier.classes, step) : given;
    for await (const answer of answers) {
      const { error, probabilities, familiarity, crop } = answer;
      if (error !== undefined && !skipBad) throw badImage(error);
      if (probabilities === undefined) {
        skipped++;
        tell.line(`Skipped: ${error!.message.replace(/^ERR_\w+ /, "")}`);
        continue;
      }
      const file = shownPath(answer.path);
      looked.push({ file, familiarity });
      crops.add({ probabilities, crop });
      const cell = cellOf({ ...answer, path: file, probabilities });
      if (cell.calibrated === false) uncalibrated++;
      const applied = options.priorCorrection ? labelFree.at(-1)!.applied : undefined;
      options.onCell(applied === undefined ? cell : { ...cell, priorCorrection: applied });
    }
    const summary = crops.summary(classifier.classes);
    for (const note of [...(summary?.notes ?? []), ...strangeLines(looked)]) tell.note(note);
    if (uncalibrated > 0)
      tell.line(
        `Calibration: skipped for ${uncalibrated} of ${looked.length} images, which do not look like the images the temperature was fitted on`,
      );
    if (skipped > 0) tell.line(`Unreadable images skipped: ${skipped} of ${files.length}`);
    return { assumptions: assumptionsOf(classifier), crops: summary, labelFree, images: files.length, skipped };
  } finally {
    await classifier.close();
  }
}

type Answered = Classified & { readonly probabilities: readonly number[] };

/** Makes predictions of a model's answers, in the types and with the temperature that are asked for. */
function cellMaker(classifier: Classifier, { types, calibrated = false }: PredictJobOptions) {
  const temperature = calibrated ? temperatureOf(classifier) : 1;
  const rollUp = types === "five" ? knownRollUp(classifier.classes) : undefined;
  const classes = rollUp?.classes ?? classifier.classes;
  return ({ path: file, probabilities: given, familiarity, crop }: Answered): PredictedCell => {
    const isTempered = calibrated && !isUnfamiliar(familiarity);
    const tempered = isTempered ? withTemperature(given, temperature) : given;
    const probabilities = rollUp === undefined ? tempered : rolledRow(rollUp, tempered);
    const best = predictedClass({ probabilities, file, label: undefined, group: file });
    return {
      file,
      class: classes[best]!,
      probabilities: Object.fromEntries(classes.map((name, k) => [name, probabilities[k]!])),
      familiarity,
      crop: crop && { outside: crop.outside, nucleus: crop.nucleus !== undefined },
      ...(calibrated && { calibrated: isTempered }),
    };
  };
}

function temperatureOf({ home, path }: Classifier): number {
  if (home.temperature !== undefined) return home.temperature;
  throw new LeukogramError("ERR_FORMAT", `${path}: contains no temperature`, {
    hint: "Retrain the model with this version on at least 350 images, or remove --calibrated.",
  });
}

// How frequent classes are is known when all images have been seen.
async function* correctedTogether(
  answers: AsyncIterable<Classified>,
  classes: readonly string[],
  onStep: (step: LabelFreeStep) => void,
): AsyncGenerator<Classified, void, undefined> {
  const all: Classified[] = [];
  for await (const answer of answers) all.push(answer);
  const { rows, step } = withCorrectedPriors(all, classes);
  onStep(step);
  yield* rows;
}
