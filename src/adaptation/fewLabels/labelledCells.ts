import { numElements } from "../../core/shape.ts";
import type { Sample } from "../../data/dataset.ts";
import { redCellsOf } from "../../data/laboratoryScales.ts";
import { compile } from "../../graph/compile.ts";
import * as ops from "../../graph/ops/index.ts";
import { viewsOf } from "../../nn/exportGraph.ts";
import { toGraphShape } from "../../nn/layout.ts";
import { Model } from "../../nn/model.ts";
import { FIXED } from "../../nn/modelGraphs.ts";
import { createSession } from "../../runtime/node.ts";
import type { SessionOptions } from "../../runtime/session.ts";
import type { OpenRun } from "../openRun.ts";
import { readPictures, selectPictures } from "../pictures.ts";

/** Cells as the changeable part of a model takes them, seen from several sides. */
export interface Cells {
  /** Shape of one view, [C, H, W] or [F]. */
  readonly shape: readonly number[];
  /** Views of a cell; the first `own` are those that the finished model averages. */
  readonly views: number;
  readonly own: number;
  /** [N, views, ...shape], flat. */
  readonly activations: Float32Array;
  readonly samples: readonly Sample[];
  /** Class index of the model for each cell, [N]. */
  readonly labels: readonly number[];
}

/** Options of {@link viewCells}. */
export interface ViewCellsOptions extends SessionOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** The finished model's own views alone; default: these, and more to learn from. */
  readonly ownOnly?: boolean;
}

const BATCH = 8;
/** Sizes of the crop to learn from, as shares of the usual one. */
const SCALES = [1, 0.85, 1.18];

/**
 * Runs cells through the part of a model that stays: all eight views of a square, at three sizes where cells are
 * cropped. Memory: N * views * activations, 25 MB for 100 cells of MobileNetV2 at 128 x 128.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function viewCells(
  run: OpenRun,
  samples: readonly Sample[],
  { signal, onProgress, ownOnly = false, ...options }: ViewCellsOptions = {},
): Promise<Cells> {
  const own = run.recipe.views ?? 1;
  const { cropRedCells } = run.recipe;
  const isCropped = run.cells !== undefined || cropRedCells !== undefined;
  const redCells = cropRedCells === undefined ? [] : await redCellsOf(samples, { known: run.scale, signal });
  const scales = !isCropped || ownOnly ? [1] : SCALES;
  const each = ownOnly ? own : 8;
  const shape = toGraphShape(run.changeable.shape, 1).slice(1) as number[];
  const size = numElements(shape);
  const views = scales.length * each;
  const activations = new Float32Array(samples.length * views * size);
  const below = new Model({ input: run.model.input, output: run.changeable });
  const session = await createSession(compile(viewsGraph(below, each)), options);
  const total = samples.length * scales.length;
  try {
    for (const [s, scale] of scales.entries()) {
      const pictures = await readPictures(
        scaled(run, scale),
        samples.map(({ path }) => path),
        {
          limit: samples.length,
          redCellOf: (i) => redCells[i],
          signal,
          strict: true,
        },
      );
      for (let start = 0; start < samples.length; start += BATCH) {
        const indices = Array.from({ length: Math.min(BATCH, samples.length - start) }, (_, i) => start + i);
        const results = await session.run({ images: selectPictures(pictures, indices) });
        for (let v = 0; v < each; v++) {
          const data = results[`view${v}`]!.data as Float32Array;
          for (const [i, index] of indices.entries())
            activations.set(data.subarray(i * size, (i + 1) * size), (index * views + s * each + v) * size);
        }
        onProgress?.(s * samples.length + start + indices.length, total);
      }
    }
  } finally {
    await session.release();
  }
  return { shape, views, own, activations, samples, labels: samples.map(({ label }) => label) };
}

function scaled(run: OpenRun, scale: number): OpenRun {
  const { cells, recipe } = run;
  const { cropRedCells } = recipe;
  if (cropRedCells !== undefined) return { ...run, recipe: { ...recipe, cropRedCells: cropRedCells * scale } };
  return cells === undefined ? run : { ...run, cells: { ...cells, diameters: cells.diameters * scale } };
}

function viewsGraph(model: Model, count: number) {
  const images = ops.input("images", toGraphShape(model.input.shape, "batch"), "uint8");
  const views = viewsOf(ops.cast(images, "float32"), count);
  return Object.fromEntries(views.map((view, v) => [`view${v}`, model.call(view, FIXED)]));
}
