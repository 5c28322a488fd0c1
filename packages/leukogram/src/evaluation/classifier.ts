import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { partsBesideMetadata } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import { shownPath } from "../data/archives/unpackedFolder.ts";
import { decodeImage } from "../data/pictures/image.ts";
import type { JpegDct } from "../data/pictures/jpegDct.ts";
import { checkedImage, type RgbImage } from "../data/pictures/rgbImage.ts";
import { type ScaleOptions, scaleOfFiles } from "../data/scale/laboratoryScales.ts";
import { onnxOf, runFiles } from "../run/runFolder.ts";
import { checkShipped, findModelFile } from "../shipped/shippedModels.ts";
import {
  type BroughtImage,
  bringImage,
  type ClassifierFacts,
  classifierFacts,
  normalizedRow,
} from "./classifierFacts.ts";
import {
  type ClassifiedPicture,
  type ClassifyPicturesOptions,
  classifyPictures,
  noAnswer,
  type PictureFile,
} from "./classifyPictures.ts";
import {
  ASSUMED,
  classNotes,
  type ForeignOptions,
  foreignMetadata,
  isForeign,
  openForeign,
  pixelModel,
  requireClassNames,
  requireNothingSaid,
} from "./foreignModel.ts";

/** A picture in memory: its pixels, or the bytes of its file. */
export type GivenPicture = RgbImage | PictureFile;

/** A trained model that is ready to answer to images of its own form. */
export interface ImageClassifier extends ClassifierFacts {
  /** Path of the model file. */
  readonly path: string;
  readonly fileBytes: number;
  /** What tells models apart by what they compute: the same whatever its metadata say. */
  readonly id: string;
  /** What was assumed of it, and makes one doubt, in words; none of a model that Leukogram trained. */
  readonly notes?: readonly string[];
  /**
   * Probabilities [N, K] of images uint8 [N, height, width, 3], one after the other.
   *
   * @param size [height, width] where it is not the model's: its graph brings them to that.
   */
  probabilities(images: Uint8Array, count: number, size?: readonly [number, number]): Promise<Float32Array>;
  /** Frees what it holds; a second time it does nothing. */
  close(): Promise<void>;
}

/** A trained model that is ready to classify. */
export interface Classifier extends ImageClassifier {
  /**
   * Answers in the order of the pictures, with how familiar each looks: files are decoded as those of a folder, and every
   * picture is brought to the model's form.
   *
   * @throws ERR_IMAGE if one can't be read; ERR_USAGE if a scale says nothing to the model; ERR_ABORTED.
   *
   * @example
   * const [answer] = await classifier.classify([await readFile("cell.jpg")]);
   * console.log(answer?.label, answer?.familiarity);
   */
  classify(pictures: readonly GivenPicture[], options?: ClassifyPicturesOptions): Promise<readonly ClassifiedPicture[]>;
}

/** A classifier that takes pictures of any form, by one that takes those of its own. */
export function takingPictures(classifier: ImageClassifier): Classifier {
  const read = (picture: GivenPicture) => readGiven(picture, classifier.jpegDct);
  return {
    ...classifier,
    classify: (pictures, options) =>
      classifyPictures(
        pictures,
        { facts: classifier, read, probabilities: (images, count) => classifier.probabilities(images, count) },
        options,
      ),
  };
}

async function readGiven(picture: GivenPicture, jpegDct: JpegDct): Promise<RgbImage> {
  if (picture instanceof Uint8Array) return decodeImage(picture, { jpegDct });
  if (picture instanceof ArrayBuffer) return decodeImage(new Uint8Array(picture), { jpegDct });
  if ("data" in picture) return checkedImage(picture);
  const { name = "image" } = picture;
  return decodeImage(new Uint8Array(await picture.arrayBuffer()), { name, jpegDct });
}

/** Options of {@link loadClassifier}. */
export interface LoadOptions extends SessionOptions {
  /** Take models of other programs too, as this says of them; default: they are refused. */
  readonly foreign?: ForeignOptions | undefined;
}

