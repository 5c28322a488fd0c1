import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { openLaboratories } from "../data/laboratories.ts";
import { MEASURES } from "../data/microscopy/measures.ts";
import type { DataOptions, OpenedData, Sample } from "../data/sample.ts";
import { isAugmentedName, originalPath } from "../data/sampling/grouping.ts";
import type { Predictions } from "../evaluation/types.ts";
import { groupCopies, mergedGroups } from "./copyGroups.ts";
import { findingsOf } from "./findings.ts";
import { copiesAmong, openRecords, type ReadImage, readImages } from "./readImages.ts";
import type { RecordFile } from "./recordFile.ts";
import { sectionReader } from "./records.ts";
import { testShortcut } from "./shortcuts.ts";
import { findSuspectLabels, locateSuspects } from "./suspectLabels.ts";
import type { Audit, MeasureSummary, NamedShortcut, OddFile, Part, ShortcutName } from "./types.ts";

/** Options of {@link auditData}. */
export interface AuditOptions extends DataOptions {
  readonly seed?: number;
  /** Answers of models that did not learn from the images, to find labels by that are probably wrong. */
  readonly predictions?: Predictions | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** An image, the name of its class, and the part of the data set that it is in. */
export interface AuditItem extends Sample {
  readonly class: string;
  readonly part: Part;
}

const PARTS = ["train", "validation", "test"] as const;
const SHORTCUTS: readonly ShortcutName[] = ["background", "colours", "file"];

/**
 * Looks through labelled images, each `DIR` or `NAME=DIR`, for what would make a model's figures wrong: files that can't
 * be read, copies of one cell on both sides of a split or under two labels, and classes that can be told without
 * looking at the cell. Reads each image once; what is kept of its pixels, 6.9 kB, lies on disk.
 *
 * @throws ERR_DATA and ERR_USAGE as `openLaboratories`; ERR_OUTPUT if the cache folder can't be written; ERR_ABORTED.
 */
export async function auditData(sources: readonly string[], options: AuditOptions = {}): Promise<Audit> {
  const { seed = 0, predictions, signal, onStage, ...dataOptions } = options;
  const { items, classes } = itemsOf(openLaboratories(sources, dataOptions));
  const suspects = predictions && locateSuspects(findSuspectLabels(predictions), items);
  const records = openRecords("audit");
  try {
    const { read, bad } = await readImages(items, { records, signal, onStage });
    const members = read.map(({ item }) => item);
    const pairs = copiesAmong(read, { records, onStage });
    const groups = mergedGroups(members, pairs);
    const shortcuts = SHORTCUTS.flatMap((name): NamedShortcut[] => {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "the audit was interrupted");
      const rows = members.map(({ file, label }, i) => ({ file, label, group: groups[i]! }));
      const test = testShortcut(rows, { classes, seed, features: sectionReader(records, name) });
      return test === undefined ? [] : [{ name, ...test }];
    });
    const found = {
      images: items.length,
      classes,
      parts: PARTS.filter((part) => items.some((item) => item.part === part)),
      counts: classes.map((name, label) =>
        countClass(
          name,
          items.filter((item) => item.label === label),
        ),
      ),
      sizes: sizesOf(read),
      bad,
      odd: oddFiles(read),
      copies: groupCopies(members, pairs),
      augmented: countAugmented(items),
      measures: summarise(members, classes, records),
      shortcuts,
      suspects,
    };
    return { ...found, findings: findingsOf(found) };
  } finally {
    records.close();
  }
}

function itemsOf(opened: OpenedData): { readonly items: AuditItem[]; readonly classes: readonly string[] } {
  const { classes } = opened.train;
  const items = PARTS.flatMap((part) => {
    const set = opened[part];
    if (set === undefined) return [];
    return set.samples.map((sample) => {
      const name = set.classes[sample.label]!;
      return { ...sample, label: classes.indexOf(name), class: name, part };
    });
  });
  return { items, classes };
}

function countClass(name: string, own: readonly AuditItem[]) {
  const byPart = PARTS.map((part) => [part, own.filter((item) => item.part === part).length] as const);
  return { class: name, total: own.length, byPart: Object.fromEntries(byPart.filter(([, count]) => count > 0)) };
}

function sizesOf(read: readonly ReadImage<AuditItem>[]): Audit["sizes"] {
  const counts = new Map<string, { width: number; height: number; images: number }>();
  for (const { facts } of read) {
    const { width, height } = facts;
    const key = `${width} ${height}`;
    counts.set(key, { width, height, images: (counts.get(key)?.images ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.images - a.images || b.width - a.width || b.height - a.height);
}

// By the name alone, as parts may lie in different folders.
function countAugmented(items: readonly AuditItem[]): Audit["augmented"] {
  const augmented = items.filter(({ path }) => isAugmentedName(path));
  if (augmented.length === 0) return { images: 0, acrossParts: 0 };
  const key = ({ path, label }: AuditItem) => `${label} ${basename(originalPath(path)).replace(/\.[^.]+$/, "")}`;
  const parts = new Map<string, Set<Part>>();
  for (const item of items) parts.set(key(item), (parts.get(key(item)) ?? new Set()).add(item.part));
  return {
    images: augmented.length,
    acrossParts: augmented.filter((item) => parts.get(key(item))!.size > 1).length,
  };
}

/** Sides or proportions this many times another than those of the middle image are odd. */
const ODD_FACTOR = 1.5;

function oddFiles(read: readonly ReadImage<AuditItem>[]): OddFile[] {
  const middle = (of: (item: ReadImage<AuditItem>) => number) => median(read.map(of));
  const area = middle(({ facts }) => Math.sqrt(facts.width * facts.height));
  const shape = middle(({ facts }) => facts.width / facts.height);
  const differs = (value: number, usual: number) => Math.max(value / usual, usual / value) > ODD_FACTOR;
  return read.flatMap(({ item, facts: { width, height, oddities } }) => {
    const isOdd = differs(Math.sqrt(width * height), area) || differs(width / height, shape);
    const all = [...oddities, ...(isOdd ? (["odd size"] as const) : [])];
    return all.length === 0 ? [] : [{ file: item.file, oddities: all, width, height }];
  });
}

function summarise(members: readonly AuditItem[], classes: readonly string[], records: RecordFile): MeasureSummary[] {
  const rows = new Float32Array(members.length * MEASURES.length);
  const read = sectionReader(records, "measures");
  for (const i of members.keys()) rows.set(read(i), i * MEASURES.length);
  return MEASURES.flatMap(({ name: measure }, m) =>
    classes.flatMap((name) => {
      const own = members.flatMap((item, i) => (item.class === name ? [i] : []));
      if (own.length === 0) return [];
      const values = Float32Array.from(own, (i) => rows[i * MEASURES.length + m]!).sort();
      const part = (share: number) => values[Math.floor(share * (values.length - 1))]!;
      return [{ measure, class: name, low: part(0.1), median: part(0.5), high: part(0.9) }];
    }),
  );
}

function median(values: readonly number[]): number {
  const rising = [...values].sort((a, b) => a - b);
  return rising[Math.floor((rising.length - 1) / 2)] ?? 1;
}
