// The part of a model that a few labels may change: last blocks, and the head on them.
import { takeRows } from "@leukogram/engine/core/rows";
import { numElements } from "@leukogram/engine/core/shape";
import { compile } from "@leukogram/engine/graph/compile";
import { BatchNormalization } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import type { Weight } from "@leukogram/engine/nn/weight";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { OpenRun } from "../openRun.ts";
import type { Cells } from "./labelledCells.ts";

/** The changeable part as a model of its own, on activations; it shares the run's weights. */
export function topPart({ model, changeable }: OpenRun): Model {
  return new Model({ input: changeable, output: model.output, name: model.name });
}

/** Whether there are blocks to change below the head. */
export function hasBlocks({ model, changeable }: OpenRun): boolean {
  return changeable !== model.output.inputs[0];
}

/** The head's kernel [F, K] and bias [K]. */
export function headWeights({ model }: OpenRun): { readonly kernel: Weight; readonly bias: Weight } {
  const [kernel, bias] = model.output.layer.weights as [Weight, Weight];
  return { kernel, bias };
}

/** Keeps batch normalisations as they are, as a few cells are too few for statistics; calling the result frees them. */
export function freezeNormalizations(part: Model): () => void {
  const frozen = part.layers.filter((layer) => layer instanceof BatchNormalization && layer.trainable);
  const set = (trainable: boolean) => {
    for (const layer of frozen) layer.trainable = trainable;
  };
  set(false);
  return () => set(true);
}

/** What the head is given for each row of activations [N, ...shape], with the weights as they are: [N, F], flat. */
export async function headFeatures(
  run: OpenRun,
  { activations, shape }: Pick<Cells, "activations" | "shape">,
  options: SessionOptions,
): Promise<Float32Array> {
  if (!hasBlocks(run)) return activations;
  const size = numElements(shape);
  const count = activations.length / size;
  const blocks = new Model({ input: run.changeable, output: run.model.output.inputs[0]! });
  const session = await createSession(compile(predictionGraph(blocks, "float32")), options);
  try {
    const width = blocks.output.shape[0]!;
    const out = new Float32Array(count * width);
    const batch = 64;
    for (let start = 0; start < count; start += batch) {
      const end = Math.min(count, start + batch);
      const data = activations.subarray(start * size, end * size);
      const { output } = await session.run({ images: { data, shape: [end - start, ...shape] } });
      out.set(output!.data as Float32Array, start * width);
    }
    return out;
  } finally {
    await session.release();
  }
}

/** Features of cells, the mean over the views that the finished model averages: [N, F], flat. */
export async function ownFeatures(run: OpenRun, cells: Cells, options: SessionOptions): Promise<Float32Array> {
  const { views, own, shape } = cells;
  const size = numElements(shape);
  const count = cells.samples.length;
  const rows = Array.from({ length: count * own }, (_, i) => Math.floor(i / own) * views + (i % own));
  const seen = takeRows(cells.activations, size, rows);
  const features = await headFeatures(run, { activations: seen, shape }, options);
  const width = features.length / (count * own);
  return Float32Array.from({ length: count * width }, (_, j) => {
    const [i, f] = [Math.floor(j / width), j % width];
    let sum = 0;
    for (let v = 0; v < own; v++) sum += features[(i * own + v) * width + f]!;
    return sum / own;
  });
}

/** Logits [N, K] of features [N, F] by the head as it is. */
export function headLogits(run: OpenRun, features: Float32Array): Float32Array {
  const { kernel, bias } = headWeights(run);
  const classes = bias.value.length;
  const width = kernel.value.length / classes;
  const rows = features.length / width;
  const out = new Float32Array(rows * classes);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < classes; k++) {
      let sum = bias.value[k]!;
      for (let f = 0; f < width; f++) sum += features[i * width + f]! * kernel.value[f * classes + k]!;
      out[i * classes + k] = sum;
    }
  return out;
}

/** Probabilities of each row of logits [N, K]. */
export function softmaxRows(logits: Float32Array, classes: number): number[][] {
  return Array.from({ length: logits.length / classes }, (_, i) => {
    const row = [...logits.subarray(i * classes, (i + 1) * classes)];
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((value) => value / sum);
  });
}
