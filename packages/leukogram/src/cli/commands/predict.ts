import { remarksSoFar } from "../../data/remarks.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Types } from "../../evaluation/rollUp.ts";
import type { LabelFreeWishes } from "../../jobs/cells/labelFreeWishes.ts";
import { type PredictedCell, predictJob } from "../../jobs/cells/predictJob.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_ENDINGS, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addLabelFreeFlags } from "../labelFreeFlags.ts";
import { modelAndPaths } from "../modelAndPaths.ts";
import { addSessionFlags, sessionOf } from "../options.ts";
import { addProfileFlag } from "../profileFlag.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";
import { addTypesFlag } from "../typesFlag.ts";

/** Flags of `predict`. */
interface Flags extends LabelFreeWishes, ScaleFlag, ModelFlags {
  readonly model?: string;
  readonly calibrated?: boolean;
  readonly types?: Types;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const predict: CommandModule = {
  define(command) {
    command
      .description("Predict the class of each image, with probabilities.")
      .argument(
        "<paths...>",
        `images, folders or zip files of images, or a manifest CSV, optionally preceded by MODEL (default: ${DEFAULT_MODEL})`,
      )
      .usage("[MODEL] <paths...> [options]")
      .option("--model <model>", MODEL_WORDS)
      .option(
        "--calibrated",
        "divide logits by the temperature fitted on the model's validation images; skipped for images that look different",
      )
      .option("--skip-bad", "skip unreadable images and report how many");
    addModelFlags(command);
    addTypesFlag(command, "all");
    addScaleFlag(command);
    addLabelFreeFlags(command);
    addSessionFlags(command);
    addProfileFlag(command);
  },
  examples: [
    "leukogram predict cell.jpg",
    "leukogram predict runs/cnn cell.jpg",
    "leukogram predict cnn-anylab cells/ --json > classes.jsonl",
    "leukogram predict runs/types cells/ --types five",
    "leukogram predict --model model.onnx cells/",
    "leukogram predict runs/cnn new-laboratory/ --tta --adapt-statistics",
    "leukogram predict mobilenetv2-anylab cell.jpg --scale 0.10um",
    "leukogram predict cnn-anylab cells/ --profile trace.json",
  ],
  async execute({ args: [words], options, signal }) {
    const flags = options as Flags;
    const { model: named, json, quiet, ...wishes } = flags;
    const { model, paths } = modelAndPaths(words as string[], { command: "predict", named, endings: MODEL_ENDINGS });
    const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
    const { assumptions, crops, skipped } = await predictJob({
      ...{ ...wishes, ...sessionOf(options), model, images: paths, foreign: foreignOf(flags), signal },
      onProgress: new Progress(Boolean(quiet)).hear,
      onCell: (cell) => (json ? print(cell) : process.stdout.write(`${lineOf(cell)}\n`)),
    });
    if (!json) return;
    if (assumptions !== undefined) print({ assumptions });
    if (skipped > 0) print({ skipped });
    if (crops !== undefined) print({ scale: scaleJson(crops) });
    const pictures = remarksSoFar();
    if (pictures !== undefined) print({ pictures });
  },
};

const lineOf = ({ file, class: name, probabilities }: PredictedCell) =>
  `${file}\t${name}\t${probabilities[name]!.toFixed(4)}`;

export default predict;
