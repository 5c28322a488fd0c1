import { availableParallelism } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { shownPath } from "../data/archives/unpackedFolder.ts";
import { decodeImage } from "../data/pictures/image.ts";
import { type ScaleOptions, scaleOfFiles } from "../data/scale/laboratoryScales.ts";
import type { Classifier } from "./classifier.ts";
import { type BroughtImage, bringImage, type ClassifierFacts, normalizedRow } from "./classifierFacts.ts";
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
  const decode = (from: number) => {
    const batch = decodeAll(paths.slice(from, from + batchSize), classifier, {
      nameOf: (i) => nameOf(from + i),
      redCellOf: (i) => widthOf(from + i),
    });
    batch.catch(() => {}); // awaited below, unless an earlier batch fails
    return batch;
  };
  let next = decode(0);
  for (let start = 0; start < paths.length; start += batchSize) {
    const decoded = await next;
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "classification was interrupted");
    next = decode(start + batchSize);
    const good = decoded.flatMap((item) => (item instanceof LeukogramError ? [] : [item]));
    const images = new Uint8Array(good.length * size);
    good.forEach(({ pixels }, i) => {
      images.set(pixels, i * size);
    });
    const probabilities = good.length === 0 ? new Float32Array() : await classifier.probabilities(images, good.length);
    const classes = classifier.classes.length;
    let row = 0;
    for (const [i, item] of decoded.entries()) {
      const path = paths[start + i]!;
      if (item instanceof LeukogramError) {
        yield { path, ...NOTHING, error: item };
        continue;
      }
      const values = normalizedRow(probabilities.subarray(row * classes, (row + 1) * classes));
      row++;
      const error = values.every(Number.isFinite) ? undefined : noAnswer(nameOf(start + i));
      const { familiarity, crop } = item;
      yield error ? { path, ...NOTHING, error } : { path, probabilities: values, error, familiarity, crop };
    }
    onProgress?.(Math.min(start + batchSize, paths.length), paths.length);
  }
}

const NOTHING = { probabilities: undefined, familiarity: undefined, crop: undefined };

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

interface ByPlace {
  readonly nameOf: (index: number) => string;
  readonly redCellOf: (index: number) => number | undefined;
}

// As many images at a time as there are cores, and one more.
async function decodeAll(
  paths: readonly string[],
  facts: ClassifierFacts,
  { nameOf, redCellOf }: ByPlace,
): Promise<(BroughtImage | LeukogramError)[]> {
  const results = new Array<BroughtImage | LeukogramError>(paths.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < paths.length; i = next++) {
      try {
        const image = await decodeImage(paths[i]!, { name: nameOf(i), jpegDct: facts.jpegDct });
        results[i] = bringImage(image, facts, redCellOf(i));
      } catch (error) {
        if (!(error instanceof LeukogramError)) throw error;
        results[i] = error;
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  return results;
}
