import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { compareCodePoints } from "../folders/walk.ts";
import type { Sample } from "../sample.ts";

/** Options of {@link assignFolds}. */
export interface FoldOptions {
  /** Default 5. */
  readonly folds?: number;
  readonly seed?: number;
}

/**
 * The fold of each image, 0 to folds - 1: groups stay whole, and each fold gets its share of every class, as nearly as the
 * groups allow (after scikit-learn's StratifiedGroupKFold). The order of the images has no say in it.
 *
 * @throws ERR_USAGE if there are fewer than 2 folds; ERR_DATA if there are fewer groups than folds.
 */
export function assignFolds(
  samples: readonly Pick<Sample, "label" | "group">[],
  { folds = 5, seed = 0 }: FoldOptions = {},
): number[] {
  if (!Number.isInteger(folds) || folds < 2)
    throw new LeukogramError("ERR_USAGE", `folds: expected a whole number above 1, received ${folds}`);
  const groups = collectGroups(samples, new Rng(seed).fork("folds"));
  if (groups.length < folds)
    throw new LeukogramError("ERR_DATA", `${groups.length} groups of images are too few for ${folds} folds`, {
      hint: "Give more images, or use fewer folds.",
    });
  const totals = new Map<number, number>();
  for (const { label } of samples) totals.set(label, (totals.get(label) ?? 0) + 1);
  const held = Array.from({ length: folds }, () => ({ images: 0, byClass: new Map<number, number>() }));
  const foldOf = new Map<string, number>();
  for (const { key, counts, size } of groups) {
    // How full of the group's own classes a fold is already; the emptiest takes it.
    const fullness = held.map(({ images, byClass }) => {
      const own = [...counts].reduce(
        (sum, [label, count]) => sum + (count * (byClass.get(label) ?? 0)) / totals.get(label)!,
        0,
      );
      return [own, images] as const;
    });
    const fold = [...held.keys()].sort(
      (a, b) => fullness[a]![0] - fullness[b]![0] || fullness[a]![1] - fullness[b]![1] || a - b,
    )[0]!;
    foldOf.set(key, fold);
    held[fold]!.images += size;
    for (const [label, count] of counts) held[fold]!.byClass.set(label, (held[fold]!.byClass.get(label) ?? 0) + count);
  }
  return samples.map(({ group }) => foldOf.get(group)!);
}

interface Group {
  readonly key: string;
  /** Images of each class. */
  readonly counts: ReadonlyMap<number, number>;
  readonly size: number;
}

// In random order, the larger first.
function collectGroups(samples: readonly Pick<Sample, "label" | "group">[], rng: Rng): Group[] {
  const found = new Map<string, Map<number, number>>();
  for (const { group, label } of samples) {
    const counts = found.get(group) ?? new Map<number, number>();
    counts.set(label, (counts.get(label) ?? 0) + 1);
    found.set(group, counts);
  }
  const groups = [...found].map(([key, counts]) => ({
    key,
    counts,
    size: [...counts.values()].reduce((a, b) => a + b),
  }));
  groups.sort((a, b) => compareCodePoints(a.key, b.key));
  return rng.shuffle(groups).sort((a, b) => b.size - a.size);
}
