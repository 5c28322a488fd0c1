import { LeukogramError } from "../core/errors.ts";
import type { SkippedImage } from "../data/cache.ts";
import type { Dataset, Sample } from "../data/dataset.ts";
import { laboratoryOf } from "../data/laboratories.ts";
import { laboratoryScales } from "../data/laboratoryScales.ts";
import { badImage, type Classifier, type ClassifyOptions, classifyFiles } from "./classifier.ts";
import type { Prediction, Predictions } from "./types.ts";

/** A model's answers to a labelled set. */
export interface ModelAnswers {
  readonly predictions: Predictions;
  readonly skipped: readonly SkippedImage[];
  /** Milliseconds an image, decoding included. */
  readonly millisecondsPerImage: number;
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
  { skipBad = false, ...options }: ClassifyOptions & { readonly skipBad?: boolean } = {},
): Promise<ModelAnswers> {
  const labels = labelMap(classifier, classes);
  const { cropRedCells, scale } = classifier;
  const scales = cropRedCells === undefined ? undefined : await laboratoryScales(samples, options);
  const redCellOf = (i: number) => {
    const sample = samples[i]!;
    return sample.redCell ?? (scale ?? scales?.get(laboratoryOf(sample))?.scale)?.redCell;
  };
  const rows: Prediction[] = [];
  const skipped: SkippedImage[] = [];
  const started = performance.now();
  let i = 0;
  for await (const { probabilities, error, familiarity } of classifyFiles(
    classifier,
    samples.map(({ path }) => path),
    { redCellOf, ...options },
  )) {
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
  return { predictions: { classes: classifier.classes, rows }, skipped, millisecondsPerImage };
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
        hint: "Rename or remove that folder.",
      });
    return index;
  });
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
