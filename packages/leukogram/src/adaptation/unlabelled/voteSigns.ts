// Whether votes may be trusted, judged without a label.
import { Rng } from "@leukogram/engine/core/rng";
import { takeRows } from "@leukogram/engine/core/rows";
import { argmax } from "../../metrics/topKAccuracy.ts";
import { percent } from "../labelFree/adaptation.ts";
import { totalVariation } from "../labelFree/pseudoLabels.ts";
import { areMixed, type TwoLooks } from "./mixedLooks.ts";
import type { Neighbours } from "./nearestNeighbours.ts";
import { cellNeighbours, type VoteOptions, voted } from "./neighbourVotes.ts";
import type { Rows } from "./principalComponents.ts";

/** What votes look like, as far as that can be seen without a label. */
export interface VoteSigns {
  readonly cells: number;
  /** Cells that are not the same picture as an earlier one. */
  readonly distinct: number;
  /** Share of the cells that get another answer. */
  readonly changed: number;
  /** How many cells go from one class to another, most first. */
  readonly changes: readonly { readonly from: string; readonly to: string; readonly cells: number }[];
  /** Share of the cells that would have to move for classes to be as frequent as before. */
  readonly moved: number;
  /** Classes that no cell is left of after the vote, and how many cells the model itself had given them. */
  readonly vanished: readonly { readonly name: string; readonly cells: number }[];
  /** Share of the most frequent class after the vote, and which it is. */
  readonly largest: { readonly name: string; readonly share: number };
  /** Mean probability of the model's own answers. */
  readonly confidence: number;
  /** The same on remembered cells of its own laboratory; undefined if it remembers none. */
  readonly homeConfidence: number | undefined;
  /** Share of neighbours that the model itself takes for the same class. */
  readonly smoothness: number;
  /** Share of votes that come out the same where a random half of the cells votes alone. */
  readonly stability: number;
  /** The two groups that pictures fall into by their looks; undefined if there are none. */
  readonly looks: TwoLooks | undefined;
}

/** What {@link voteSigns} looks at. */
export interface SignsOptions {
  readonly features: Rows;
  /** The model's own probabilities, [N][K]. */
  readonly own: readonly (readonly number[])[];
  readonly neighbours: Neighbours;
  /** Probabilities after the vote, [N][K]. */
  readonly votes: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly homeConfidence: number | undefined;
  readonly looks: TwoLooks | undefined;
  /** How the votes were taken, so that halves vote alike. */
  readonly vote: VoteOptions;
  /** Default: 0. */
  readonly seed?: number;
}

/** Fewer cells than this are left alone: votes of 100 cost some draws 3 to 4 points (docs/measurements/adapt.md). */
export const FEWEST_CELLS = 200;
const RESAMPLES = 4;
/** Cosine from which two cells are the same picture. */
const SAME = 0.9999;

/** Looks at votes. Random halves vote again, so it takes some four times as long as a vote. */
export function voteSigns(options: SignsOptions): VoteSigns {
  const { own, votes, classes, neighbours, features } = options;
  const before = own.map((row) => argmax(row));
  const after = votes.map((row) => argmax(row));
  const shares = sharesOf(after, classes.length);
  const largest = argmax(shares);
  return {
    cells: own.length,
    distinct: distinctRows(features),
    changed: shareOf(after, (label, i) => label !== before[i]),
    changes: changesOf(before, after, classes),
    moved: totalVariation(sharesOf(before, classes.length), shares),
    vanished: classes
      .map((name, k) => ({ name, cells: before.filter((label) => label === k).length }))
      .filter(({ cells }, k) => cells > 0 && shares[k] === 0),
    largest: { name: classes[largest]!, share: shares[largest]! },
    confidence: own.reduce((sum, row) => sum + Math.max(...row), 0) / own.length,
    homeConfidence: options.homeConfidence,
    smoothness: shareOf(
      [...neighbours.indices],
      (other, n) => before[other] === before[Math.floor(n / neighbours.each)],
    ),
    stability: stabilityOf(options, after),
    looks: options.looks,
  };
}

/** The model must be this share as sure as at home; where it was far off it was 0.72 at most. */
const LEAST_CONFIDENCE = 0.74;
/** The same where it remembers no cell of its home. */
const LEAST_PLAIN_CONFIDENCE = 0.7;
const LEAST_SMOOTHNESS = 0.79;
const LEAST_STABILITY = 0.85;
const MOST_OF_ONE_CLASS = 0.9;
const MOST_CHANGED = 0.3;

