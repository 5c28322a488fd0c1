import { LeukogramError } from "@leukogram/engine/core/errors";
import type { SkippedImage } from "../data/cache.ts";
import { offeredMapping } from "../data/classNames.ts";
import type { Dataset, Sample } from "../data/dataset.ts";
import { CellCrops, type CropSummary } from "./cellCrops.ts";
import { badImage, type Classifier, type ClassifyOptions, classifyFiles } from "./classifier.ts";
import type { Prediction, Predictions } from "./types.ts";

/** A model's answers to a labelled set. */
export interface ModelAnswers {
  readonly predictions: Predictions;
  readonly skipped: readonly SkippedImage[];
  /** Milliseconds an image, decoding included. */
  readonly millisecondsPerImage: number;
  /** How cells were cropped; undefined where the model takes whole pictures. */
  readonly crops: CropSummary | undefined;
}

/** Options of {@link answerImages}. */
export interface AnswerOptions extends Omit<ClassifyOptions, "redCellOf"> {
  readonly skipBad?: boolean;
  /** How cells are cropped, where that was found before; default: it is found here. */
  readonly crops?: CellCrops | undefined;
}

/**
 * Classifies the images of a labelled set.
 *
 * @throws ERR_DATA where the set's classes are not the model's; ERR_IMAGE for a bad image unless `skipBad`.
 */
export async function answerImages(
  classifier: Classifier,
  { classes }: Pick<Dataset, "classes">,
  samples: readonly Sample[],
  { skipBad = false, crops: planned, ...options }: AnswerOptions = {},
): Promise<ModelAnswers> {
  const labels = labelMap(classifier, classes);
  const crops = planned ?? (await CellCrops.plan(classifier, samples, { signal: options.signal }));
  const rows: Prediction[] = [];
  const skipped: SkippedImage[] = [];
  const started = performance.now();
  let i = 0;
  for await (const { probabilities, error, familiarity, crop } of classifyFiles(
    classifier,
    samples.map(({ path }) => path),
    { ...options, redCellOf: crops.redCellOf },
  )) {
    crops.add({ probabilities, crop });
    const { file, label, group } = samples[i++]!;
    if (error !== undefined && !skipBad) throw badImage(error);
    if (error !== undefined) skipped.push({ file, reason: error.reason });
    else
      rows.push({
        file,
        label: labels[label]!,
        group,
        probabilities: probabilities!,
        ...(familiarity !== undefined && { familiarity }),
      });
  }
  const millisecondsPerImage = (performance.now() - started) / Math.max(1, samples.length);
  return {
    predictions: { model: classifier.id, classes: classifier.classes, rows },
    skipped,
    millisecondsPerImage,
    crops: crops.summary(classifier.classes),
  };
}

/**
 * The set's class indices as the model's. The set may lack classes.
 *
 * @throws ERR_DATA where it has one that the model does not know.
 */
export function labelMap(
  { classes: known, path }: Pick<Classifier, "classes" | "path">,
  classes: readonly string[],
): number[] {
  return classes.map((name) => {
    const index = known.indexOf(name);
    if (index < 0)
      throw new LeukogramError("ERR_DATA", `class "${name}" is not one of the model's (${path}): ${known.join(", ")}`, {
        hint: hintFor(classes),
      });
    return index;
  });
}

function hintFor(classes: readonly string[]): string {
  const offer = offeredMapping(classes);
  return offer === undefined
    ? "Rename or remove that folder, or say what it is with --map-classes map.csv."
    : `${offer}${offer.includes("as none of") ? ", and --others leave-out leaves these out" : ""}.`;
}

/** Median milliseconds an image over batches of 16, the model alone, without decoding. */
export async function measureSpeed(classifier: Classifier): Promise<number> {
  const [height, width] = classifier.imageSize;
  const count = 16;
  const images = new Uint8Array(count * height * width * 3).fill(128);
  const times: number[] = [];
  for (let i = 0; i < 6; i++) {
    const started = performance.now();
    await classifier.classify(images, count);
    times.push((performance.now() - started) / count);
  }
  // The first run warms up.
  return times.slice(1).sort((a, b) => a - b)[2]!;
}
