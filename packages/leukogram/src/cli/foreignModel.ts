// Models as every command takes them: flags say what another program's file does not.
import { OUTPUTS, type OutputKind } from "@leukogram/engine/models/outputs";
import { PREPROCESSINGS, type Preprocessing } from "@leukogram/engine/models/preprocessing";
import type { Command } from "commander";
import { JPEG_DCTS, type JpegDct } from "../data/pictures/jpegDct.ts";
import type { ForeignOptions } from "../evaluation/foreign/foreignModel.ts";
import { oneOf, wholeNumber } from "./options.ts";

/** Endings of files that are models and no images. */
export const MODEL_ENDINGS = /\.(onnx|keras|h5|hdf5|json)$/i;

/** What a MODEL may be, for help texts. */
export const MODEL_WORDS =
  "run folder, name of a built-in model, or file: .onnx, Keras .keras or .h5, TensorFlow.js model.json or its folder";

/** Flags of a model that Leukogram did not write. */
export interface ModelFlags {
  readonly preprocessing?: Preprocessing;
  readonly jpegDct?: JpegDct;
  readonly classes?: string;
  readonly outputs?: OutputKind;
  readonly imageSize?: number;
  readonly output?: string;
}

/** `--preprocessing`, `--jpeg-dct`, `--classes`, `--outputs`, `--image-size` and `--output`: what a file of another program does not say. */
export function addModelFlags(command: Command): void {
  command
    .option(
      "--preprocessing <way>",
      `for a model from another program, its pixel scaling: ${PREPROCESSINGS.join(", ")} (default: 0..255)`,
      oneOf("preprocessing", PREPROCESSINGS),
    )
    .option(
      "--jpeg-dct <way>",
      "for a model from another program, its JPEG decoder: accurate, fast (TensorFlow) (default: accurate)",
      oneOf("JPEG decoder", JPEG_DCTS),
    )
    .option(
      "--classes <names>",
      "classes in the order of the model's outputs: A,B,C (default: from the model, or from labels.txt next to it; else the five cell types)",
    )
    .option(
      "--outputs <kind>",
      `what the model outputs: ${OUTPUTS.join(", ")} (default: detected with test images)`,
      oneOf("kind of outputs", OUTPUTS),
    )
    .option("--image-size <pixels>", "input height and width, if the file does not fix them", wholeNumber)
    .option("--output <name>", "which output of a Keras model with several is the class");
}

/** What the flags of {@link addModelFlags} say. */
export function foreignOf({ classes, ...flags }: ModelFlags): ForeignOptions {
  const { preprocessing, jpegDct, outputs, imageSize, output } = flags;
  const names = classes?.split(",").map((name) => name.trim());
  return { preprocessing, jpegDct, classes: names, outputs, imageSize, output };
}
