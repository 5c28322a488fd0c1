import { LeukogramError } from "@leukogram/engine/core/errors";
import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import { createSession, type WebSessionOptions, webRuntime } from "@leukogram/engine/runtime/web";
import { normalizedCells } from "../cells/cellNormalization.ts";
import type { ClassifyPicturesOptions } from "../evaluation/classifyPictures.ts";
import { BaseStepRunner, type StepRunnerOptions } from "../training/baseStepRunner.ts";
import { stainVariants } from "../training/recipe/cellsOfRecipe.ts";
import { featuresOf } from "../training/trainHead.ts";
import { VERSION } from "../version.ts";
import { bringPictures, type ModelFacts } from "./classifier.ts";
import type { Picture } from "./pictures.ts";
import { redCellOf } from "./scale.ts";

/** What a {@link WebStepRunner} in a browser is set up with. */
export interface WebStepRunnerOptions extends Omit<StepRunnerOptions, "device" | "threads">, WebSessionOptions {}

/** Takes training steps and evaluates, by onnxruntime-web. */
export class WebStepRunner extends BaseStepRunner {
  constructor(model: Model, { device, threads, wasmPaths, ...options }: WebStepRunnerOptions) {
    super(model, options, webRuntime({ device, threads, wasmPaths }));
  }
}

/** The part of a model before its head, ready to run. */
export interface FeatureExtractor {
  /** Numbers that a picture becomes. */
  readonly size: number;
  /** Features [N, size] of pictures, one row after the other. @throws ERR_IMAGE if one can't be read; ERR_ABORTED. */
  extract(pictures: readonly Picture[], options?: ClassifyPicturesOptions): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * A model's layers before its head: what they make of a picture is computed once, and kept by whoever trains a head.
 *
 * @param facts how its pictures are brought to it.
 * @throws ERR_CONFIG if the model has no such part; ERR_RUNTIME if the device is not there.
 */
export async function openFeatures(
  model: Model,
  facts: ModelFacts,
  options: WebSessionOptions = {},
): Promise<FeatureExtractor> {
  const output = featuresOf(model);
  const { probabilities: features } = exportGraph(new Model({ input: model.input, output }), {
    crop: normalizedCells(facts.cells),
  });
  const session = await createSession(compile({ features: features! }), options);
  const size = output.shape[0]!;
  return {
    size,
    async extract(pictures, { batchSize = 16, scale, signal, onProgress } = {}) {
      const redCell = await redCellOf(facts, pictures, scale);
      const rows = new Float32Array(pictures.length * size);
      for (let start = 0; start < pictures.length; start += batchSize) {
        if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "features: was interrupted");
        const batch = pictures.slice(start, start + batchSize);
        const { images } = await bringPictures(batch, facts, redCell);
        rows.set((await session.run({ images })).features!.data as Float32Array, start * size);
        onProgress?.(start + batch.length, pictures.length);
      }
      return rows;
    },
    close: () => session.release(),
  };
}

/**
 * The bytes of a model.onnx for a model that has learned other classes: Node, the command line and `loadWebClassifier` take
 * them. It sees pictures as `facts` says.
 */
export function modelBytes(
  model: Model,
  { facts, classes }: { readonly facts: ModelFacts; readonly classes: readonly string[] },
): Uint8Array {
  // Temperature and reject threshold belong to the head that they were found with.
  const { temperature: _, rejectThreshold: __, rejectError: ___, ...metadata } = facts.metadata;
  const { cells, views, viewStain } = facts;
  return compile(exportGraph(model, { crop: normalizedCells(cells), views, pictures: stainVariants(viewStain) }), {
    name: model.name,
    version: VERSION,
    metadata: { ...metadata, classes: JSON.stringify(classes), parameters: String(model.parameters) },
  });
}
