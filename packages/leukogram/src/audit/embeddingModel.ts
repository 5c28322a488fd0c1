import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { viewsOf } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { openRun } from "../adaptation/openRun.ts";
import { cellNormalization, FIELD_SIZE } from "../cells/cellNormalization.ts";

/** The shipped model whose last features tell which cells are alike. */
const BACKBONE = "cnn-cells";
/** Turned and mirrored views whose features are added up. */
const VIEWS = 4;

/** What `CellEmbedder` takes. */
export interface EmbeddingModel {
  /** An ONNX file. */
  readonly bytes: Uint8Array;
  /** Height and width of the pictures that it takes, pixels. */
  readonly size: number;
  /** Side of the crops that these are, in widths of a red cell; undefined if they are whole pictures, squared. */
  readonly cropRedCells: number | undefined;
}

/**
 * The first layers of the shipped model as an ONNX file, for any number of `CellEmbedder`.
 *
 * @throws ERR_FORMAT, ERR_WEIGHTS if the shipped model is not there or damaged.
 */
export async function embeddingModel(): Promise<EmbeddingModel> {
  const { model, cells, recipe } = await openRun(BACKBONE);
  const { cropRedCells } = recipe;
  const size = cells ? FIELD_SIZE : model.input.shape[0]!;
  const features = new Model({ input: model.input, output: model.output.inputs[0]! });
  const images = ops.input("images", ["batch", size, size, 3], "uint8");
  const field = ops.cast(ops.transpose(images, [0, 3, 1, 2]), "float32");
  const views = viewsOf(cells ? cellNormalization(field, cells) : field, VIEWS);
  const bytes = compile({ output: views.map((view) => features.call(view, FIXED)).reduce(ops.add) });
  return { bytes, size, cropRedCells };
}
