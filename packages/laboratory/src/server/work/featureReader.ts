import { LeukogramError } from "@leukogram/engine/core/errors";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import { viewsOf } from "@leukogram/engine/nn/exportGraph";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import { Model } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import type { OpenRun } from "leukogram/adaptation/openRun";
import type { SeenPicture } from "leukogram/explain/picture";
import { PictureReader } from "leukogram/report/pictures/pictureReader";
import type { Features, NamedFile } from "./engineJobs.ts";

/** Images at once: views make several of each. */
const BATCH = 8;

/** Looks at images by what a model's head is given, the mean over the views that the finished model averages. */
export class FeatureReader {
  readonly #reader: PictureReader;
  readonly #session: Promise<Session>;
  readonly #below: Model;

  constructor(run: Pick<OpenRun, "model" | "cells" | "recipe">, options: SessionOptions) {
    this.#below = new Model({ input: run.model.input, output: run.model.output.inputs[0]! });
    this.#reader = new PictureReader({ ...run, cropRedCells: run.recipe.cropRedCells }, options);
    this.#session = createSession(compile(featureGraph(this.#below, run.recipe.views ?? 1)), options);
  }

  /** Number of features. */
  get width(): number {
    return this.#below.output.shape[0]!;
  }

  /** Reads files; those that can't be read have no row. */
  async read(files: readonly NamedFile[]): Promise<Features> {
    const rows: Float32Array[] = [];
    const places = new Array<number | undefined>(files.length);
    for (let start = 0; start < files.length; start += BATCH) {
      const pictures = await Promise.all(files.slice(start, start + BATCH).map((file) => this.#picture(file)));
      const seen = pictures.filter((picture) => picture !== undefined);
      let next = rows.length;
      for (const [i, picture] of pictures.entries()) if (picture !== undefined) places[start + i] = next++;
      if (seen.length > 0) rows.push(...(await this.#rowsOf(seen)));
    }
    const all = new Float32Array(rows.length * this.width);
    for (const [i, row] of rows.entries()) all.set(row, i * this.width);
    return { rows: all, width: this.width, places };
  }

  /** Frees both sessions. */
  async close(): Promise<void> {
    await this.#reader.close();
    await (await this.#session).release();
  }

  async #picture({ path, ...how }: NamedFile): Promise<SeenPicture | undefined> {
    try {
      return await this.#reader.read(path, how);
    } catch (error) {
      if (error instanceof LeukogramError && error.code === "ERR_IMAGE") return undefined;
      throw error;
    }
  }

  async #rowsOf(pictures: readonly SeenPicture[]): Promise<Float32Array[]> {
    const size = pictures[0]!.data.length;
    const data = new Float32Array(pictures.length * size);
    for (const [i, picture] of pictures.entries()) data.set(picture.data, i * size);
    const shape = toGraphShape(this.#below.input.shape, pictures.length) as number[];
    const { features } = await (await this.#session).run({ seen: { data, shape } });
    const all = features!.data as Float32Array;
    return pictures.map((_, i) => all.slice(i * this.width, (i + 1) * this.width));
  }
}

function featureGraph(below: Model, views: number) {
  const seen = viewsOf(ops.input("seen", toGraphShape(below.input.shape, "batch")), views);
  const sum = seen.map((view) => below.call(view, FIXED)).reduce(ops.add);
  return { features: ops.mul(sum, ops.scalar(1 / views)) };
}
