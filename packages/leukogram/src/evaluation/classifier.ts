import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { partsBesideMetadata } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import { decodeImage } from "../data/pictures/image.ts";
import type { JpegDct } from "../data/pictures/jpegDct.ts";
import { checkedImage, type RgbImage } from "../data/pictures/rgbImage.ts";
import { onnxOf, runFiles } from "../run/runFolder.ts";
import { checkShipped, findModelFile } from "../shipped/shippedModels.ts";
import { type ClassifierFacts, classifierFacts } from "./classifierFacts.ts";
import {
  type ClassifiedPicture,
  type ClassifyPicturesOptions,
  classifyPictures,
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
} from "./foreign/foreignModel.ts";

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
