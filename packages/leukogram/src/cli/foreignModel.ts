// Models as every command takes them: another program's files, of which flags say what they don't, and our own runs.
import { existsSync, statSync } from "node:fs";
import { OUTPUTS, type OutputKind } from "@leukogram/engine/models/outputs";
import { PREPROCESSINGS, type Preprocessing } from "@leukogram/engine/models/preprocessing";
import type { Model } from "@leukogram/engine/nn/model";
import type { Command } from "commander";
import { openRun } from "../adaptation/openRun.ts";
import type { CellNormalizationOptions } from "../cells/cellNormalization.ts";
import { JPEG_DCTS, type JpegDct } from "../data/jpegDct.ts";
import type { Scale } from "../data/scale.ts";
import type { Classifier } from "../evaluation/classifier.ts";
import {
  type ForeignModel,
  type ForeignOptions,
  isForeign,
  openForeign,
  pixelModel,
  requireNothingSaid,
} from "../evaluation/foreignModel.ts";
import { isShippedName } from "../shipped/shippedModels.ts";
import type { HomeFacts } from "../training/homeFacts.ts";
import { oneOf, wholeNumber } from "./options.ts";
import type { Progress } from "./progress.ts";

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

/** Says what was assumed of a model, and what makes one doubt, under --quiet too. */
export function tellModel(progress: Progress, { notes = [] }: Pick<Classifier, "notes">): void {
  for (const note of notes) progress.warn(`Note: ${note}`);
}

/** The same for --json; nothing of a model that Leukogram trained. */
export function modelJson({ classesFrom, outputs, notes = [] }: Pick<Classifier, "classesFrom" | "outputs" | "notes">) {
  return classesFrom === undefined ? {} : { assumptions: { classesFrom, outputs, notes } };
}

/** A model that was opened, whoever wrote it. */
export interface GivenModel {
  /** From pictures 0 to 255 to probabilities. */
  readonly model: Model;
  readonly kind: string;
  /** In the order of its outputs. */
  readonly classes: readonly string[];
  readonly notes: readonly string[];
  /** What makes one doubt how its pixels are scaled. */
  readonly warnings: readonly string[];
  /** Set where another program wrote it. */
  readonly foreign?: ForeignModel | undefined;
  /** Whether it is a run of ours or shipped, and so has a model.onnx with its preprocessing. */
  readonly isOurs: boolean;
  /** Turned and mirrored views that a run of ours answers by; undefined if it says nothing of them. */
  readonly views?: number | undefined;
  /** The density of the stain at which it answers too, as `viewStain` of a recipe. */
  readonly stain?: number | undefined;
  /** How pictures are normalised before its first layer; undefined if they are not. */
  readonly cells: CellNormalizationOptions | undefined;
  /** Side of the crop that it takes, in widths of a red cell; undefined if it takes whole pictures. */
  readonly cropRedCells?: number | undefined;
  /** The scale that it carries. */
  readonly scale?: Scale | undefined;
  /** What it knows of its own laboratories; undefined if the file says nothing of them. */
  readonly home?: HomeFacts | undefined;
}

/**
 * Opens a run folder, a shipped model, or a file of Keras, ONNX or TensorFlow.js.
 *
 * @throws ERR_FORMAT, ERR_WEIGHTS; ERR_CONFIG if it takes no pictures; ERR_USAGE as `openForeign`, and if flags say something
 * of a model that says it itself.
 */
export async function openGiven(word: string, flags: ModelFlags): Promise<GivenModel> {
  const isOurs = existsSync(word) && !isForeign(word);
  if (isOurs || isShippedName(word)) requireNothingSaid(word, foreignOf(flags));
  if ((isOurs && statSync(word).isDirectory()) || isShippedName(word)) {
    const { model, classes, cells, recipe, scale, home } = await openRun(word);
    const { cropRedCells, views, viewStain: stain } = recipe;
    const notes = notesOn({ cells, cropRedCells });
    const kind = "run of Leukogram";
    const seen = { cells, views, stain, cropRedCells, scale, home };
    return { model, classes, notes, warnings: [], kind, isOurs: true, ...seen };
  }
  const foreign = await openForeign(word, foreignOf(flags));
  const { kind, classes, notes, warnings } = foreign;
  return { model: pixelModel(foreign), kind, classes, notes, warnings, foreign, isOurs: false, cells: undefined };
}

function notesOn({ cells, cropRedCells }: Pick<GivenModel, "cells" | "cropRedCells">): string[] {
  if (cells)
    return [
      "The model finds the cell and normalises its colours before its first layer; only .onnx includes these steps.",
    ];
  if (cropRedCells === undefined) return [];
  return [
    `The model expects crops around the nucleus, ${cropRedCells} red cells wide; the calling program must cut them. See docs/scale.md.`,
  ];
}
