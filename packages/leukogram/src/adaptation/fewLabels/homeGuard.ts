// What keeps an adapted model to its old laboratory: cells that it remembers.
import { takeRows } from "@leukogram/engine/core/rows";
import { numElements } from "@leukogram/engine/core/shape";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { argmax } from "../../metrics/topKAccuracy.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import type { OpenRun } from "../openRun.ts";
import type { Cells } from "./labelledCells.ts";
import { headFeatures, headLogits, softmaxRows, topPart } from "./topPart.ts";

/** Shares of the way that are tried where all of it costs the old laboratory too much. */
const SHARES = [1, 0.75, 0.5, 0.25];

/** The remembered cells, every other one of each class: to learn from, and to judge by; undefined if too few. */
export function halves(memory: HomeMemory | undefined): [HomeMemory | undefined, HomeMemory | undefined] {
  if (memory === undefined) return [undefined, undefined];
  const seen = new Map<number, number>();
  const turn = memory.labels.map((label) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    return count % 2;
  });
  const size = numElements(memory.shape);
  const part = (wanted: number): HomeMemory => {
    const chosen = turn.flatMap((value, i) => (value === wanted ? [i] : []));
    const activations = takeRows(memory.activations, size, chosen);
    return { shape: memory.shape, labels: chosen.map((i) => memory.labels[i]!), activations };
  };
  return turn.includes(1) ? [part(0), part(1)] : [undefined, undefined];
}

/** Accuracy on remembered cells with the weights as they are; NaN if there are none. */
export async function homeAccuracy(
  run: OpenRun,
  kept: HomeMemory | undefined,
  options: SessionOptions,
): Promise<number> {
  if (kept === undefined) return Number.NaN;
  const rows = softmaxRows(headLogits(run, await headFeatures(run, kept, options)), run.classes.length);
  return rows.filter((row, i) => argmax(row) === kept.labels[i]).length / rows.length;
}

/**
 * Draws the weights back towards the old ones, which `restore` puts back, until accuracy on the cells that were kept is
 * at `limit`. Undefined, and the old weights, where no part of the way is.
 */
export async function withinHomeLoss(
  run: OpenRun,
  {
    restore,
    kept,
    limit,
    options,
  }: { restore: () => void; kept: HomeMemory | undefined; limit: number; options: SessionOptions },
): Promise<{ share: number; accuracy: number } | undefined> {
  const weights = topPart(run).layers.flatMap((layer) => layer.weights);
  const wanted = weights.map(({ value }) => value);
  restore();
  const old = weights.map(({ value }) => value);
  for (const share of SHARES) {
    for (const [w, weight] of weights.entries())
      weight.value = old[w]!.map((value, j) => value + share * (wanted[w]![j]! - value));
    const accuracy = await homeAccuracy(run, kept, options);
    if (kept === undefined || accuracy >= limit - 1e-9) return { share, accuracy };
  }
  restore();
  return undefined;
}

/** What an adapted model remembers: its old laboratory, and the first view of each cell of the new one. */
export function withCells(
  memory: HomeMemory | undefined,
  { shape, views, activations, labels }: Pick<Cells, "shape" | "views" | "activations" | "labels">,
): HomeMemory {
  const first = labels.map((_, i) => i * views);
  const fresh = takeRows(activations, numElements(shape), first);
  const old = memory?.activations ?? new Float32Array();
  const all = new Float32Array(old.length + fresh.length);
  all.set(old);
  all.set(fresh, old.length);
  return { shape, labels: [...(memory?.labels ?? []), ...labels], activations: all };
}
