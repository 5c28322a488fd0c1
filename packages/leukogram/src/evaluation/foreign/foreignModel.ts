// Models of other programs, made ready to classify: what their pixels, outputs and classes are, told or found.

import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { ClassNames } from "@leukogram/engine/formats/classNames";
import { ONNX_START, type ReadModel, readModel } from "@leukogram/engine/formats/readModel";
import { type OutputKind, withoutShareOfSum, withProbabilities } from "@leukogram/engine/models/outputs";
import {
  type Preprocessing,
  preprocessingSmells,
  takingColours,
  withPreprocessing,
} from "@leukogram/engine/models/preprocessing";
import type { Model } from "@leukogram/engine/nn/model";
import { metadataList, readMetadata } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import { CELL_TYPES } from "../../cells/classes.ts";
import type { JpegDct } from "../../data/pictures/jpegDct.ts";
import { onnxOf } from "../../run/runFolder.ts";

/** What a user says of another program's model. */
export interface ForeignOptions {
  /** How pixels were scaled before it saw them; default: 0..255. */
  readonly preprocessing?: Preprocessing | undefined;
  /** How JPEG files became the pixels that it saw; default: accurate. */
  readonly jpegDct?: JpegDct | undefined;
  /** Its classes in the order of its outputs; default: what the file says, or one beside it, or the five cell types. */
  readonly classes?: readonly string[] | undefined;
  /** What its outputs are; default: what they show to be. */
  readonly outputs?: OutputKind | undefined;
  /** Height and width, where an ONNX file or graph model leaves them open. */
  readonly imageSize?: number | undefined;
  /** Which of several outputs of a Keras model is the class, by its layer's name. */
  readonly output?: string | undefined;
}

const FLAGS: Readonly<Record<keyof ForeignOptions, string>> = {
  preprocessing: "--preprocessing",
  jpegDct: "--jpeg-dct",
  classes: "--classes",
  outputs: "--outputs",
  imageSize: "--image-size",
  output: "--output",
};

/** Refuses what is said of a model that Leukogram wrote, which says it itself. @throws ERR_USAGE */
export function requireNothingSaid(model: string, foreign: ForeignOptions): void {
  const said = (Object.keys(FLAGS) as (keyof ForeignOptions)[]).filter((key) => foreign[key] !== undefined);
  if (said.length === 0) return;
  throw new LeukogramError("ERR_USAGE", `${model}: a model written by Leukogram contains these settings`, {
    hint: `Remove ${said.map((key) => FLAGS[key]).join(" and ")}.`,
  });
}

/** Where names come from that nobody said. */
export const ASSUMED = "assumed";

/** Another program's model. */
export interface ForeignModel {
  readonly path: string;
  readonly kind: string;
  /** Its layers, from pixels scaled as it expects them to probabilities. */
  readonly layers: Model;
  readonly preprocessing: Preprocessing;
  readonly jpegDct: JpegDct;
  readonly outputs: OutputKind;
  /** What its layers gave, before they were made probabilities, for the first two probe pictures, [K] each. */
  readonly rows: readonly Float32Array[];
  /** {@link graphHash} of the graph that gave them. */
  readonly graph: string;
  readonly classes: readonly string[];
  /** Where their names come from; {@link ASSUMED} where nothing says them. */
  readonly classesFrom: string;
  /** What was passed over, added or assumed, in words. */
  readonly notes: readonly string[];
  /** What makes one doubt how its pixels are scaled; none if somebody said it. */
  readonly warnings: readonly string[];
}

/** Whether a path is a model of another program: any file of a model but an .onnx that Leukogram wrote, or run folder. */
export function isForeign(path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const onnx = onnxOf(path);
  const file = isFolder && !existsSync(onnx) ? join(path, "model.json") : onnx;
  if (!existsSync(file)) return false;
  if (!/\.onnx$/i.test(file) && !startsAsOnnx(file)) return true;
  try {
    const metadata = readMetadata(readFileSync(file));
    return metadataList(metadata, "classes") === undefined || metadataList(metadata, "imageSize") === undefined;
  } catch {
    return !/\.onnx$/i.test(file);
  }
}

/**
 * What is said of each of several models: of those that another program wrote, if there are any; else of all, which refuse it.
 *
 * @param models paths of models alone
 */
export function saidOfEach(models: readonly string[], said: ForeignOptions = {}): (model: string) => ForeignOptions {
  const foreign = new Set(models.filter(isForeign));
  return (model) => (foreign.size === 0 || foreign.has(model) ? said : {});
}

// Spares reading a large file of Keras for what it can't hold.
function startsAsOnnx(file: string): boolean {
  const [head, opened] = [new Uint8Array(1), openSync(file, "r")];
  try {
    readSync(opened, head);
  } finally {
    closeSync(opened);
  }
  return head[0] === ONNX_START;
}

