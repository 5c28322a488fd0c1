import { numElements } from "@leukogram/engine/core/shape";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { stained, viewsOf } from "@leukogram/engine/nn/exportGraph";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import { Model } from "@leukogram/engine/nn/model";
import { FIXED, imageInput } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import type { Sample } from "../../data/sample.ts";
import { redCellsOf } from "../../data/scale/laboratoryScales.ts";
import { stainVariants } from "../../training/recipe/cellsOfRecipe.ts";
import type { OpenRun } from "../openRun.ts";
import { type Pictures, readPictures, selectPictures } from "../pictures.ts";

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
  readonly signal?: StopSignal | undefined;
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
  const { cropRedCells } = run.recipe;
  const isCropped = run.cells !== undefined || cropRedCells !== undefined;
  const redCells = cropRedCells === undefined ? [] : await redCellsOf(samples, { known: run.scale, signal });
  const ownViews = viewsOfRecipe(run);
  const looks = (isCropped && !ownOnly ? SCALES : [1]).map((scale) => ({
    scale,
    views: ownOnly ? ownViews : scale === 1 ? distinct([...ownViews, ...ALL_TURNS]) : ALL_TURNS,
  }));
  const shape = toGraphShape(run.changeable.shape, 1).slice(1) as number[];
  const views = looks.reduce((sum, look) => sum + look.views.length, 0);
  const activations = new Float32Array(samples.length * views * numElements(shape));
  const below = new Model({ input: run.model.input, output: run.changeable });
  let first = 0;
  for (const [s, { scale, views: seen }] of looks.entries()) {
    const session = await createSession(compile(viewsGraph(below, seen)), options);
    try {
      const paths = samples.map(({ path }) => path);
      const redCellOf = (i: number) => redCells[i];
      const wanted = { limit: samples.length, redCellOf, signal, strict: true };
      const pictures = await readPictures(scaled(run, scale), paths, wanted);
      const place = { activations, size: numElements(shape), views, first };
      await runViews(session, pictures, place, (done) =>
        onProgress?.(s * samples.length + done, samples.length * looks.length),
      );
    } finally {
      await session.release();
    }
    first += seen.length;
  }
  const own = ownViews.length;
  return { shape, views, own, activations, samples, labels: samples.map(({ label }) => label) };
}

function scaled(run: OpenRun, scale: number): OpenRun {
  const { cells, recipe } = run;
  const { cropRedCells } = recipe;
  if (cropRedCells !== undefined) return { ...run, recipe: { ...recipe, cropRedCells: cropRedCells * scale } };
  return cells === undefined ? run : { ...run, cells: { ...cells, diameters: cells.diameters * scale } };
}

/** One way to see a picture: which of the eight turned and mirrored views, and at how many times the stain's density. */
interface View {
  readonly turn: number;
  readonly stain: number;
}

const ALL_TURNS: readonly View[] = Array.from({ length: 8 }, (_, turn) => ({ turn, stain: 1 }));

/** The views that the finished model averages. */
function viewsOfRecipe({ recipe: { views = 1, viewStain = 1 } }: OpenRun): readonly View[] {
  return stainVariants(viewStain).flatMap(({ stain }) => Array.from({ length: views }, (_, turn) => ({ turn, stain })));
}

const distinct = (views: readonly View[]) =>
  views.filter((view, i) => views.findIndex(({ turn, stain }) => turn === view.turn && stain === view.stain) === i);

function viewsGraph(model: Model, views: readonly View[]) {
  const picture = imageInput(model, "batch");
  const seen = new Map([...new Set(views.map(({ stain }) => stain))].map((stain) => [stain, turned(picture, stain)]));
  return Object.fromEntries(
    views.map(({ turn, stain }, v) => [`view${v}`, model.call(seen.get(stain)![turn]!, FIXED)]),
  );
}

const turned = (picture: Tensor, stain: number) => viewsOf(stained(picture, stain), 8);

interface Place {
  readonly activations: Float32Array;
  /** Elements of one view. */
  readonly size: number;
  /** Views of a cell, and the first of these. */
  readonly views: number;
  readonly first: number;
}

async function runViews(
  session: Session,
  pictures: Pictures,
  { activations, size, views, first }: Place,
  onDone: (done: number) => void,
): Promise<void> {
  for (let start = 0; start < pictures.count; start += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, pictures.count - start) }, (_, i) => start + i);
    const results = await session.run({ images: selectPictures(pictures, indices) });
    for (const [name, { data }] of Object.entries(results)) {
      const view = first + Number(name.slice("view".length));
      for (const [i, index] of indices.entries())
        activations.set((data as Float32Array).subarray(i * size, (i + 1) * size), (index * views + view) * size);
    }
    onDone(start + indices.length);
  }
}
