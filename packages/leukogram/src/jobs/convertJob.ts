// A conversion as a whole: a model of any kind, written in another format, loaded and run before the file takes its name.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { labelsFileOf } from "@leukogram/engine/formats/classNames";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import { type OutputKind, probabilitiesOfRow, withoutShareOfSum } from "@leukogram/engine/models/outputs";
import { exportGraph, plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { CELL_TYPES } from "../cells/classes.ts";
import {
  ASSUMED,
  type ForeignModel,
  type ForeignOptions,
  foreignMetadata,
  storedModel,
} from "../evaluation/foreign/foreignModel.ts";
import { findChangeableFiles } from "../shipped/shippedModels.ts";
import { VERSION } from "../version.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import {
  type Answers,
  type Asked,
  askLayers,
  askOnnx,
  askOnnxFile,
  askStored,
  askWeights,
  type Checked,
  probeBytes,
  probeFloats,
  writeChecked,
} from "./models/checkedFile.ts";
import { type GivenModel, openGiven } from "./models/givenModel.ts";
import { type Int8Loss, writeInt8 } from "./models/writeInt8.ts";

/** Numbers that the weights of an .onnx are written in. */
export const PRECISIONS = ["float32", "float16", "int8"] as const;

/** One of {@link PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number];

/** What {@link convertJob} takes. */
export interface ConvertJobOptions extends JobOptions {
  /** Run folder, name of a shipped model, or a file of Keras, ONNX or TensorFlow.js. */
  readonly model: string;
  /** The file to write; its ending says the format: .keras, .h5, .weights.h5, .onnx, or .json of TensorFlow.js. */
  readonly out: string;
  /** Of an .onnx; default "float32". "float16" is of the weights alone. */
  readonly precision?: Precision;
  /** Images of the training set, which "int8" needs. */
  readonly calibrate?: string | undefined;
  /** At most so many of them; default 200. */
  readonly images?: number;
  /** Whether an .onnx is of the layers alone: floats [batch, height, width, channels] as they expect them. */
  readonly plain?: boolean;
  /** What is said of another program's model. */
  readonly foreign?: ForeignOptions | undefined;
  /** Write over files that are there. */
  readonly replace?: boolean;
}

/** What {@link convertJob} gives. */
export interface ConvertJobResult {
  /** The model that was given. */
  readonly in: string;
  /** What it is: a run, or a file of which program. */
  readonly kind: string;
  readonly out: string;
  /** The file of class names beside it, if its format has no place for them. */
  readonly labels: string | undefined;
  /** Name of the format that was written. */
  readonly format: string;
  readonly classes: readonly string[];
  /** Where their names come from, if another program wrote the model. */
  readonly classesFrom: string | undefined;
  /** What another program's outputs were found, or said, to be. */
  readonly outputs: OutputKind | undefined;
  /** What was passed over, added or assumed, in words. */
  readonly notes: readonly string[];
  /** What makes one doubt how its pixels are scaled. */
  readonly warnings: readonly string[];
  /** What running the written file showed. */
  readonly checked: Checked;
  /** What whole numbers lost; undefined for other precisions, or if no image was left to ask about. */
  readonly loss: Int8Loss | undefined;
}

/** A format that is written. */
interface Format {
  readonly ending: RegExp;
  readonly name: string;
  /** How a model of other formats than ONNX is written, and what the file then gives. */
  readonly layers?: {
    write(model: Model, out: string): Promise<void>;
    ask(out: string, known: Asked, model: Model): Promise<Answers>;
  };
}

// The first whose ending fits.
const FORMATS: readonly Format[] = [
  {
    ending: /\.weights\.h5$/i,
    name: "Keras 3 weights",
    layers: { write: writeWeightsH5, ask: (out, known, model) => askWeights(model, out, known) },
  },
  { ending: /\.(h5|hdf5)$/i, name: "Keras HDF5", layers: { write: writeKerasH5, ask: askStored } },
  { ending: /\.keras$/i, name: "Keras 3", layers: { write: writeKeras, ask: askStored } },
  { ending: /\.json$/i, name: "TensorFlow.js layers model", layers: { write: writeTensorflowJs, ask: askStored } },
  { ending: /\.onnx$/i, name: "ONNX" },
];

