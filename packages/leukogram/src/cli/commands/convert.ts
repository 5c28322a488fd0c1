import { type ConvertJobResult, convertJob, PRECISIONS, type Precision } from "../../jobs/convertJob.ts";
import type { Checked } from "../../jobs/models/checkedFile.ts";
import type { Int8Loss } from "../../jobs/models/writeInt8.ts";
import { percent } from "../../report/text/format.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { oneOf, print, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";

/** Flags of `convert`. */
interface Flags extends ModelFlags {
  readonly precision: Precision;
  readonly calibrate?: string;
  readonly images: number;
  readonly plain?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

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
    const { precision, calibrate, images, plain, yes, json, quiet, ...flags } = options as unknown as Flags;
    const { labels, ...converted } = await convertJob({
      ...{ model: String(word), out: String(target), precision, calibrate, images, signal },
      foreign: foreignOf(flags),
      plain: Boolean(plain),
      replace: Boolean(yes),
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { in: given, kind, out, ...rest } = converted;
    print(Boolean(json), { in: given, kind, out, ...(labels && { labels }), ...rest }, () =>
      lines({ labels, ...converted }).join("\n"),
    );
  },
};

function lines({ format, out, labels, outputs, classes, classesFrom, checked, loss }: ConvertJobResult): string[] {
  return [
    `${format}: ${out}`,
    ...(labels ? [`Class names: ${labels}, as ${format} has no place for them`] : []),
    ...(outputs ? [`Outputs: ${outputs}; classes: ${classes.join(", ")} (${classesFrom})`] : []),
    checkedLine(checked),
    ...(loss ? [lossLine(loss)] : []),
  ];
}

function checkedLine({ pictures, difference }: Checked): string {
  const found =
    difference === undefined ? "" : `; largest difference from the original model: ${difference.toPrecision(1)}`;
  return `Checked: loaded and run on ${pictures} test images${found}`;
}

const lossLine = ({ count, float32, int8, agreement }: Int8Loss) =>
  `Accuracy on ${count} images not used for calibration: ${percent(float32)} in float32, ${percent(int8)} in int8; the same class for ${percent(agreement)}`;

export default convert;
