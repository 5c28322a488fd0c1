import type { Dataset } from "../data/sample.ts";
import { mergedGroups } from "./copyGroups.ts";
import { copiesAmong, openRecords, type ReadOptions, readImages } from "./readImages.ts";

/** A data set whose copies were found. */
export interface GroupedByCopies {
  /** The same images; those of one cell share a group, with all that shared theirs before. */
  readonly dataset: Dataset;
  /** Pairs of copies that were found. */
  readonly pairs: number;
  /** Groups before and after. */
  readonly groups: readonly [before: number, after: number];
}

/**
 * Finds copies of one cell as `auditData` does, and makes one group of them, so that none stands on both sides of a
 * split. Images that can't be read keep their group.
 *
 * @throws ERR_OUTPUT if the cache folder can't be written; ERR_ABORTED.
 */
export async function groupByCopies(
  dataset: Dataset,
  options: Omit<ReadOptions, "records"> = {},
): Promise<GroupedByCopies> {
  const { samples } = dataset;
  const records = openRecords("copies");
  try {
    const items = samples.map(({ file, path }, place) => ({ file, path, place }));
    const { read } = await readImages(items, { ...options, records });
    const pairs = copiesAmong(read, { ...options, records }).map((pair) => ({
      ...pair,
      first: read[pair.first]!.item.place,
      second: read[pair.second]!.item.place,
    }));
    const groups = mergedGroups(samples, pairs);
    const count = (names: readonly string[]) => new Set(names).size;
    return {
      dataset: { ...dataset, samples: samples.map((sample, i) => ({ ...sample, group: groups[i]! })) },
      pairs: pairs.length,
      groups: [count(samples.map(({ group }) => group)), count(groups)],
    };
  } finally {
    records.close();
  }
}
