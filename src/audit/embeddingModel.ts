import { openRun } from "../adaptation/openRun.ts";
import { compile } from "../graph/compile.ts";
import * as ops from "../graph/ops/index.ts";
import { cellNormalization, FIELD_SIZE } from "../nn/cellNormalization.ts";
import { viewsOf } from "../nn/exportGraph.ts";
import { Model } from "../nn/model.ts";
import { FIXED } from "../nn/modelGraphs.ts";

/** The shipped model whose last features tell which cells are alike. */
const BACKBONE = "cnn-anylab";
/** Turned and mirrored views whose features are added up. */
const VIEWS = 4;

/**
 * The first layers of the shipped model as an ONNX file, for any number of `CellEmbedder`.
 *
 * @throws ERR_FORMAT, ERR_WEIGHTS where the shipped model is not there or damaged.
 */
export async function embeddingModel(): Promise<Uint8Array> {
  const { model, cells } = await openRun(BACKBONE);
  const features = new Model({ input: model.input, output: model.output.inputs[0]! });
  const images = ops.input("images", ["batch", FIELD_SIZE, FIELD_SIZE, 3], "uint8");
  const field = ops.cast(ops.transpose(images, [0, 3, 1, 2]), "float32");
  const views = viewsOf(cellNormalization(field, cells!), VIEWS);
  return compile({ output: views.map((view) => features.call(view, FIXED)).reduce(ops.add) });
}
