import { Rng } from "@leukogram/engine/core/rng";
import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { argmax } from "../../metrics/topKAccuracy.ts";
import type { OpenRun } from "../openRun.ts";
import { type Cells, viewCells } from "./labelledCells.ts";
import { headLogits, ownFeatures, softmaxRows } from "./topPart.ts";

/** A cell that would teach the model much if somebody labelled it. */
export interface Suggestion {
  readonly path: string;
  /** What the model takes it for, and how probable that is. */
  readonly predicted: string;
  readonly probability: number;
}

/** Options of {@link suggestCells}. */
export interface SuggestOptions extends SessionOptions {
  /** How many to suggest. */
  readonly count: number;
  /** Cells that have a label already: what is like them is not suggested. */
  readonly labelled?: readonly string[];
  /** Default: 0. */
  readonly seed?: number;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** More images than this are looked at in part, spread evenly over them. */
const MOST_IMAGES = 2000;

/**
 * Names the cells to label next, uncertain ones that differ from each other: k-means++ on the gradient that each cell
 * would send into the head if the model's answer were right (Ash et al. 2020, "Deep batch active learning by diverse,
 * uncertain gradient lower bounds", BADGE). Two cells that the model is sure of, or that look alike, are near in it.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function suggestCells(
  run: OpenRun,
  paths: readonly string[],
  { count, labelled = [], seed = 0, onStage, ...options }: SuggestOptions,
): Promise<Suggestion[]> {
  const pool = spread(paths, MOST_IMAGES);
  const all = [...labelled, ...pool];
  const cells = await viewCells(run, all.map(asSample), {
    ...options,
    ownOnly: true,
    onProgress: (done, total) => onStage?.("Reading cells", done, total),
  });
  const gradients = await gradientsOf(run, cells, options);
  const chosen = farApart(gradients, { fixed: labelled.length, count, rng: new Rng(seed).fork("suggest") });
  return chosen.map((i) => {
    const row = gradients.probabilities[i]!;
    const best = argmax(row);
    return { path: all[i]!, predicted: run.classes[best]!, probability: row[best]! };
  });
}

const asSample = (path: string) => ({ file: path, path, label: 0, group: path });

// The gradient is the outer product of an error [K] and the features [F]; it is never written out.
interface Gradients {
  readonly probabilities: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
  readonly features: readonly Float32Array[];
}

async function gradientsOf(run: OpenRun, cells: Cells, options: SessionOptions): Promise<Gradients> {
  const features = await ownFeatures(run, cells, options);
  const probabilities = softmaxRows(headLogits(run, features), run.classes.length);
  const width = features.length / probabilities.length;
  return {
    probabilities,
    errors: probabilities.map((row) => {
      const best = argmax(row);
      return row.map((value, k) => value - (k === best ? 1 : 0));
    }),
    features: probabilities.map((_, i) => features.subarray(i * width, (i + 1) * width)),
  };
}

// k-means++: the first `fixed` are there already; each next one is drawn by its squared distance from those chosen.
function farApart(
  { errors, features }: Gradients,
  { fixed, count, rng }: { fixed: number; count: number; rng: Rng },
): number[] {
  const lengths = errors.map((error, i) => inner(error, error) * inner(features[i]!, features[i]!));
  const distances = lengths.map((length, i) => (i < fixed ? 0 : length));
  const approach = (chosen: number) => {
    for (let i = fixed; i < errors.length; i++) {
      const product = inner(errors[i]!, errors[chosen]!) * inner(features[i]!, features[chosen]!);
      const distance = Math.max(0, lengths[i]! + lengths[chosen]! - 2 * product);
      distances[i] = i === chosen ? 0 : Math.min(distances[i]!, distance);
    }
  };
  for (let i = 0; i < fixed; i++) approach(i);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, errors.length - fixed)) {
    const next = draw(distances, rng) ?? distances.findIndex((_, i) => i >= fixed && !chosen.includes(i));
    chosen.push(next);
    approach(next);
  }
  return chosen;
}

// An index, drawn by weight; undefined if all weights are 0.
function draw(weights: readonly number[], rng: Rng): number | undefined {
  let rest = rng.uniform() * weights.reduce((a, b) => a + b, 0);
  let last: number | undefined;
  for (const [i, weight] of weights.entries()) {
    if (weight <= 0) continue;
    last = i;
    rest -= weight;
    if (rest < 0) return i;
  }
  return last;
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
