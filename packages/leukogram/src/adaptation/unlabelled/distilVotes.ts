import { argmax } from "../../metrics/topKAccuracy.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { balanced, HOME_SHARE } from "../fewLabels/fitTop.ts";
import { fitHead, oneHot } from "../fewLabels/headFit.ts";
import { headLogits, headWeights, softmaxRows } from "../fewLabels/topPart.ts";
import type { OpenRun } from "../openRun.ts";

/** What {@link distilVotes} takes beside the run. */
export interface DistilOptions {
  /** What the head is given for the cells, [N, F], flat. */
  readonly features: Float32Array;
  /** Probabilities after the vote, [N][K]. */
  readonly votes: readonly (readonly number[])[];
  /** Cells of the old laboratory to keep to, and what the head is given for them; none if the model remembers none. */
  readonly home: { readonly memory: HomeMemory; readonly features: Float32Array } | undefined;
}

/** How strongly the head is held to the old one, from fast to loose: the first that gives the votes is taken. */
const PULLS = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/** Share of the votes that the head must give. */
export const ENOUGH_AGREEMENT = 0.99;
/** How much of a target is the vote's class, the rest its probabilities: so that close votes come out right too. */
const FIRMNESS = 0.5;

/**
 * Brings votes into a run's head, so that the model gives them by itself: the votes are soft targets, every cell counts
 * alike, and remembered cells of the old laboratory hold it. The head stays as near to the old one as it can while it
 * gives the votes. Changes the run's weights.
 *
 * @returns the share of the votes that the head gives.
 */
export function distilVotes(run: OpenRun, { features, votes, home }: DistilOptions): number {
  const { kernel, bias } = headWeights(run);
  const old = { kernel: kernel.value, bias: bias.value };
  const problem = problemOf(run, { features, votes, home });
  let agreement = 0;
  for (const pull of PULLS) {
    const change = fitHead({ ...problem, pull: pull * problem.length });
    kernel.value = old.kernel.map((value, j) => value + change.kernel[j]!);
    bias.value = old.bias.map((value, k) => value + change.bias[k]!);
    agreement = agreementOf(run, features, votes);
    if (agreement >= ENOUGH_AGREEMENT) break;
  }
  return agreement;
}

/** The share of votes that a run's head gives as it is. */
export function agreementOf(run: OpenRun, features: Float32Array, votes: DistilOptions["votes"]): number {
  const rows = softmaxRows(headLogits(run, features), run.classes.length);
  return rows.filter((row, i) => argmax(row) === argmax(votes[i]!)).length / rows.length;
}

function problemOf(run: OpenRun, { features: fresh, votes, home }: DistilOptions) {
  const classes = run.classes.length;
  const features = new Float32Array(fresh.length + (home?.features.length ?? 0));
  features.set(fresh);
  if (home) features.set(home.features, fresh.length);
  const targets = new Float32Array((votes.length + (home?.memory.labels.length ?? 0)) * classes);
  targets.set(votes.flatMap((row) => firm(row)));
  if (home) targets.set(oneHot(home.memory.labels, classes), votes.length * classes);
  const homeShare = home ? HOME_SHARE : 0;
  const weights = Float64Array.from([
    ...votes.map(() => (1 - homeShare) / votes.length),
    ...balanced(home?.memory.labels ?? []).map((weight) => weight * homeShare),
  ]);
  const length = features.reduce((sum, value) => sum + value * value, 0) / weights.length;
  return { features, targets, weights, logits: headLogits(run, features), classes, length };
}

function firm(row: readonly number[]): number[] {
  const best = argmax(row);
  return row.map((value, k) => (1 - FIRMNESS) * value + (k === best ? FIRMNESS : 0));
}
