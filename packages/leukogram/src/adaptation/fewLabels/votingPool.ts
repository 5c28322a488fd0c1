import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { OpenRun } from "../openRun.ts";
import { cellNeighbours, type VoteOptions, voted } from "../unlabelled/neighbourVotes.ts";
import { type LookOptions, lookAtUnlabelled } from "../unlabelled/unlabelledCells.ts";
import type { Cells } from "./labelledCells.ts";
import { headLogits, softmaxRows } from "./topPart.ts";

/** Unlabelled cells that vote together with the labelled ones. */
export interface VotingPool {
  readonly cells: Cells;
  /** What the head is given for them by the old blocks, [M, F], flat. */
  readonly features: Float32Array;
  /** Votes on them, [M][K], where the labels of these labelled cells are known and no others. */
  votes(known: readonly number[]): readonly (readonly number[])[];
}

/** What {@link votingPool} takes beside the run and the paths. */
export interface VotingPoolOptions extends LookOptions, SessionOptions, VoteOptions {
  /** The labelled cells, and what the head is given for them, [N, F], flat. */
  readonly labelled: { readonly cells: Cells; readonly features: Float32Array };
}

/**
 * Looks at cells without labels, and lets them vote together with labelled ones, which are held to their labels.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function votingPool(
  run: OpenRun,
  paths: readonly string[],
  { labelled, ...options }: VotingPoolOptions,
): Promise<VotingPool> {
  const { cells, features, own } = await lookAtUnlabelled(run, paths, options);
  const count = labelled.cells.labels.length;
  const all = new Float32Array(labelled.features.length + features.data.length);
  all.set(labelled.features);
  all.set(features.data, labelled.features.length);
  const answers = [...softmaxRows(headLogits(run, labelled.features), run.classes.length), ...own];
  const neighbours = cellNeighbours({ data: all, width: features.width }, options);
  return {
    cells,
    features: features.data,
    votes(known) {
      const labels = new Map(known.map((i) => [i, labelled.cells.labels[i]!]));
      return voted(answers, neighbours, { ...options, known: labels }).slice(count);
    },
  };
}
