import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
import { JPEG_DCTS, type JpegDct } from "../../data/jpegDct.ts";
import { writeKeras } from "../../formats/kerasV3.ts";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "../../formats/kerasWriters.ts";
import { findChangeableFiles } from "../../formats/shippedModels.ts";
import { writeFileWhole } from "../../formats/writeFile.ts";
import { compile } from "../../graph/compile.ts";
import { halfWeights } from "../../graph/onnx/halfWeights.ts";
import {
  PREPROCESSINGS,
  type Preprocessing,
  preprocessingSmells,
  withPreprocessing,
} from "../../models/preprocessing.ts";
import { exportGraph, plainGraph } from "../../nn/exportGraph.ts";
import type { Model } from "../../nn/model.ts";
import { percent } from "../../report/format.ts";
import { readMetadata } from "../../runtime/metadata.ts";
import type { CommandModule } from "../command.ts";
import { classesOf, type GivenModel, openGiven } from "../foreignModel.ts";
import { oneOf, print, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { type Int8Loss, writeInt8 } from "../writeInt8.ts";

const PRECISIONS = ["float32", "float16", "int8"] as const;

/** Flags of `convert`. */
interface Flags {
  readonly preprocessing: Preprocessing;
  readonly jpegDct: JpegDct;
  readonly classes?: string;
  readonly imageSize?: number;
  readonly output?: string;
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
  write(given: GivenModel, out: string, flags: Flags): Promise<void>;
}

const layersOnly =
  (write: (model: Model, out: string) => Promise<void>) => (given: GivenModel, out: string, flags: Flags) =>
    write(withPreprocessing(given.model, flags.preprocessing), out);

// The first whose ending fits.
const FORMATS: readonly Format[] = [
  { ending: /\.weights\.h5$/i, name: "weights of Keras 3", write: layersOnly(writeWeightsH5) },
  { ending: /\.(h5|hdf5)$/i, name: "Keras HDF5", write: layersOnly(writeKerasH5) },
  { ending: /\.keras$/i, name: "Keras 3", write: layersOnly(writeKeras) },
  { ending: /\.json$/i, name: "TensorFlow.js layers model", write: layersOnly(writeTensorflowJs) },
  { ending: /\.onnx$/i, name: "ONNX", write: writeOnnx },
];

const convert: CommandModule = {
  define(command) {
    command
      .description(
        "Turn a model into another format; which one the name of OUT says: .keras, .h5, .weights.h5, .onnx, or .json for TensorFlow.js.",
      )
      .argument(
        "<in>",
        "Keras .keras or .h5, .onnx, model.json of TensorFlow.js or its folder, run folder, or name of a shipped model",
      )
      .argument("<out>", "the file to write")
      .option(
        "--preprocessing <way>",
        `how pixels were scaled before IN saw them: ${PREPROCESSINGS.join(", ")}`,
        oneOf("preprocessing", PREPROCESSINGS),
        "0..255",
      )
      .option(
        "--jpeg-dct <way>",
        "how JPEG files became the pixels that IN saw: accurate, fast (TensorFlow); an .onnx keeps it",
        oneOf("JPEG transform", JPEG_DCTS),
        "accurate",
      )
      .option("--classes <names>", "classes in the order of the outputs: A,B,C (default: the five cell types)")
      .option("--image-size <pixels>", "height and width, where the file leaves them open", wholeNumber)
      .option("--output <name>", "which of several outputs of a Keras model is the class")
      .option(
        "--precision <type>",
        "of an .onnx: float32, float16 (weights alone), int8",
        oneOf("precision", PRECISIONS),
        "float32",
      )
      .option("--calibrate <dir>", "images of the training set, which int8 needs")
      .option("--images <number>", "at most so many of them", wholeNumber, 200)
      .option("--plain", "an .onnx of the layers alone: floats [batch, height, width, channels] as they expect them")
      .option("--yes", "write over a file that is there");
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
      throw new LeukogramError("ERR_USAGE", `convert: ${out} has no ending that names a format`, {
        hint: "Use .keras, .h5, .weights.h5, .onnx or .json.",
      });
    if (flags.precision === "int8" && (format.name !== "ONNX" || flags.plain))
      throw new LeukogramError("ERR_USAGE", "convert: int8 is for .onnx with its preprocessing", {
        hint: "Name OUT .onnx, and leave --plain out.",
      });
    if (existsSync(out) && !flags.yes)
      throw new LeukogramError("ERR_OUTPUT", `${out}: exists already`, { hint: "Name a new file, or add --yes." });
    const given = await openGiven(source, flags);
    const progress = new Progress(Boolean(flags.quiet));
    const smells = given.isOurs ? [] : preprocessingSmells(withPreprocessing(given.model, flags.preprocessing));
    for (const note of [...given.notes, ...(flags.preprocessing === "0..255" ? smells : [])])
      progress.line(`Note: ${note}`);
    const loss = flags.precision === "int8" ? await toInt8(given, { source, out, flags, signal, progress }) : undefined;
    if (flags.precision !== "int8" && given.isOurs && format.name === "ONNX" && !flags.plain)
      await copyOnnx(source, out, flags);
    else if (flags.precision !== "int8") await format.write(given, out, flags);
    print(
      Boolean(flags.json),
      { in: source, kind: given.kind, out, format: format.name, notes: given.notes, loss },
      () => [`${format.name}: ${out}`, ...(loss ? [lossLine(loss)] : [])].join("\n"),
    );
  },
};

interface ToInt8 {
  readonly source: string;
  readonly out: string;
  readonly flags: Flags;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

async function toInt8(given: GivenModel, { source, out, flags, signal, progress }: ToInt8) {
  const model = given.isOurs ? given.model : withPreprocessing(given.model, flags.preprocessing);
  const metadata = given.isOurs
    ? readMetadata(await readFile(findChangeableFiles(source).onnx))
    : metadataOf(model, classesOf(given, flags.classes), flags.jpegDct);
  const { calibrate, images, jpegDct } = flags;
  const views = given.isOurs ? given.views : undefined;
  const onProgress = (done: number, total: number) => progress.stage("Calibrating on images", done, total);
  return writeInt8(given, model, out, { calibrate, images, metadata, views, jpegDct, signal, onProgress });
}

const lossLine = ({ count, float32, int8, agreement }: Int8Loss) =>
  `Right of ${count} images that it was not calibrated on: ${percent(float32)} in float32, ${percent(int8)} in int8; the same class for ${percent(agreement)}`;

// Ours has its preprocessing and what it knows of itself already.
async function copyOnnx(source: string, out: string, { precision: wanted }: Flags): Promise<void> {
  const { onnx } = findChangeableFiles(source);
  const bytes = await readFile(onnx);
  await writeFileWhole(out, wanted === "float16" ? halfWeights(bytes) : bytes);
}

async function writeOnnx(given: GivenModel, out: string, flags: Flags): Promise<void> {
  const classes = classesOf(given, flags.classes);
  const model = withPreprocessing(given.model, flags.preprocessing);
  const metadata = metadataOf(model, classes, flags.jpegDct);
  const graph = flags.plain ? plainGraph(given.model) : exportGraph(model);
  const bytes = compile(graph, { name: model.name, metadata: flags.plain ? {} : metadata, version: VERSION });
  await writeFileWhole(out, flags.precision === "float16" ? halfWeights(bytes) : bytes);
}

function metadataOf(model: Model, classes: readonly string[], dct: JpegDct): Record<string, string> {
  const [height, width] = model.input.shape;
  return {
    classes: JSON.stringify(classes),
    imageSize: JSON.stringify([height, width]),
    model: model.name,
    parameters: String(model.parameters),
    jpegDct: dct,
    notice: "Research use only; not a medical device.",
  };
}

export default convert;
