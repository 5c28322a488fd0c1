import { Rng } from "@leukogram/engine/core/rng";
import { takeRows } from "@leukogram/engine/core/rows";
import { numElements } from "@leukogram/engine/core/shape";
import { adamW } from "@leukogram/engine/nn/optimizers";
import { cosineDecay } from "@leukogram/engine/nn/schedules";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { indicesByClass } from "../../data/sampling/sampler.ts";
import { argmax } from "../../metrics/topKAccuracy.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { type Batch, StepRunner } from "../../training/stepRunner.ts";
import type { OpenRun } from "../openRun.ts";
import { fitHead, oneHot } from "./headFit.ts";
import type { Cells } from "./labelledCells.ts";
import { freezeNormalizations, headFeatures, headLogits, headWeights, ownFeatures, topPart } from "./topPart.ts";
import type { VotingPool } from "./votingPool.ts";

/** A way to learn from a few labels. */
export interface Way {
  readonly name: string;
  /** How strongly the head is held to the old one, as a share of the features' mean squared length. */
  readonly pull: number;
  /** Learning rate of the last blocks behind it. */
  readonly blockRate: number;
  /** Steps of 32 cells that the last blocks take; 0 leaves them as they are. */
  readonly blockSteps: number;
  /** How much votes on cells without labels count against the labels, 0 to 1; default 0. */
  readonly votes?: number;
}

/** What {@link fitTop} takes beside the run. */
export interface FitTopOptions extends SessionOptions {
  readonly way: Way;
  readonly cells: Cells;
  /** Which of the cells to learn from. */
  readonly indices: readonly number[];
  /** Cells of the old laboratory to keep to; none if the model remembers none. */
  readonly home: HomeMemory | undefined;
  /** What the head is given by the old blocks for these cells, and for those of the old laboratory: [N, F], flat. */
  readonly features: { readonly fresh: Float32Array; readonly home: Float32Array };
  /** Unlabelled cells to learn from too, by ways that count votes. */
  readonly pool?: VotingPool | undefined;
  readonly labelSmoothing: number;
  readonly seed: number;
}

/** How much the old laboratory counts against the new one. */
export const HOME_SHARE = 1 / 3;
const BATCH = 32;
/** How much of a batch comes from cells without labels, where a way counts votes. */
const POOL_SHARE = 0.2;
/** Probability from which a vote teaches the blocks. */
const CLEAR_VOTE = 0.8;

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

function fitHeadAlone(run: OpenRun, options: FitTopOptions): void {
  const { way, cells, indices, home, features: old } = options;
  const classes = run.classes.length;
  const width = old.fresh.length / cells.samples.length;
  const labels = indices.map((i) => cells.labels[i]!);
  const votes = votesOf(options);
  const seen = votes.length > 0 ? options.pool!.features : new Float32Array();
  const fresh = takeRows(old.fresh, width, indices);
  const features = new Float32Array(fresh.length + seen.length + old.home.length);
  features.set(fresh);
  features.set(seen, fresh.length);
  features.set(old.home, fresh.length + seen.length);
  const homeShare = home ? HOME_SHARE : 0;
  const voteShare = votes.length > 0 ? (way.votes ?? 0) : 0;
  const length = features.reduce((sum, value) => sum + value * value, 0) / (features.length / width);
  const change = fitHead({
    features,
    targets: Float32Array.from([...oneHot(labels, classes), ...votes.flat(), ...oneHot(home?.labels ?? [], classes)]),
    // Votes count alike, whatever their class: how frequent classes are is not touched.
    weights: Float64Array.from([
      ...balanced(labels).map((weight) => weight * (1 - homeShare) * (1 - voteShare)),
      ...votes.map(() => ((1 - homeShare) * voteShare) / votes.length),
      ...balanced(home?.labels ?? []).map((weight) => weight * homeShare),
    ]),
    logits: headLogits(run, features),
    classes,
    pull: way.pull * length,
  });
  const { kernel, bias } = headWeights(run);
  kernel.value = kernel.value.map((value, j) => value + change.kernel[j]!);
  bias.value = bias.value.map((value, k) => value + change.bias[k]!);
}

// Votes on the pool where the labels that are learned from are known, and no others; none if the way counts none.
function votesOf({ way, pool, indices }: FitTopOptions): readonly (readonly number[])[] {
  return pool === undefined || (way.votes ?? 0) === 0 ? [] : pool.votes(indices);
}

/** Weights of labelled rows that sum to 1, classes alike: [N]. */
export function balanced(labels: readonly number[]): number[] {
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
    const draw = batchDrawer(options, rng, surelyVoted(options));
    for (let step = 0; step < way.blockSteps; step++) await runner.step(draw(), schedule(step));
    runner.writeWeights();
  } finally {
    await runner.release();
    free();
  }
}

// Cells of the pool whose vote is clear, by class (Sohn et al. 2020, "FixMatch": only sure answers teach).
function surelyVoted(options: FitTopOptions): ClearVotes {
  const votes = votesOf(options);
  const labels = votes.map((row) => argmax(row));
  const clear = byClass(labels).map((own) => own.filter((i) => votes[i]![labels[i]!]! >= CLEAR_VOTE));
  return { groups: clear.filter((own) => own.length > 0), labels };
}

interface ClearVotes {
  /** Rows of the pool with a clear vote, by class. */
  readonly groups: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

// Batches in which classes come equally often, each cell in one of its views.
function batchDrawer({ cells, indices, home, pool }: FitTopOptions, rng: Rng, clear: ClearVotes): () => Batch {
  const size = numElements(cells.shape);
  const fresh = byClass(indices.map((i) => cells.labels[i]!)).map((own) => own.map((i) => indices[i]!));
  const old = byClass(home?.labels ?? []);
  const kept = home ? Math.round(BATCH * HOME_SHARE) : 0;
  const voted = clear.groups.length > 0 ? Math.round(BATCH * POOL_SHARE) : 0;
  return () => {
    const images = new Float32Array(BATCH * size);
    const labels = new Int32Array(BATCH);
    const put = (i: number, from: Float32Array, row: number, label: number) => {
      images.set(from.subarray(row * size, (row + 1) * size), i * size);
      labels[i] = label;
    };
    for (let i = 0; i < BATCH - kept - voted; i++) {
      const cell = pick(fresh, rng);
      put(i, cells.activations, cell * cells.views + rng.integer(cells.views), cells.labels[cell]!);
    }
    for (let i = BATCH - kept - voted; i < BATCH - kept; i++) {
      const cell = pick(clear.groups, rng);
      const { views, activations } = pool!.cells;
      put(i, activations, cell * views + rng.integer(views), clear.labels[cell]!);
    }
    for (let i = BATCH - kept; i < BATCH; i++) {
      const cell = pick(old, rng);
      put(i, home!.activations, cell, home!.labels[cell]!);
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