/** How far what is written may be from its source: rounding, and the loss of half precision. */
const TOLERANCE = { float32: 1e-4, float16: 0.1 };

interface Job extends ConvertJobOptions {
  /** Whether class names are written beside it. */
  readonly hasLabels: boolean;
  readonly tell: JobTeller;
}

interface Written {
  readonly checked: Checked;
  readonly loss?: Int8Loss | undefined;
}

/**
 * Turns a model into another format. What is written is loaded and run on probe pictures before it takes its name.
 *
 * @throws ERR_USAGE if the ending names no format, or "int8" fits it not or lacks images; ERR_OUTPUT if a file is there already;
 * ERR_FORMAT if the model can't be read, or what was written gives other numbers; ERR_DATA, ERR_IMAGE, ERR_ABORTED.
 *
 * @example
 * const { checked } = await convertJob({ model: "runs/cnn", out: "web/model.json" });
 * console.log(checked.difference); // the largest from its source, as a share
 */
export function convertJob(options: ConvertJobOptions): Promise<ConvertJobResult> {
  return runJob(options, [options.calibrate], (tell) => convert(options, tell));
}

async function convert(options: ConvertJobOptions, tell: JobTeller): Promise<ConvertJobResult> {
  const { model: source, out, precision, plain, replace } = options;
  const format = FORMATS.find(({ ending }) => ending.test(out));
  if (format === undefined)
    throw new LeukogramError("ERR_USAGE", `convert: ${out} has no known model extension`, {
      hint: "Use .keras, .h5, .weights.h5, .onnx or .json.",
    });
  if (precision === "int8" && (format.name !== "ONNX" || plain))
    throw new LeukogramError("ERR_USAGE", "convert: int8 needs .onnx output with preprocessing", {
      hint: "Use the extension .onnx for OUT, and remove --plain.",
    });
  if (existsSync(out) && !replace)
    throw new LeukogramError("ERR_OUTPUT", `${out}: already exists`, { hint: "Choose another file, or add --yes." });
  const given = await openGiven(source, options.foreign);
  const labels = labelsToWrite(given, format, out);
  if (labels !== undefined && existsSync(labels) && !replace)
    throw new LeukogramError("ERR_OUTPUT", `${labels}: already exists, and the class names must be written there`, {
      hint: "Choose another file, or add --yes.",
    });
  for (const note of [...given.notes, ...given.warnings, ...storedNotes(given, format)]) tell.warn(note);
  const job = { ...options, hasLabels: labels !== undefined, tell };
  const { loss, checked } = await (format.layers ? writeLayers(given, format.layers, job) : writeOnnx(given, job));
  const { classesFrom, outputs } = given.foreign ?? {};
  const { kind, classes, notes, warnings } = given;
  const found = { kind, out, labels, format: format.name, classes, classesFrom, outputs, notes, warnings };
  return { in: source, ...found, checked, loss };
}

// The model as its layers are stored.
const storedOf = ({ foreign, model }: GivenModel) => (foreign ? storedModel(foreign) : model);

function storedNotes({ foreign }: GivenModel, { layers, name }: Format): readonly string[] {
  if (layers === undefined || foreign === undefined || withoutShareOfSum(foreign.layers) === foreign.layers) return [];
  return [`${name} has no layer that divides by a sum: outputs are not normalised; divide them by their sum yourself`];
}

// Where names that nobody would assume are to stand; undefined if they need no file.
function labelsToWrite({ classes, foreign }: GivenModel, format: Format, out: string): string | undefined {
  const isAssumed = foreign?.classesFrom === ASSUMED || classes.join() === CELL_TYPES.join();
  return format.layers === undefined || isAssumed ? undefined : labelsFileOf(out);
}

