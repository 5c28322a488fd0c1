import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { numElements } from "@leukogram/engine/core/shape";
import { spread } from "@leukogram/engine/core/spread";
import { readSafeTensors, writeSafeTensors } from "@leukogram/engine/formats/weights/safetensors";
import { compile } from "@leukogram/engine/graph/compile";
import type { BuiltModel } from "@leukogram/engine/models/builtModel";
import type { LayerOutput } from "@leukogram/engine/nn/layer";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import { Model } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { ImageCache } from "../data/loading/cache.ts";
import { createLoader } from "../data/loading/loader.ts";
import { indicesByClass } from "../data/sampling/sampler.ts";

/** What a model remembers of cells of its own laboratory that it did not learn from: how far they came in it. */
export interface HomeMemory {
  /** Shape of one cell's activations, [C, H, W] or [F]. */
  readonly shape: readonly number[];
  /** Class index of each cell, [N]. */
  readonly labels: readonly number[];
  /** [N, ...shape], flat. */
  readonly activations: Float32Array;
}

/** Where a model may be changed by a few labels: its last blocks, or its head where it has none. */
export function changeablePart({ model, lastBlocks }: BuiltModel): LayerOutput {
  return lastBlocks ?? model.output.inputs[0]!;
}

/** A memory takes at most so many bytes, and so many cells of a class. */
const MOST_BYTES = 2 ** 20;
const MOST_OF_A_CLASS = 40;

/** Pictures as a model's first layer takes them, uint8 [channels, H, W], one by one in the order of the indices. */
export type PictureSource = (indices: readonly number[]) => AsyncIterable<Uint8Array>;

/**
 * Remembers validation images, equally many of each class: their activations where the last blocks begin.
 *
 * @param labels Class index of each validation image.
 * @throws as the runtime and the pictures do.
 */
export async function rememberHome(
  built: BuiltModel,
  labels: readonly number[],
  pictures: PictureSource,
  options: SessionOptions,
): Promise<HomeMemory> {
  const end = changeablePart(built);
  const shape = toGraphShape(end.shape, 1).slice(1) as number[];
  const size = numElements(shape);
  const classes = indicesByClass(labels, built.model.output.shape[0]!).filter(({ length }) => length > 0);
  // As many of each class as fit, spread evenly over its images.
  const each = Math.max(1, Math.min(MOST_OF_A_CLASS, Math.floor(MOST_BYTES / size / classes.length)));
  const chosen = classes.flatMap((own) => spread(own, each));
  const below = new Model({ input: built.model.input, output: end });
  const session = await createSession(compile(predictionGraph(below)), options);
  try {
    const activations = new Float32Array(chosen.length * size);
    let i = 0;
    for await (const data of pictures(chosen)) {
      const { output } = await session.run({ images: { data, shape: toGraphShape(below.input.shape, 1) as number[] } });
      activations.set(output!.data as Float32Array, i++ * size);
    }
    return { shape, labels: chosen.map((index) => labels[index]!), activations };
  } finally {
    await session.release();
  }
}

/** The images of a cache, for {@link rememberHome}. */
export function cachedPictures(cache: ImageCache, [height, width]: readonly [number, number]): PictureSource {
  return async function* (indices) {
    const loader = createLoader(cache, {
      batchSize: 1,
      layout: { phases: 1, height, width },
      imageSize: [height, width],
      seed: 0,
      labels: cache.samples.map(({ label }) => label),
    });
    try {
      for await (const { pixels } of loader.batches({ epoch: 0, order: indices })) yield pixels;
    } finally {
      await loader.close();
    }
  };
}

/** Writes a memory, a byte a number: each cell's activations in 254 steps of its largest. */
export async function writeHomeMemory(path: string, { shape, labels, activations }: HomeMemory): Promise<void> {
  const size = numElements(shape);
  const scales = new Float32Array(labels.length);
  const steps = new Int8Array(activations.length);
  for (let i = 0; i < labels.length; i++) {
    const own = activations.subarray(i * size, (i + 1) * size);
    scales[i] = own.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12) / 127;
    for (let j = 0; j < size; j++) steps[i * size + j] = Math.round(own[j]! / scales[i]!);
  }
  await writeSafeTensors(path, {
    metadata: { shape: JSON.stringify(shape), labels: JSON.stringify(labels) },
    tensors: new Map([["scales", scales]]),
    integers: new Map([["activations", steps]]),
  });
}

/** Reads a memory; undefined if there is none. @throws ERR_FORMAT if it is damaged. */
export async function readHomeMemory(path: string): Promise<HomeMemory | undefined> {
  if (!existsSync(path)) return undefined;
  const { metadata, tensors, integers } = await readSafeTensors(path);
  const shape = JSON.parse(metadata.shape ?? "[]") as number[];
  const labels = JSON.parse(metadata.labels ?? "[]") as number[];
  const scales = tensors.get("scales");
  const steps = integers?.get("activations");
  const size = numElements(shape);
  if (scales?.length !== labels.length || steps?.length !== labels.length * size)
    throw new LeukogramError("ERR_FORMAT", `${path}: is damaged`, {
      hint: "Train the model again, or delete the file.",
    });
  const activations = new Float32Array(steps.length);
  // Loops: of a large model these are millions.
  for (let cell = 0, i = 0; cell < labels.length; cell++)
    for (const end = i + size; i < end; i++) activations[i] = steps[i]! * scales[cell]!;
  return { shape, labels, activations };
}
