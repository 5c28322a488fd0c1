import { LeukogramError } from "@leukogram/engine/core/errors";
import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import {
  PREPROCESSINGS,
  type Preprocessing,
  takingColours,
  withPreprocessing,
} from "@leukogram/engine/models/preprocessing";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { decodeImage } from "../../data/pictures/image.ts";
import { resizeBilinearUint8 } from "../../data/pictures/resize.ts";
import type { Dataset, Sample } from "../../data/sample.ts";
import { logLosses } from "../../metrics/probabilityScores.ts";
import { argmax } from "../../metrics/topKAccuracy.ts";
import { labelMap } from "../evaluateModel.ts";

/** What a model answers with pixels scaled in one way. */
export interface TriedPreprocessing {
  readonly preprocessing: Preprocessing;
  readonly accuracy: number;
  /** Mean negative logarithm of the right class's probability. */
  readonly logLoss: number;
}

/** Options of {@link tryPreprocessings}. */
export interface TryPreprocessingsOptions extends SessionOptions {
  /** The model's classes, in the order of its outputs. */
  readonly classes: readonly string[];
  /** At most so many images, spread evenly; default 100. */
  readonly images?: number;
  readonly signal?: StopSignal | undefined;
}

const BATCH = 16;

/**
 * Asks a model about labelled images with pixels scaled in each way that is known, the best first, by log loss.
 *
 * @throws ERR_DATA if a class of the images is none of the model's; ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function tryPreprocessings(
  model: Model,
  data: Pick<Dataset, "classes" | "samples">,
  { classes, images = 100, signal, ...session }: TryPreprocessingsOptions,
): Promise<TriedPreprocessing[]> {
  const samples = spread(data.samples, images);
  const map = labelMap({ classes, path: model.name }, data.classes);
  const labels = samples.map(({ label }) => map[label]!);
  const pixels = await pixelsOf(model, samples, signal);
  const isColoured = model.input.shape[2] === 3;
  const tried: TriedPreprocessing[] = [];
  for (const preprocessing of PREPROCESSINGS) {
    if (!isColoured && (preprocessing === "caffe" || preprocessing === "torch")) continue;
    const probabilities = await answers(takingColours(withPreprocessing(model, preprocessing)), pixels, session);
    const right = probabilities.filter((row, i) => argmax(row) === labels[i]).length;
    const losses = logLosses(labels, probabilities);
    const logLoss = losses.reduce((a, b) => a + b) / losses.length;
    tried.push({ preprocessing, accuracy: right / labels.length, logLoss });
  }
  return tried.sort((a, b) => a.logLoss - b.logLoss);
}

interface Pixels {
  /** uint8 [count, height, width, 3] */
  readonly data: Uint8Array;
  readonly shape: readonly [number, number, number, number];
}

async function pixelsOf({ input }: Model, samples: readonly Sample[], signal: StopSignal | undefined): Promise<Pixels> {
  const [height, width] = input.shape as [number, number, number];
  const size = height * width * 3;
  const data = new Uint8Array(samples.length * size);
  for (const [i, { path }] of samples.entries()) {
    if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "testing pixel scalings was interrupted");
    data.set(resizeBilinearUint8(await decodeImage(path), height, width), i * size);
  }
  return { data, shape: [samples.length, height, width, 3] };
}

async function answers(model: Model, { data, shape }: Pixels, options: SessionOptions): Promise<number[][]> {
  const session = await createSession(compile(exportGraph(model)), options);
  const [count, ...image] = shape;
  const size = data.length / count;
  const rows: number[][] = [];
  try {
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(count, start + BATCH);
      const images = { data: data.subarray(start * size, end * size), shape: [end - start, ...image] };
      const { probabilities } = await session.run({ images });
      const [, classes] = probabilities!.shape as [number, number];
      const found = probabilities!.data as Float32Array;
      for (let i = 0; i < end - start; i++) rows.push([...found.subarray(i * classes, (i + 1) * classes)]);
    }
  } finally {
    await session.release();
  }
  return rows;
}
