import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LeukogramError } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
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
import type { CommandModule } from "../command.ts";
import { classesOf, type GivenModel, openGiven, preprocessing } from "../foreignModel.ts";
import { print, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";

/** Flags of `convert`. */
interface Flags {
  readonly preprocessing: Preprocessing;
  readonly classes?: string;
  readonly imageSize?: number;
  readonly precision: "float32" | "float16";
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
        preprocessing,
        "0..255",
      )
      .option("--classes <names>", "classes in the order of the outputs: A,B,C (default: the five cell types)")
      .option("--image-size <pixels>", "height and width, where an .onnx file leaves them open", wholeNumber)
      .option("--precision <type>", "of weights in .onnx: float32, float16", precision, "float32")
      .option("--plain", "an .onnx of the layers alone: floats [batch, height, width, channels] as they expect them")
      .option("--yes", "write over a file that is there");
  },
  examples: [
    "leukogram convert model.h5 model.keras",
    "leukogram convert cnn_3.h5 cnn_3.onnx --preprocessing 0..1",
    "leukogram convert runs/cnn web/model.json",
    "leukogram convert mobilenetv2-anylab small.onnx --precision float16",
    "leukogram convert resnet.onnx resnet.keras --preprocessing torch",
  ],
  async execute({ args: [word, target], options }) {
    const flags = options as unknown as Flags;
    const [source, out] = [String(word), String(target)];
    const format = FORMATS.find(({ ending }) => ending.test(out));
    if (format === undefined)
      throw new LeukogramError("ERR_USAGE", `convert: ${out} has no ending that names a format`, {
        hint: "Use .keras, .h5, .weights.h5, .onnx or .json.",
      });
    if (existsSync(out) && !flags.yes)
      throw new LeukogramError("ERR_OUTPUT", `${out}: exists already`, { hint: "Name a new file, or add --yes." });
    const given = await openGiven(source, flags.imageSize);
    const progress = new Progress(Boolean(flags.quiet));
    const smells = given.isOurs ? [] : preprocessingSmells(withPreprocessing(given.model, flags.preprocessing));
    for (const note of [...given.notes, ...(flags.preprocessing === "0..255" ? smells : [])])
      progress.line(`Note: ${note}`);
    if (given.isOurs && format.name === "ONNX" && !flags.plain) await copyOnnx(source, out, flags);
    else await format.write(given, out, flags);
    print(
      Boolean(flags.json),
      { in: source, kind: given.kind, out, format: format.name, notes: given.notes },
      () => `${format.name}: ${out}`,
    );
  },
};

// Ours has its preprocessing and what it knows of itself already.
async function copyOnnx(source: string, out: string, { precision: wanted }: Flags): Promise<void> {
  const { onnx } = findChangeableFiles(source);
  const bytes = await readFile(onnx);
  await writeFileWhole(out, wanted === "float16" ? halfWeights(bytes) : bytes);
}

async function writeOnnx(given: GivenModel, out: string, flags: Flags): Promise<void> {
  const classes = classesOf(given, flags.classes);
  const model = withPreprocessing(given.model, flags.preprocessing);
  const [height, width] = model.input.shape;
  const metadata = {
    classes: JSON.stringify(classes),
    imageSize: JSON.stringify([height, width]),
    model: model.name,
    parameters: String(model.parameters),
    notice: "Research use only; not a medical device.",
  };
  const graph = flags.plain ? plainGraph(given.model) : exportGraph(model);
  const bytes = compile(graph, { name: model.name, metadata: flags.plain ? {} : metadata, version: VERSION });
  await writeFileWhole(out, flags.precision === "float16" ? halfWeights(bytes) : bytes);
}

function precision(text: string): Flags["precision"] {
  if (text === "float32" || text === "float16") return text;
  throw new LeukogramError("ERR_USAGE", `precision "${text}" is not known`, { hint: "Use float32 or float16." });
}

export default convert;
