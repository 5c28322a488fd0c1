// Models as convert and inspect take them: another program's files, and our own runs.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { openRun } from "../adaptation/openRun.ts";
import { CELL_TYPES } from "../core/classes.ts";
import { LeukogramError } from "../core/errors.ts";
import type { Scale } from "../data/scale.ts";
import { type ReadModelOptions, readModel } from "../formats/readModel.ts";
import { isShippedName } from "../formats/shippedModels.ts";
import type { CellNormalizationOptions } from "../nn/cellNormalization.ts";
import type { Model } from "../nn/model.ts";

/** A model that was opened, whoever wrote it. */
export interface GivenModel {
  readonly model: Model;
  readonly kind: string;
  /** In the order of its outputs; undefined where the file does not name them. */
  readonly classes: readonly string[] | undefined;
  readonly notes: readonly string[];
  /** Whether it is a run of ours or shipped, and so has a model.onnx with its preprocessing. */
  readonly isOurs: boolean;
  /** Turned and mirrored views that a run of ours answers by; undefined where it says nothing of them. */
  readonly views?: number | undefined;
  /** The density of the stain at which it answers too, as `viewStain` of a recipe. */
  readonly stain?: number | undefined;
  /** How pictures are normalised before its first layer; undefined where they are not. */
  readonly cells: CellNormalizationOptions | undefined;
  /** Side of the crop that it takes, in widths of a red cell; undefined where it takes whole pictures. */
  readonly cropRedCells?: number | undefined;
  /** The scale that it carries. */
  readonly scale?: Scale | undefined;
}

/**
 * Opens a run folder, a shipped model, or a file of Keras, ONNX or TensorFlow.js.
 *
 * @param options size of images and output, where the file leaves them open.
 * @throws ERR_FORMAT, ERR_WEIGHTS.
 */
export async function openGiven(word: string, options: ReadModelOptions = {}): Promise<GivenModel> {
  const isRun = existsSync(word) && statSync(word).isDirectory() && existsSync(join(word, "model.onnx"));
  if (isRun || isShippedName(word)) {
    const { model, classes, cells, recipe, scale } = await openRun(word);
    const { cropRedCells, views, viewStain: stain } = recipe;
    const notes = notesOn({ cells, cropRedCells });
    return { model, classes, notes, kind: "run of Leukogram", isOurs: true, cells, views, stain, cropRedCells, scale };
  }
  return { ...(await readModel(word, options)), isOurs: false, cells: undefined };
}

function notesOn({ cells, cropRedCells }: Pick<GivenModel, "cells" | "cropRedCells">): string[] {
  if (cells)
    return [
      "It finds the cell and normalises its colours before its first layer; other formats than .onnx hold its layers alone.",
    ];
  if (cropRedCells === undefined) return [];
  return [
    `It takes crops of ${cropRedCells} widths of a red cell around the nucleus, which whoever runs it must cut; see docs/scale.md.`,
  ];
}

/**
 * The names of a model's classes: those that were given, those that it says, or the five cell types where it has as many outputs.
 *
 * @throws ERR_USAGE where there are as many names as it has not.
 */
export function classesOf({ model, classes }: GivenModel, given: string | undefined): readonly string[] {
  const outputs = model.output.shape.at(-1)!;
  const names =
    given?.split(",").map((name) => name.trim()) ?? classes ?? (outputs === CELL_TYPES.length ? CELL_TYPES : []);
  if (names.length === outputs && new Set(names).size === outputs && model.output.shape.length === 1) return names;
  throw new LeukogramError("ERR_USAGE", `the model has ${outputs} outputs, and ${names.length} classes are named`, {
    hint: "Name them in the order of its outputs: --classes A,B,C.",
  });
}