async function writeLayers(
  given: GivenModel,
  layers: NonNullable<Format["layers"]>,
  { out, hasLabels }: Job,
): Promise<Written> {
  const model = storedOf(given);
  const known = knownAnswers(given, false);
  const { rows, graph } = given.foreign ?? {};
  const asked = known && rows && graph !== undefined ? { graph, answers: rows } : await askLayers(model);
  const write = async (path: string) => {
    await layers.write(model, path);
    if (hasLabels) await writeFileWhole(labelsFileOf(path), `${given.classes.join("\n")}\n`);
  };
  const ask = (path: string) => layers.ask(path, asked, model);
  return {
    checked: await writeChecked(out, { write, ask, source: known ?? asked.answers, tolerance: TOLERANCE.float32 }),
  };
}

// What another program's model gave when it was opened; undefined if its pixels are scaled before it, its channels made of others,
// or its outputs not finite.
function knownAnswers({ foreign, model }: GivenModel, isWhole = true): Answers | undefined {
  if (foreign === undefined) return undefined;
  const { preprocessing, layers, rows, outputs } = foreign;
  const isSame = preprocessing === "0..255" && `${layers.input.shape}` === `${model.input.shape}`;
  if (!isSame || !rows.every((row) => row.every(Number.isFinite))) return undefined;
  return rows.map((row) => probabilitiesOfRow(row, outputs, isWhole));
}

async function writeOnnx(given: GivenModel, job: Job): Promise<Written> {
  const { model: word, out, precision = "float32", plain = false } = job;
  const { shape } = given.model.input;
  const ask = (path: string) => askOnnxFile(path, shape);
  if (precision === "int8") {
    let loss: Int8Loss | undefined;
    const write = async (path: string) => {
      loss = await toInt8(given, { ...job, out: path });
    };
    return { checked: await writeChecked(out, { write, ask, tolerance: 0 }), loss };
  }
  const bytes = plain ? plainBytes(given) : given.foreign ? foreignBytes(given, given.foreign) : await ownBytes(word);
  const write = (path: string) => writeFileWhole(path, precision === "float16" ? halfWeights(bytes) : bytes);
  const tolerance = TOLERANCE[precision];
  if (plain) {
    const layers = given.foreign?.layers ?? given.model;
    const floats = probeFloats(layers.input.shape);
    const askPlain = async (path: string) => askOnnx(await readFile(path), floats);
    return {
      checked: await writeChecked(out, { write, ask: askPlain, source: (await askLayers(layers)).answers, tolerance }),
    };
  }
  const known = knownAnswers(given);
  const source =
    known ?? (given.foreign ? (await askLayers(given.model)).answers : await askOnnx(bytes, probeBytes(shape)));
  return { checked: await writeChecked(out, { write, ask, source, tolerance }) };
}

async function toInt8(given: GivenModel, { model: word, out, calibrate, images = 200, signal, tell, ...job }: Job) {
  const { model, foreign } = given;
  const metadata = foreign ? foreignMetadata(foreign) : readMetadata(await readFile(findChangeableFiles(word).onnx));
  const jpegDct = job.foreign?.jpegDct ?? "accurate";
  const views = given.isOurs ? given.views : undefined;
  const onProgress = (done: number, total: number) => tell.stage("Calibrating on images", done, total);
  return writeInt8(given, model, out, { calibrate, images, metadata, views, jpegDct, signal, onProgress });
}

// Ours has its preprocessing and what it knows of itself already.
const ownBytes = (source: string): Promise<Uint8Array> => readFile(findChangeableFiles(source).onnx);

function foreignBytes({ model }: GivenModel, foreign: ForeignModel): Uint8Array {
  return compile(exportGraph(model), { name: model.name, metadata: foreignMetadata(foreign), version: VERSION });
}

function plainBytes({ model, foreign }: GivenModel): Uint8Array {
  return compile(plainGraph(foreign?.layers ?? model), { name: model.name, metadata: {}, version: VERSION });
}