/** By which it is known that two graphs are the same: SHA-256 of the bytes of the ONNX model. */
export const graphHash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Opens a model of another program.
 *
 * @throws ERR_FORMAT, ERR_WEIGHTS as `readModel`; ERR_USAGE if the names of classes are not as many as its outputs, or what its
 * outputs are can't be found.
 */
export async function openForeign(path: string, options: ForeignOptions = {}): Promise<ForeignModel> {
  const read = await readModel(path, options);
  const { preprocessing = "0..255", jpegDct = "accurate", outputs: told } = options;
  let graph = "";
  const open = (bytes: Uint8Array) => {
    graph = graphHash(bytes);
    return createSession(bytes);
  };
  const { model: layers, outputs, note, rows } = await withProbabilities(read.model, { open, outputs: told });
  const { names: classes, from: classesFrom } = classesOf(layers, read, options.classes);
  const warnings = options.preprocessing === undefined ? preprocessingSmells(layers) : [];
  const notes = [...read.notes, ...(note === undefined ? [] : [note]), ...classNotes(classes, classesFrom)];
  return { ...read, layers, preprocessing, jpegDct, outputs, rows, graph, classes, classesFrom, notes, warnings };
}

/** What is said of classes whose names nobody said. */
export function classNotes(classes: readonly string[], from: string | undefined): string[] {
  if (from !== ASSUMED) return [];
  return [
    `the model has no class names: assuming ${classes.join(", ")}, in this order; use --classes A,B,C to change this`,
  ];
}

function classesOf(
  { output: { shape } }: Model,
  { classes: found, path }: ReadModel,
  told: readonly string[] | undefined,
): ClassNames {
  const outputs = shape.at(-1)!;
  const given = told === undefined ? found : { names: told, from: "--classes" };
  const { names, from } = given ?? { names: outputs === CELL_TYPES.length ? CELL_TYPES : [], from: ASSUMED };
  if (shape.length !== 1)
    throw new LeukogramError(
      "ERR_FORMAT",
      `${path}: gives ${shape.join(" x ")} numbers per image, not one value per class`,
      {
        hint: "Give an image classifier.",
      },
    );
  if (given === undefined && names.length === 0)
    throw new LeukogramError("ERR_USAGE", `${path}: the model has ${outputs} classes but no class names`, {
      hint: NAME_THEM,
    });
  requireClassNames({ names, from }, outputs);
  return { names, from };
}

const NAME_THEM = "Name the classes in the order of the outputs: --classes A,B,C.";

/** Refuses names that are not as many as a model's outputs, or not all different. @throws ERR_USAGE */
export function requireClassNames({ names, from }: ClassNames, outputs: number): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.length === outputs && twice === undefined) return;
  const what =
    names.length === outputs
      ? `class "${twice}" is given twice (${from})`
      : `the model has ${counted(outputs, "class", "classes")}, but ${counted(names.length, "is", "are")} named (${from})`;
  throw new LeukogramError("ERR_USAGE", what, { hint: NAME_THEM });
}

/**
 * The model from pictures 0 to 255 in three colours to probabilities, its scaling of pixels included.
 *
 * @throws ERR_CONFIG if it takes no pictures of one channel or three.
 */
export function pixelModel({ path, layers, preprocessing }: ForeignModel): Model {
  const { shape } = layers.input;
  if (shape.length !== 3 || (shape[2] !== 1 && shape[2] !== 3)) throw takesNoColours(path, shape);
  return takingColours(withPreprocessing(layers, preprocessing));
}

/** What to raise for a model whose input is no colour image. */
export function takesNoColours(path: string, shape: readonly number[]): LeukogramError {
  return new LeukogramError(
    "ERR_CONFIG",
    `${path}: takes input of ${shape.join(" x ")}, not images with three colour channels`,
    { hint: "Give a model whose input is [height, width, 3]." },
  );
}

/** The same in layers of Keras, as its formats hold it: with the channels that it takes, its outputs not divided by their sum. */
export function storedModel({ layers, preprocessing }: ForeignModel): Model {
  return withPreprocessing(withoutShareOfSum(layers), preprocessing);
}

/** What the .onnx of such a model says of itself. */
export function foreignMetadata(given: ForeignModel): Record<string, string> {
  const { layers, classes, classesFrom, outputs, preprocessing, jpegDct } = given;
  const [height, width] = layers.input.shape;
  return {
    classes: JSON.stringify(classes),
    classesFrom,
    outputs,
    preprocessing,
    imageSize: JSON.stringify([height, width]),
    model: layers.name,
    parameters: String(layers.parameters),
    jpegDct,
    notice: "Research use only; not a medical device.",
  };
}
