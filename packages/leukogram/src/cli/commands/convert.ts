import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { labelsFileOf } from "@leukogram/engine/formats/classNames";
import { writeKeras } from "@leukogram/engine/formats/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/kerasWriters";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import { withoutShareOfSum } from "@leukogram/engine/models/outputs";
import { exportGraph, plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { CELL_TYPES } from "../../cells/classes.ts";
import { ASSUMED, type ForeignModel, foreignMetadata, storedModel } from "../../evaluation/foreignModel.ts";
import { percent } from "../../report/format.ts";
import { findChangeableFiles } from "../../shipped/shippedModels.ts";
import { VERSION } from "../../version.ts";
import {
  type Answers,
  askLayers,
  askOnnx,
  askOnnxFile,
  askStored,
  askWeights,
  type Checked,
  probeBytes,
  probeFloats,
  writeChecked,
} from "../checkedFile.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, type GivenModel, MODEL_WORDS, type ModelFlags, openGiven } from "../foreignModel.ts";
import { oneOf, print, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { type Int8Loss, writeInt8 } from "../writeInt8.ts";

const PRECISIONS = ["float32", "float16", "int8"] as const;

/** Flags of `convert`. */
interface Flags extends ModelFlags {
  readonly precision: (typeof PRECISIONS)[number];
  readonly calibrate?: string;
  readonly images: number;
  readonly plain?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A format that is written. */
interface Format {
  readonly ending: RegExp;
  readonly name: string;
  /** How a model of other formats than ONNX is written, and what the file then gives. */
  readonly layers?: {
    write(model: Model, out: string): Promise<void>;
    ask(out: string, model: Model): Promise<Answers>;
  };
}

// The first whose ending fits.
const FORMATS: readonly Format[] = [
  {
    ending: /\.weights\.h5$/i,
    name: "Keras 3 weights",
    layers: { write: writeWeightsH5, ask: (out, model) => askWeights(model, out) },
  },
  { ending: /\.(h5|hdf5)$/i, name: "Keras HDF5", layers: { write: writeKerasH5, ask: askStored } },
  { ending: /\.keras$/i, name: "Keras 3", layers: { write: writeKeras, ask: askStored } },
  { ending: /\.json$/i, name: "TensorFlow.js layers model", layers: { write: writeTensorflowJs, ask: askStored } },
  { ending: /\.onnx$/i, name: "ONNX" },
];

/** How far what is written may be from its source: rounding, and the loss of half precision. */
const TOLERANCE = { float32: 1e-4, float16: 0.1 };

const convert: CommandModule = {
  define(command) {
    command
      .description(
        "Convert a model to another format, chosen by the extension of OUT: .keras, .h5, .weights.h5, .onnx, or .json for TensorFlow.js.",
      )
      .argument("<in>", MODEL_WORDS)
      .argument("<out>", "file to write")
      .option(
        "--precision <type>",
        "for .onnx: float32, float16 (weights only), int8",
        oneOf("precision", PRECISIONS),
        "float32",
      )
      .option("--calibrate <dir>", "images from the training set; required for int8")
      .option("--images <number>", "maximum number of images", wholeNumber, 200)
      .option(
        "--plain",
        "for .onnx: write the layers without preprocessing; input is floats [batch, height, width, channels], scaled as the layers expect",
      )
      .option("--yes", "overwrite an existing file");
    addModelFlags(command);
  },
  examples: [
    "leukogram convert model.h5 model.keras",
    "leukogram convert cnn_3.h5 cnn_3.onnx --preprocessing 0..1 --jpeg-dct fast",
    "leukogram convert runs/cnn web/model.json",
    "leukogram convert mobilenetv2-anylab small.onnx --precision float16",
    "leukogram convert mobilenetv2-anylab small8.onnx --precision int8 --calibrate cells/Train",
    "leukogram convert resnet.onnx resnet.keras --preprocessing torch",
  ],
  async execute({ args: [word, target], options, signal }) {
    const flags = options as unknown as Flags;
    const [source, out] = [String(word), String(target)];
    const format = FORMATS.find(({ ending }) => ending.test(out));
    if (format === undefined)
      throw new LeukogramError("ERR_USAGE", `convert: ${out} has no known model extension`, {
        hint: "Use .keras, .h5, .weights.h5, .onnx or .json.",
      });
    if (flags.precision === "int8" && (format.name !== "ONNX" || flags.plain))
      throw new LeukogramError("ERR_USAGE", "convert: int8 needs .onnx output with preprocessing", {
        hint: "Use the extension .onnx for OUT, and remove --plain.",
      });
    if (existsSync(out) && !flags.yes)
      throw new LeukogramError("ERR_OUTPUT", `${out}: already exists`, { hint: "Choose another file, or add --yes." });
    const given = await openGiven(source, flags);
    const labels = labelsToWrite(given, format, out);
    if (labels !== undefined && existsSync(labels) && !flags.yes)
      throw new LeukogramError("ERR_OUTPUT", `${labels}: already exists, and the class names must be written there`, {
        hint: "Choose another file, or add --yes.",
      });
    const progress = new Progress(Boolean(flags.quiet));
    for (const note of [...given.notes, ...given.warnings, ...storedNotes(given, format)])
      progress.warn(`Note: ${note}`);
    const job = { source, out, hasLabels: labels !== undefined, flags, signal, progress };
    const { loss, checked } = await (format.layers ? writeLayers(given, format.layers, job) : writeOnnx(given, job));
    const { classesFrom, outputs } = given.foreign ?? {};
    const { kind, classes, notes, warnings } = given;
    print(
      Boolean(flags.json),
      {
        in: source,
        kind,
        out,
        ...(labels && { labels }),
        format: format.name,
        classes,
        classesFrom,
        outputs,
        notes,
        warnings,
        checked,
        loss,
      },
      () =>
        [
          `${format.name}: ${out}`,
          ...(labels ? [`Class names: ${labels}, because ${format.name} can't store them`] : []),
          ...(given.foreign ? [`Outputs: ${outputs}; classes: ${classes.join(", ")} (${classesFrom})`] : []),
          checkedLine(checked),
          ...(loss ? [lossLine(loss)] : []),
        ].join("\n"),
    );
  },
};

interface Job {
  readonly source: string;
  readonly out: string;
  /** Whether class names are written beside it. */
  readonly hasLabels: boolean;
  readonly flags: Flags;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

interface Written {
  readonly checked: Checked;
  readonly loss?: Int8Loss | undefined;
}

function checkedLine({ pictures, difference }: Checked): string {
  const found =
    difference === undefined ? "" : `; largest difference from the original model: ${difference.toPrecision(1)}`;
  return `Checked: loaded and run on ${pictures} test images${found}`;
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
  const source = await askLayers(model);
  const write = async (path: string) => {
    await layers.write(model, path);
    if (hasLabels) await writeFileWhole(labelsFileOf(path), `${given.classes.join("\n")}\n`);
  };
  const ask = (path: string) => layers.ask(path, model);
  return { checked: await writeChecked(out, { write, ask, source, tolerance: TOLERANCE.float32 }) };
}

async function writeOnnx(given: GivenModel, job: Job): Promise<Written> {
  const { source: word, out, flags } = job;
  const { precision, plain } = flags;
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
    return { checked: await writeChecked(out, { write, ask: askPlain, source: await askLayers(layers), tolerance }) };
  }
  const source = given.foreign ? await askLayers(given.model) : await askOnnx(bytes, probeBytes(shape));
  return { checked: await writeChecked(out, { write, ask, source, tolerance }) };
}

async function toInt8(given: GivenModel, { source, out, flags, signal, progress }: Job) {
  const { model, foreign } = given;
  const metadata = foreign ? foreignMetadata(foreign) : readMetadata(await readFile(findChangeableFiles(source).onnx));
  const { calibrate, images, jpegDct = "accurate" } = flags;
  const views = given.isOurs ? given.views : undefined;
  const onProgress = (done: number, total: number) => progress.stage("Calibrating on images", done, total);
  return writeInt8(given, model, out, { calibrate, images, metadata, views, jpegDct, signal, onProgress });
}

const lossLine = ({ count, float32, int8, agreement }: Int8Loss) =>
  `Accuracy on ${count} images not used for calibration: ${percent(float32)} in float32, ${percent(int8)} in int8; the same class for ${percent(agreement)}`;

// Ours has its preprocessing and what it knows of itself already.
const ownBytes = (source: string): Promise<Uint8Array> => readFile(findChangeableFiles(source).onnx);

function foreignBytes({ model }: GivenModel, foreign: ForeignModel): Uint8Array {
  return compile(exportGraph(model), { name: model.name, metadata: foreignMetadata(foreign), version: VERSION });
}

function plainBytes({ model, foreign }: GivenModel): Uint8Array {
  return compile(plainGraph(foreign?.layers ?? model), { name: model.name, metadata: {}, version: VERSION });
}

export default convert;
