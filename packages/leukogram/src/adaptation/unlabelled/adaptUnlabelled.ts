import type { Predictions } from "../../evaluation/types.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { answers } from "../fewLabels/crossValidateWays.ts";
import { halves, homeAccuracy, withinHomeLoss } from "../fewLabels/homeGuard.ts";
import { headFeatures, topPart } from "../fewLabels/topPart.ts";
import { percent } from "../labelFree/adaptation.ts";
import { remember } from "../labelFree/batchStatistics.ts";
import type { OpenRun } from "../openRun.ts";
import { agreementOf, distilVotes, ENOUGH_AGREEMENT } from "./distilVotes.ts";
import { cellNeighbours, type VoteOptions, voted } from "./neighbourVotes.ts";
import { homeConfidence, type LookOptions, lookAtUnlabelled, type UnlabelledCells } from "./unlabelledCells.ts";
import { type VoteSigns, voteFault, voteSigns } from "./voteSigns.ts";

/** Options of {@link adaptUnlabelled}. */
export interface AdaptUnlabelledOptions extends LookOptions, VoteOptions {
  /** Accuracy that may be lost on the old laboratory, a share; default 0.01. */
  readonly homeLoss?: number;
  /** Default: 0. */
  readonly seed?: number;
}

/** What was learned from cells without labels. */
export interface UnlabelledAdaptation {
  /** Whether the model was changed. */
  readonly adapted: boolean;
  readonly reason: string;
  /** What the votes look like; how right they are can't be known without labels. */
  readonly signs: VoteSigns;
  /** Share of the votes that the written model gives by itself; undefined if it was not changed. */
  readonly agreement: number | undefined;
  /** Accuracy on remembered cells of the old laboratory; undefined if the model remembers none. */
  readonly home: { readonly before: number; readonly after: number; readonly cells: number } | undefined;
  /** How far the model went from the old weights to those that the votes wanted: 1 is all the way. */
  readonly share: number;
  /** Answers to the cells by the model as it was, and as it is now. */
  readonly before: Predictions;
  readonly after: Predictions;
  readonly memory: HomeMemory | undefined;
}

/** Votes on cells, and what they look like. */
export interface Vote {
  readonly cells: UnlabelledCells;
  readonly votes: readonly (readonly number[])[];
  readonly signs: VoteSigns;
  /** Why the votes are not to be followed; undefined if nothing speaks against them. */
  readonly fault: string | undefined;
}

/**
 * Lets the cells of a folder vote on each other by a run's features, and judges the votes without labels.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function voteOnFiles(
  run: OpenRun,
  paths: readonly string[],
  options: AdaptUnlabelledOptions = {},
): Promise<Vote> {
  const cells = await lookAtUnlabelled(run, paths, options);
  options.onStage?.("Neighbours vote", 0, 1);
  const { features, own, looks } = cells;
  const neighbours = cellNeighbours(features, options);
  const votes = voted(own, neighbours, options);
  const signs = voteSigns({
    seed: options.seed ?? 0,
    vote: options,
    features,
    own,
    neighbours,
    votes,
    looks,
    classes: run.classes,
    homeConfidence: await homeConfidence(run, run.memory, options),
  });
  options.onStage?.("Neighbours vote", 1, 1);
  return { cells, votes, signs, fault: voteFault(signs) };
}

/**
 * Adapts a run's model to another laboratory by its cells alone: neighbours vote, and the head learns the votes, held to
 * the old laboratory by the cells that the model remembers of it. Where a sign speaks against the votes, or the old
 * laboratory would lose more than `homeLoss`, the weights stay as they were.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function adaptUnlabelled(
  run: OpenRun,
  paths: readonly string[],
  options: AdaptUnlabelledOptions = {},
): Promise<UnlabelledAdaptation> {
  const { homeLoss = 0.01, onStage } = options;
  const vote = await voteOnFiles(run, paths, options);
  const { cells, votes, signs, fault } = vote;
  const [learned, kept] = halves(run.memory);
  const homeBefore = await homeAccuracy(run, kept, options);
  const before = asUnlabelled(run, cells.samples, cells.own);
  const told = (after: number) => kept && { before: homeBefore, after, cells: kept.labels.length };
  const shared = { signs, before, memory: run.memory };
  const unchanged = (reason: string) => ({
    ...shared,
    adapted: false,
    reason,
    agreement: undefined,
    home: told(homeBefore),
    share: 0,
    after: before,
  });
  if (fault !== undefined) return unchanged(fault);
  const restore = remember(topPart(run).layers);
  onStage?.("Training on the votes", 0, 1);
  const home = learned && { memory: learned, features: await headFeatures(run, learned, options) };
  const learnt = distilVotes(run, { features: cells.features.data, votes, home });
  if (learnt < ENOUGH_AGREEMENT) {
    restore();
    return unchanged(
      `the model's head can reproduce only ${percent(learnt)} of the votes (${percent(ENOUGH_AGREEMENT)} needed): label some cells instead`,
    );
  }
  const reached = await withinHomeLoss(run, { restore, kept, limit: homeBefore - homeLoss, options });
  onStage?.("Training on the votes", 1, 1);
  if (reached === undefined)
    return unchanged("training on the votes would lose more accuracy in the home laboratory than allowed");
  return {
    ...shared,
    adapted: true,
    reason: "neighbours' votes",
    agreement: agreementOf(run, cells.features.data, votes),
    home: told(reached.accuracy),
    share: reached.share,
    after: asUnlabelled(run, cells.samples, answers(run, cells.features.data)),
  };
}

function asUnlabelled(
  { classes }: OpenRun,
  samples: UnlabelledCells["samples"],
  rows: readonly (readonly number[])[],
): Predictions {
  return {
    classes,
    rows: samples.map(({ file, group }, i) => ({ file, label: undefined, group, probabilities: rows[i]! })),
  };
}
