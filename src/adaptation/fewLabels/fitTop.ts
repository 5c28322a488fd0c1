import { Rng } from "../../core/rng.ts";
import { numElements } from "../../core/shape.ts";
import { indicesByClass } from "../../data/sampler.ts";
import { adamW } from "../../nn/optimizers.ts";
import { cosineDecay } from "../../nn/schedules.ts";
import type { SessionOptions } from "../../runtime/session.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { type Batch, StepRunner } from "../../training/stepRunner.ts";
import type { OpenRun } from "../openRun.ts";
import { fitHead, oneHot } from "./headFit.ts";
import type { Cells } from "./labelledCells.ts";
import { freezeNormalizations, headFeatures, headLogits, headWeights, ownFeatures, topPart } from "./topPart.ts";

/** A way to learn from a few labels. */
export interface Way {
  readonly name: string;
  /** How strongly the head is held to the old one, as a share of the features' mean squared length. */
  readonly pull: number;
  /** Learning rate of the last blocks behind it. */
  readonly blockRate: number;
  /** Steps of 32 cells that the last blocks take; 0 leaves them as they are. */
  readonly blockSteps: number;
}

/** What {@link fitTop} takes beside the run. */
export interface FitTopOptions extends SessionOptions {
  readonly way: Way;
  readonly cells: Cells;
  /** Which of the cells to learn from. */
  readonly indices: readonly number[];
  /** Cells of the old laboratory to keep to; none where the model remembers none. */
  readonly home: HomeMemory | undefined;
  /** What the head is given by the old blocks for these cells, and for those of the old laboratory: [N, F], flat. */
  readonly features: { readonly fresh: Float32Array; readonly home: Float32Array };
  readonly labelSmoothing: number;
  readonly seed: number;
}

/** How much the old laboratory counts against the new one. */
const HOME_SHARE = 1 / 3;
const BATCH = 32;

/**
 * Changes a model's head, then its last blocks with it, to fit labelled cells of a new laboratory while remembered ones
 * of the old hold it (Kumar et al. 2022, "Fine-tuning can distort pretrained features and underperform
 * out-of-distribution": the head first). Classes count alike. Changes the run's weights.
 */
export async function fitTop(run: OpenRun, options: FitTopOptions): Promise<void> {
  fitHeadAlone(run, options);
  if (options.way.blockSteps > 0) await fitBlocks(run, options);
}

/** The features that {@link fitTop} begins from; taken once, as long as the blocks are the old ones. */
export async function oldFeatures(
  run: OpenRun,
  { cells, home }: Pick<FitTopOptions, "cells" | "home">,
  options: SessionOptions,
): Promise<FitTopOptions["features"]> {
  return {
    fresh: await ownFeatures(run, cells, options),
    home: home ? await headFeatures(run, home, options) : new Float32Array(),
  };
}

function fitHeadAlone(run: OpenRun, { way, cells, indices, home, features: old }: FitTopOptions): void {
  const width = old.fresh.length / cells.samples.length;
  const features = new Float32Array(indices.length * width + old.home.length);
  for (const [row, i] of indices.entries()) features.set(old.fresh.subarray(i * width, (i + 1) * width), row * width);
  features.set(old.home, indices.length * width);
  const labels = indices.map((i) => cells.labels[i]!);
  const homeShare = home ? HOME_SHARE : 0;
  const length = features.reduce((sum, value) => sum + value * value, 0) / (features.length / width);
  const change = fitHead({
    features,
    targets: oneHot([...labels, ...(home?.labels ?? [])], run.classes.length),
    weights: Float64Array.from([
      ...balanced(labels).map((weight) => weight * (1 - homeShare)),
      ...balanced(home?.labels ?? []).map((weight) => weight * homeShare),
    ]),
    logits: headLogits(run, features),
    classes: run.classes.length,
    pull: way.pull * length,
  });
  const { kernel, bias } = headWeights(run);
  kernel.value = kernel.value.map((value, j) => value + change.kernel[j]!);
  bias.value = bias.value.map((value, k) => value + change.bias[k]!);
}

// Weights that sum to 1, classes alike.
function balanced(labels: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labels.map((label) => 1 / (counts.get(label)! * counts.size));
}

async function fitBlocks(run: OpenRun, options: FitTopOptions): Promise<void> {
  const { way, labelSmoothing, seed } = options;
  const top = topPart(run);
  const free = freezeNormalizations(top);
  const runner = new StepRunner(top, {
    ...options,
    optimizer: adamW({ weightDecay: 0 }),
    loss: { labelSmoothing },
    inputType: "float32",
    seed,
  });
  const schedule = cosineDecay({ initialLearningRate: way.blockRate, decaySteps: way.blockSteps });
  const rng = new Rng(seed).fork("few labels");
  try {
    const draw = batchDrawer(options, rng);
    for (let step = 0; step < way.blockSteps; step++) await runner.step(draw(), schedule(step));
    runner.writeWeights();
  } finally {
    await runner.release();
    free();
  }
}

// Batches in which classes come equally often, each cell in one of its views.
function batchDrawer({ cells, indices, home }: FitTopOptions, rng: Rng): () => Batch {
  const size = numElements(cells.shape);
  const fresh = byClass(indices.map((i) => cells.labels[i]!)).map((own) => own.map((i) => indices[i]!));
  const old = byClass(home?.labels ?? []);
  const kept = home ? Math.round(BATCH * HOME_SHARE) : 0;
  return () => {
    const images = new Float32Array(BATCH * size);
    const labels = new Int32Array(BATCH);
    for (let i = 0; i < BATCH - kept; i++) {
      const cell = pick(fresh, rng);
      const view = cell * cells.views + rng.integer(cells.views);
      images.set(cells.activations.subarray(view * size, (view + 1) * size), i * size);
      labels[i] = cells.labels[cell]!;
    }
    for (let i = BATCH - kept; i < BATCH; i++) {
      const cell = pick(old, rng);
      images.set(home!.activations.subarray(cell * size, (cell + 1) * size), i * size);
      labels[i] = home!.labels[cell]!;
    }
    return { images, labels };
  };
}

// Lists of indices, one for each class that is there.
function byClass(labels: readonly number[]): number[][] {
  return indicesByClass(labels, Math.max(-1, ...labels) + 1).filter(({ length }) => length > 0);
}

function pick(groups: readonly (readonly number[])[], rng: Rng): number {
  const group = groups[rng.integer(groups.length)]!;
  return group[rng.integer(group.length)]!;
}
