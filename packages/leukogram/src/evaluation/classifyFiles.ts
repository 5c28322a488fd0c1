import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { shownPath } from "../data/archives/unpackedFolder.ts";
import { type ScaleOptions, scaleOfFiles } from "../data/scale/laboratoryScales.ts";
import { PictureReading } from "../data/scale/pictureThreads.ts";
import type { Classifier } from "./classifier.ts";
import { type BroughtImage, formOf, normalizedRow, withFamiliarity } from "./classifierFacts.ts";
import { noAnswer } from "./classifyPictures.ts";

/** An image's probabilities, or why it could not be read. */
export interface Classified {
  readonly path: string;
  /** One a class; undefined if the image is bad. */
  readonly probabilities: readonly number[] | undefined;
  readonly error: LeukogramError | undefined;
  /**
   * Share of the model's own pictures that look as strange, or stranger: below {@link UNFAMILIAR} it is unlike them.
   * Undefined if the image is bad, or the model does not know how its own look.
   */
  readonly familiarity: number | undefined;
  /** What `looksOf` measures of the image as it was brought to the model; undefined as familiarity is. */
  readonly looks: readonly number[] | undefined;
  /** How the cell was cut out; undefined if the image is bad, or the model takes whole pictures. */
  readonly crop: BroughtImage["crop"];
}

/** Options of {@link classifyFiles}. */
export interface ClassifyFilesOptions {
  readonly batchSize?: number;
  /** What messages call the image at that place; default: its path. */
  readonly nameOf?: ((index: number) => string) | undefined;
  /**
   * Width of a red cell, pixels, by place of the image, for models that crop cells at their laboratory's scale. Default:
   * the scale that the model carries, else that of these images, which are then of one laboratory.
   */
  readonly redCellOf?: ((index: number) => number | undefined) | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Classifies image files in order, decoding ahead of the model; memory does not grow with their number.
 *
 * @throws ERR_ABORTED
 */
export async function* classifyFiles(
  classifier: Classifier,
  paths: readonly string[],
  { batchSize = 32, nameOf = (i) => shownPath(paths[i]!), redCellOf, signal, onProgress }: ClassifyFilesOptions = {},
): AsyncGenerator<Classified, void, undefined> {
  const widthOf = redCellOf ?? (await oneScale(classifier, paths, { signal }));
  const [height, width] = classifier.imageSize;
  const size = height * width * 3;
  const classes = classifier.classes.length;
  let done = 0;
  for await (const batch of readBatches(classifier, paths, { batchSize, nameOf, widthOf, signal })) {
    const good = batch.flatMap((item) => (item instanceof LeukogramError ? [] : [item]));
    const images = new Uint8Array(good.length * size);
    for (const [i, { pixels }] of good.entries()) images.set(pixels, i * size);
    const probabilities = good.length === 0 ? new Float32Array() : await classifier.probabilities(images, good.length);
    let row = 0;
    for (const [i, item] of batch.entries()) {
      const path = paths[done + i]!;
      if (item instanceof LeukogramError) {
        yield { path, ...NOTHING, error: item };
        continue;
      }
      const values = normalizedRow(probabilities.subarray(row * classes, (row + 1) * classes));
      row++;
      const error = values.every(Number.isFinite) ? undefined : noAnswer(nameOf(done + i));
      const { familiarity, looks, crop } = item;
      yield error ? { path, ...NOTHING, error } : { path, probabilities: values, error, familiarity, looks, crop };
    }
    done += batch.length;
    onProgress?.(done, paths.length);
  }
}

interface BatchOptions extends Pick<ClassifyFilesOptions, "signal"> {
  readonly batchSize: number;
  readonly nameOf: (index: number) => string;
  readonly widthOf: (index: number) => number | undefined;
}

// Files in order, brought into the model's form; while the model has one batch, the next is read.
async function* readBatches(
  classifier: Classifier,
  paths: readonly string[],
  { batchSize, nameOf, widthOf, signal }: BatchOptions,
): AsyncGenerator<readonly (BroughtImage | LeukogramError)[], void, undefined> {
  const form = formOf(classifier);
  const reading = new PictureReading(paths.length, signal);
  const read = async (i: number): Promise<BroughtImage | LeukogramError> => {
    const options = { name: nameOf(i), jpegDct: classifier.jpegDct };
    try {
      return withFamiliarity(await reading.bring(paths[i]!, form, widthOf(i), options), classifier.home);
    } catch (error) {
      if (error instanceof LeukogramError && error.code === "ERR_IMAGE") return error;
      throw error;
    }
  };
  const ahead: Promise<BroughtImage | LeukogramError>[] = [];
  try {
    for (let start = 0; start < paths.length; start += batchSize) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "classification was interrupted");
      for (let i = start + ahead.length; i < Math.min(paths.length, start + 2 * batchSize); i++) {
        const pending = read(i);
        pending.catch(() => {}); // awaited below, unless an earlier one fails
        ahead.push(pending);
      }
      yield await Promise.all(ahead.splice(0, batchSize));
    }
  } finally {
    await reading.close();
  }
}

const NOTHING = { probabilities: undefined, familiarity: undefined, looks: undefined, crop: undefined };

async function oneScale(classifier: Classifier, paths: readonly string[], options: ScaleOptions) {
  const { cropRedCells, scale } = classifier;
  if (cropRedCells === undefined) return () => undefined;
  const measured = scale === undefined ? await scaleOfFiles(paths, options) : undefined;
  const { redCell } = scale ?? measured?.file ?? measured?.scale ?? {};
  return () => redCell;
}

/** What to raise for an image that can't be read, if none may be left out. */
export function badImage(error: LeukogramError): LeukogramError {
  return new LeukogramError(error.code, error.reason, {
    hint: "Fix or remove it, or skip it with --skip-bad.",
    cause: error,
  });
}