/**
 * Loads a run folder, an .onnx file that Leukogram wrote, or a shipped model by its name; with `foreign` also a model of Keras, ONNX
 * or TensorFlow.js.
 *
 * @throws ERR_FORMAT if no such file or name, or it is no such model; with `foreign` as `openForeign`, and ERR_USAGE
 * if it says something of a model that says it itself.
 *
 * @example
 * const classifier = await loadClassifier("mobilenetv2-anylab");
 */
export async function loadClassifier(model: string, { foreign, ...options }: LoadOptions = {}): Promise<Classifier> {
  if (foreign !== undefined && isForeign(model)) return await foreignClassifier(model, foreign, options);
  const { classes: told, ...said } = foreign ?? {};
  requireNothingSaid(model, said);
  const found = findModelFile(model);
  const { path } = found;
  const file = onnxOf(path);
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const unfinished = file !== path && existsSync(runFiles(path).config);
    throw new LeukogramError("ERR_FORMAT", `${file}: ${cause.code === "ENOENT" ? "no such model" : cause.message}`, {
      hint: unfinished
        ? `The run is not finished: resume it with leukogram train --out ${path} --resume.`
        : "Give a run folder or an .onnx file.",
      cause,
    });
  });
  checkShipped(bytes, found);
  const session = await createSession(bytes, options).catch((cause: LeukogramError) => {
    if (cause.code !== "ERR_FORMAT") throw cause;
    throw new LeukogramError("ERR_FORMAT", `${file}: can't be loaded as a model`, {
      hint: "Give a run folder or an .onnx file that Leukogram wrote.",
      cause,
    });
  });
  try {
    const classifier = await classifierOf(session, file, bytes);
    return told === undefined ? classifier : withNames(classifier, model, told);
  } catch (error) {
    await session.release();
    throw error;
  }
}

// Names that were assumed when the model was converted may be given afterwards.
function withNames(classifier: Classifier, model: string, classes: readonly string[]): Classifier {
  if (classifier.classesFrom !== ASSUMED) requireNothingSaid(model, { classes });
  const from = "--classes";
  requireClassNames({ names: classes, from }, classifier.classes.length);
  return takingPictures({ ...classifier, classes, classesFrom: from, notes: [] });
}

async function foreignClassifier(model: string, foreign: ForeignOptions, options: SessionOptions) {
  const given = await openForeign(model, foreign);
  const metadata = foreignMetadata(given);
  const bytes = compile(exportGraph(pixelModel(given)), { name: given.layers.name, metadata });
  const session = await createSession(bytes, options);
  const classifier = await classifierOf(session, given.path, bytes);
  const fileBytes = statSync(given.path).size;
  return takingPictures({ ...classifier, fileBytes, notes: [...given.notes, ...given.warnings] });
}

async function classifierOf(session: Session, path: string, bytes: Uint8Array): Promise<Classifier> {
  const facts = classifierFacts(session.metadata, path);
  return takingPictures({
    ...facts,
    path,
    fileBytes: bytes.length,
    id: modelId(bytes),
    notes: classNotes(facts.classes, facts.classesFrom),
    probabilities: (images, count, size = facts.imageSize) => probabilitiesOf(session, images, count, size),
    close: () => session.release(),
  });
}

/** So many hexadecimal digits tell models apart. */
const ID_DIGITS = 12;

/** The beginning of the SHA-256 of an ONNX file without its metadata. */
export function modelId(model: Uint8Array): string {
  const hash = createHash("sha256");
  for (const part of partsBesideMetadata(model)) hash.update(part);
  return hash.digest("hex").slice(0, ID_DIGITS);
}

async function probabilitiesOf(
  session: Session,
  images: Uint8Array,
  count: number,
  [height, width]: readonly [number, number],
) {
  const { probabilities } = await session.run({ images: { data: images, shape: [count, height, width, 3] } });
  return probabilities!.data as Float32Array;
}

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
