// A model of any kind, opened as layers: our own runs, and files of other programs.
import { existsSync, statSync } from "node:fs";
import type { Model } from "@leukogram/engine/nn/model";
import { openRun } from "../../adaptation/openRun.ts";
import type { CellNormalizationOptions } from "../../cells/cellNormalization.ts";
import type { Scale } from "../../data/scale/scale.ts";
import {
  type ForeignModel,
  type ForeignOptions,
  isForeign,
  openForeign,
  pixelModel,
  requireNothingSaid,
} from "../../evaluation/foreign/foreignModel.ts";
import { isShippedName } from "../../shipped/shippedModels.ts";
import type { HomeFacts } from "../../training/homeFacts.ts";

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
 * @throws ERR_FORMAT, ERR_WEIGHTS; ERR_CONFIG if it takes no pictures; ERR_USAGE as `openForeign`, and if something is said
 * of a model that says it itself.
 */
export async function openGiven(word: string, options: ForeignOptions = {}): Promise<GivenModel> {
  const isOurs = existsSync(word) && !isForeign(word);
  if (isOurs || isShippedName(word)) requireNothingSaid(word, options);
  if ((isOurs && statSync(word).isDirectory()) || isShippedName(word)) {
    const { model, classes, cells, recipe, scale, home } = await openRun(word);
    const { cropRedCells, views, viewStain: stain } = recipe;
    const notes = notesOn({ cells, cropRedCells });
    const kind = "run of Leukogram";
    const seen = { cells, views, stain, cropRedCells, scale, home };
    return { model, classes, notes, warnings: [], kind, isOurs: true, ...seen };
  }
  const foreign = await openForeign(word, options);
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
