// What convert writes is loaded and run before it takes its name, so that no file is left that can't be used.
import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { numElements } from "@leukogram/engine/core/shape";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { probePicture, UNSCALED } from "@leukogram/engine/models/probes";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { LayerShape } from "@leukogram/engine/nn/layout";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { graphHash } from "../../evaluation/foreign/foreignModel.ts";

/** What a model gave for each probe picture. */
export type Answers = readonly Float32Array[];

/** How {@link writeChecked} writes and checks. */
export interface CheckedWrite {
  /** Writes the file, and what belongs beside it. */
  readonly write: (path: string) => Promise<void>;
  /** Loads it and asks it about the probe pictures. */
  readonly ask: (path: string) => Promise<Answers>;
  /** What the model that it was made of gives for these; default: the file must load and run, whatever it gives. */
  readonly source?: Answers | undefined;
  /** How far numbers may differ, as a share of the largest, or of 1 if none is larger. */
  readonly tolerance: number;
}

/** What the check found. */
export interface Checked {
  readonly pictures: number;
  /** The largest difference from the source, as a share of the largest number, or of 1; undefined if that was not compared. */
  readonly difference: number | undefined;
}

/**
 * Writes a file, and files beside it, in a folder of its own; they take their places once the file was loaded and gives what its
 * source does. Else nothing is left.
 *
 * @throws ERR_FORMAT if it can't be loaded or gives something else; ERR_OUTPUT if it can't be written.
 */
export async function writeChecked(out: string, { write, ask, source, tolerance }: CheckedWrite): Promise<Checked> {
  const folder = await ownFolder(out);
  const path = join(folder, basename(out));
  try {
    await write(path).catch((error) => Promise.reject(named(error, path, out)));
    const found = await ask(path).catch((error) => Promise.reject(unusable(out, named(error, path, out))));
    const difference = source && largestDifference(source, found);
    if (difference !== undefined && !(difference <= tolerance))
      throw unusable(out, new Error(`its outputs differ from the original model's by ${difference.toPrecision(2)}`));
    const beside = readdirSync(folder)
      .sort()
      .filter((name) => name !== basename(out));
    for (const name of [...beside, basename(out)]) await rename(join(folder, name), join(dirname(out), name));
    return { pictures: found.length, difference };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ownFolder(out: string): Promise<string> {
  try {
    await mkdir(dirname(out), { recursive: true });
    return await mkdtemp(join(dirname(out), ".leukogram-"));
  } catch (cause) {
    throw new LeukogramError("ERR_OUTPUT", `${out}: can't be written: ${(cause as Error).message}`, {
      hint: "Choose another output path.",
      cause,
    });
  }
}

// The file is named as it would have been.
function named(error: Error, path: string, out: string): Error {
  if (!(error instanceof LeukogramError)) return error;
  const { code, reason, hint, cause } = error;
  return new LeukogramError(code, reason.replaceAll(path, out), { ...(hint !== undefined && { hint }), cause });
}

function unusable(out: string, cause: Error): LeukogramError {
  const why = cause instanceof LeukogramError ? cause.reason : cause.message;
  return new LeukogramError(
    "ERR_FORMAT",
    `${out}: the file written is not usable and was removed: ${why.replace(/\.$/, "")}`,
    {
      hint: "Choose another format, and please report this as a bug.",
      cause,
    },
  );
}

/** The largest difference between answers, as a share of the largest finite number, or of 1; what is no number in both is the same. */
export function largestDifference(a: Answers, b: Answers): number {
  let [difference, largest] = [0, 1];
  for (const [i, row] of a.entries())
    for (const [k, value] of row.entries()) {
      const other = b[i]?.[k] ?? Number.NaN;
      if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
      if (Number.isFinite(value) || Number.isFinite(other)) {
        const between = Math.abs(value - other);
        difference = Number.isNaN(between) ? Number.POSITIVE_INFINITY : Math.max(difference, between);
      }
    }
  return difference / largest;
}

/** A graph, and what it gave when it was run. */
export interface Asked {
  /** Its {@link graphHash}. */
  readonly graph: string;
  readonly answers: Answers;
}

/**
 * What a model's layers give for probe pictures 0 to 255.
 *
 * @param known a graph that was run before: if the layers are the same to the byte, it is not run again
 */
export async function askLayers(model: Model, known?: Asked): Promise<Asked> {
  const bytes = compile(plainGraph(model), { simplify: false });
  const graph = graphHash(bytes);
  if (graph === known?.graph) return known;
  return { graph, answers: await askOnnx(bytes, probeFloats(model.input.shape)) };
}

/** Probe pictures as layers take them. */
export const probeFloats = (shape: LayerShape): readonly Fed[] =>
  twoPictures(shape).map((data) => ({ data, shape: shape as readonly number[] }));

// A cell and noise: what differs between two files of one model shows in these.
const twoPictures = (shape: LayerShape) => Array.from({ length: UNSCALED }, (_, i) => probePicture(shape, i));

/** What a whole model in a file of Keras or TensorFlow.js gives for them. */
export const askStored = async (path: string, known?: Asked): Promise<Answers> =>
  (await askLayers((await readModel(path)).model, known)).answers;

/** What a model gives for them with the weights in a file. */
export async function askWeights(model: Model, path: string, known?: Asked): Promise<Answers> {
  for (const { value } of model.weights.values()) value.fill(Number.NaN);
  loadWeights(model, await readKerasFile(path), { source: path });
  return (await askLayers(model, known)).answers;
}

/** A picture, or several, as a graph takes them. */
interface Fed {
  readonly data: Float32Array | Uint8Array;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** Probe pictures as an .onnx of ours takes them: bytes in three colours. */
export function probeBytes([height, width]: readonly number[]): readonly Fed[] {
  const shape = [height!, width!, 3];
  return twoPictures(shape).map((picture) => ({ data: Uint8Array.from(picture), shape }));
}

// Of another size than the model's own, all grey: it is asked for an answer, not for which.
function oddPicture([height, width]: readonly number[]): Fed {
  const shape = [height! + 7, width! + 3, 3];
  return { data: new Uint8Array(numElements(shape)).fill(128), shape };
}

/** What the bytes of an ONNX model give for pictures, one after the other. */
export async function askOnnx(bytes: Uint8Array, pictures: readonly Fed[]): Promise<Answers> {
  const session = await createSession(bytes);
  try {
    const answers: Float32Array[] = [];
    for (const { data, shape } of pictures) {
      const { probabilities } = await session.run({ images: { data, shape: [1, ...shape] } });
      answers.push(Float32Array.from(probabilities!.data as Float32Array));
    }
    return answers;
  } finally {
    await session.release();
  }
}

/** What an .onnx file of ours gives for pictures of its own size; it must answer to others too. */
export async function askOnnxFile(path: string, imageSize: readonly number[]): Promise<Answers> {
  const answers = await askOnnx(await readFile(path), [...probeBytes(imageSize), oddPicture(imageSize)]);
  return answers.slice(0, -1);
}
