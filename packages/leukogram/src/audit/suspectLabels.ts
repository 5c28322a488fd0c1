import { LeukogramError } from "@leukogram/engine/core/errors";
import { knownRows } from "../evaluation/evaluate.ts";
import type { Predictions } from "../evaluation/types.ts";

/** An image whose label is probably wrong. */
export interface SuspectLabel {
  readonly file: string;
  readonly label: string;
  /** What it probably is. */
  readonly suggested: string;
  /** How much more probable that is than the label, less what is usual for both classes: the higher, the more suspect. */
  readonly score: number;
}

/**
 * Images that models which did not learn from them take for another class, as surely as they take that class's own images
 * for it, the most suspect first (confident learning; Northcutt, Jiang and Chuang 2021).
 *
 * A model is surest of an image's class where it is at least as sure as it is of that class's images on average; among several such
 * classes the most probable counts.
 *
 * @param predictions answers to images that were not learned from, as `crossvalidate` writes them.
 * @throws ERR_DATA if no image has a known class.
 */
export function findSuspectLabels(predictions: Predictions): SuspectLabel[] {
  const { classes } = predictions;
  const rows = knownRows(predictions);
  const usual = classes.map((_, k) => {
    const own = rows.filter(({ label }) => label === k);
    // A class without images can't be suggested.
    if (own.length === 0) return Number.POSITIVE_INFINITY;
    return own.reduce((sum, { probabilities }) => sum + probabilities[k]!, 0) / own.length;
  });
  const suspects = rows.flatMap(({ file, label, probabilities }): SuspectLabel[] => {
    const sure = classes.flatMap((_, k) => (probabilities[k]! >= usual[k]! ? [k] : []));
    const best = sure.reduce((a, b) => (probabilities[b]! > probabilities[a]! ? b : a), sure[0] ?? label);
    if (best === label) return [];
    const score = probabilities[best]! - usual[best]! - (probabilities[label]! - usual[label]!);
    return [{ file, label: classes[label]!, suggested: classes[best]!, score }];
  });
  return suspects.sort((a, b) => b.score - a.score || (a.file < b.file ? -1 : 1));
}

/**
 * The suspects' paths, as the audited images know them.
 *
 * @throws ERR_DATA if predictions are of other images.
 */
export function locateSuspects(
  suspects: readonly SuspectLabel[],
  images: readonly { readonly file: string; readonly path: string }[],
): (SuspectLabel & { readonly path: string })[] {
  const pathOf = new Map(images.map(({ file, path }) => [file, path]));
  return suspects.map((suspect) => {
    const path = pathOf.get(suspect.file);
    if (path === undefined)
      throw new LeukogramError("ERR_DATA", `predictions: ${suspect.file} is not among the images`, {
        hint: "Give predictions for the same folder.",
      });
    return { ...suspect, path };
  });
}
