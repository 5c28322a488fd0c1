// The count of a case: of the server, and of private mode.
import { counted } from "@leukogram/engine/core/counted";
import { type Sentence, sentence } from "@leukogram/engine/core/sentence";
import { CELL_TYPES } from "../cells/classes.ts";
import { type CropCounts, leavesPicture } from "../cells/cropCounts.ts";
import { type AnsweredCell, type CellAnswer, calledLabel, countedLabel, modelLabel } from "./answer.ts";
import { COUNTED_AS, type CountedAs, isReported } from "./labels.ts";

/** Cells that are alike in all that a count asks. */
export interface CellGroup extends AnsweredCell, Pick<CellAnswer, "isUnfamiliar"> {
  /** Whether their crops leave the picture, and whether a nucleus was found; null if they were not cropped. */
  readonly leaves: boolean | null;
  readonly hasNucleus: boolean | null;
  readonly count: number;
}

/** A cell as a group of one. */
export function groupOf(cell: AnsweredCell & Pick<CellAnswer, "isUnfamiliar" | "crop">): CellGroup {
  const { status, predicted, isRejected, isUnfamiliar, label, labelCountsAs, crop } = cell;
  return {
    ...{ status, predicted, isRejected, isUnfamiliar, label, labelCountsAs, count: 1 },
    leaves: crop === null ? null : leavesPicture(crop.outside),
    hasNucleus: crop === null ? null : crop.nucleus,
  };
}

/** Cells of one name that says more than what they count as: a label of the laboratory's own, or a type beyond the five. */
export interface Subtype {
  readonly name: string;
  readonly countsAs: CountedAs;
  readonly count: number;
  /** Those that a reader called so; the others the model did. */
  readonly byReaders: number;
}

/** How many cells there are of each kind. */
export interface Tally {
  /** By the five types, what shares are of. */
  readonly counts: readonly number[];
  /** Leukocytes that are none of the five. */
  readonly others: number;
  /** All leukocytes: the sum of these. */
  readonly cells: number;
  /** Nucleated red cells, which are told for 100 leukocytes. */
  readonly erythroblasts: number;
  /** What is neither, as platelets. */
  readonly notLeukocytes: number;
  /** In the order of what they count as, then by name. */
  readonly subtypes: readonly Subtype[];
  readonly unidentified: number;
  readonly artefacts: number;
  readonly smudges: number;
  /** Without an answer yet. */
  readonly waiting: number;
  /** What the model alone gave each type, before any review; after the five the other leukocytes, and erythroblasts. */
  readonly before: readonly number[];
  /** Null if none was cropped. */
  readonly crops: CropCounts | null;
  /** Labelled by readers, of those that the count speaks of. */
  readonly reviewed: number;
  /** Answered by the model; those unlike what it knows; and of both those that no reader labelled. */
  readonly classified: number;
  readonly unfamiliar: number;
  readonly byModel: number;
  readonly unfamiliarByModel: number;
}

/** Counts cells by the label that counts. */
export function tallyOf(groups: readonly CellGroup[]): Tally {
  const classified = groups.filter(({ status }) => status === "classified");
  const unfamiliar = classified.filter(({ isUnfamiliar }) => isUnfamiliar);
  const labels = byLabel(groups, countedLabel);
  const before = byLabel(groups, modelLabel);
  const counts = CELL_TYPES.map(labels);
  return {
    counts,
    others: labels("OtherLeukocyte"),
    cells: counts.reduce((all, count) => all + count, labels("OtherLeukocyte")),
    erythroblasts: labels("Erythroblast"),
    notLeukocytes: labels("NotLeukocyte"),
    subtypes: subtypesOf(groups),
    unidentified: labels("Unidentified"),
    artefacts: labels("Artefact"),
    smudges: labels("Smudge"),
    waiting: sum(groups.filter(({ status }) => status === "waiting")),
    before: [...CELL_TYPES, "OtherLeukocyte" as const, "Erythroblast" as const].map(before),
    crops: cropsOf(classified),
    reviewed: sum(groups.filter((group) => group.label !== null && isReported(countedLabel(group)!))),
    classified: sum(classified),
    unfamiliar: sum(unfamiliar),
    byModel: sum(classified.filter(isUnread)),
    unfamiliarByModel: sum(unfamiliar.filter(isUnread)),
  };
}

/** Fewer cells than laboratories count. */
const FEW = 100;

/** What a reader of a count of few cells must know, a sentence; nothing if they are enough. */
export function fewCellsSentences(cells: number): Sentence[] {
  if (cells >= FEW) return [];
  const text = `${counted(cells, "cell is", "cells are")} few: laboratories count ${FEW} or more.`;
  return [sentence("note.fewCells", text, { cells, least: FEW })];
}

const isUnread = ({ label }: CellGroup) => label === null;

const sum = (groups: readonly CellGroup[]) => groups.reduce((all, { count }) => all + count, 0);

function subtypesOf(groups: readonly CellGroup[]): Subtype[] {
  const found = new Map<string, Subtype>();
  for (const group of groups) {
    const [name, countsAs] = [calledLabel(group), countedLabel(group)];
    if (name === null || countsAs === null || name === countsAs) continue;
    // A label that was given up, and then given to something else, is two.
    const key = `${countsAs} ${name}`;
    const { count, byReaders } = found.get(key) ?? { count: 0, byReaders: 0 };
    const read = group.label === null ? 0 : group.count;
    found.set(key, { name, countsAs, count: count + group.count, byReaders: byReaders + read });
  }
  const place = ({ countsAs }: Subtype) => COUNTED_AS.indexOf(countsAs);
  return [...found.values()].sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

function byLabel(
  groups: readonly CellGroup[],
  labelOf: (group: CellGroup) => CountedAs | null,
): (label: CountedAs) => number {
  const counts = new Map<CountedAs | null, number>();
  for (const group of groups) {
    const label = labelOf(group);
    counts.set(label, (counts.get(label) ?? 0) + group.count);
  }
  return (label) => counts.get(label) ?? 0;
}

function cropsOf(classified: readonly CellGroup[]): CropCounts | null {
  const cropped = classified.filter(({ leaves }) => leaves !== null);
  if (cropped.length === 0) return null;
  return {
    crops: sum(cropped),
    leaving: sum(cropped.filter(({ leaves }) => leaves)),
    withoutNucleus: sum(cropped.filter(({ hasNucleus }) => hasNucleus === false)),
  };
}