/** Why votes are not to be followed, and how to mend that; undefined if nothing speaks against them. */
export function voteFault(signs: VoteSigns): string | undefined {
  const { distinct, largest, confidence, homeConfidence, smoothness, stability, changed, looks } = signs;
  const sure = homeConfidence === undefined ? LEAST_PLAIN_CONFIDENCE : LEAST_CONFIDENCE * homeConfidence;
  const faults: readonly (readonly [boolean, string])[] = [
    [
      distinct < FEWEST_CELLS,
      `${distinct} different cells are too few for a vote (${FEWEST_CELLS} needed): give more cells`,
    ],
    [
      areMixed(looks),
      `the images seem to come from two laboratories (${percent(looks?.minority ?? 0)} of them differ from the rest): give each laboratory's cells separately`,
    ],
    [
      largest.share > MOST_OF_ONE_CLASS,
      `${percent(largest.share)} of the cells are predicted as one class (${largest.name}): give cells as they occur on the slide`,
    ],
    [
      confidence < sure,
      `the model is too uncertain on these cells (mean probability ${confidence.toFixed(2)}, ${sure.toFixed(2)} needed): label some cells instead`,
    ],
    [
      smoothness < LEAST_SMOOTHNESS,
      `cells that look similar to the model get different predictions (${percent(smoothness)} of neighbours agree, ${percent(LEAST_SMOOTHNESS)} needed): label some cells instead`,
    ],
    [
      stability < LEAST_STABILITY,
      `the votes are not stable with half of the cells (${percent(stability)} stay the same, ${percent(LEAST_STABILITY)} needed): give more cells, or label some`,
    ],
    [
      changed > MOST_CHANGED,
      `${percent(changed)} of the predictions would change (${percent(MOST_CHANGED)} at most): label some cells instead`,
    ],
  ];
  return faults.find(([isFault]) => isFault)?.[1];
}

/** How many answers change, from what to what: `31 of 300 (10 %): 20 Monocyte to Lymphocyte, ...`. */
export function changesText({ cells, changed, changes }: VoteSigns): string {
  const list = changes.map(({ from, to, cells: count }) => `${count} ${from} to ${to}`).join(", ");
  return `${Math.round(changed * cells)} of ${cells} (${percent(changed)})${list === "" ? "" : `: ${list}`}`;
}

// Each half votes by itself; its votes are held against those of all.
function stabilityOf({ features, own, seed = 0, vote }: SignsOptions, after: readonly number[]): number {
  const rng = new Rng(seed).fork("vote halves");
  const count = own.length;
  let same = 0;
  for (let r = 0; r < RESAMPLES / 2; r++) {
    const order = rng.fork(r).permutation(count);
    for (const half of [order.slice(0, count >> 1), order.slice(count >> 1)]) {
      const rows = { data: takeRows(features.data, features.width, half), width: features.width };
      const votes = voted(
        half.map((i) => own[i]!),
        cellNeighbours(rows, vote),
        vote,
      );
      same += half.filter((i, j) => argmax(votes[j]!) === after[i]).length;
    }
  }
  return same / (count * (RESAMPLES / 2));
}

function distinctRows({ data, width }: Rows): number {
  const count = data.length / width;
  const row = (i: number) => data.subarray(i * width, (i + 1) * width);
  const lengths = Array.from({ length: count }, (_, i) =>
    Math.sqrt(row(i).reduce((sum, value) => sum + value ** 2, 0)),
  );
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    let isSeen = false;
    for (let j = 0; j < i && !isSeen; j++) {
      // Rows of other lengths can't be the same; that spares most products.
      if (Math.abs(lengths[i]! - lengths[j]!) > 0.01 * lengths[i]!) continue;
      let product = 0;
      for (let f = 0; f < width; f++) product += data[i * width + f]! * data[j * width + f]!;
      isSeen = product >= SAME * lengths[i]! * lengths[j]!;
    }
    if (!isSeen) distinct++;
  }
  return distinct;
}

function changesOf(before: readonly number[], after: readonly number[], classes: readonly string[]) {
  const counts = new Map<string, { from: string; to: string; cells: number }>();
  for (const [i, to] of after.entries()) {
    const from = before[i]!;
    if (from === to) continue;
    const known = counts.get(`${from} ${to}`) ?? { from: classes[from]!, to: classes[to]!, cells: 0 };
    counts.set(`${from} ${to}`, { ...known, cells: known.cells + 1 });
  }
  return [...counts.values()].sort((a, b) => b.cells - a.cells);
}

function sharesOf(labels: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => shareOf(labels, (label) => label === k));
}

function shareOf<T>(items: readonly T[], test: (item: T, i: number) => boolean): number {
  return items.length === 0 ? 1 : items.filter(test).length / items.length;
}
