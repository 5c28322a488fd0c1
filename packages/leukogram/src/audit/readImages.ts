// Images as the search for copies sees them: looked at once, what is kept of each on disk.

import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { defaultCacheDir } from "../data/loading/cacheDir.ts";
import { WorkerPool } from "../data/loading/workerPool.ts";
import { toldBits } from "../data/pictures/depth.ts";
import { bitsOfSet } from "../data/pictures/pictureSets.ts";
import type { Sample } from "../data/sample.ts";
import { type CopyPair, findCopies } from "./copies.ts";
import { embeddingModel } from "./embeddingModel.ts";
import type { ImageFacts } from "./imageFacts.ts";
import type { Look, LookJob, LookWorkerData } from "./lookWorker.ts";
import { RecordFile } from "./recordFile.ts";
import { polarReader, RECORD_BYTES, registrationReader, sectionReader } from "./records.ts";
import type { BadFile } from "./types.ts";

/** An image that was read: facts of its file; its place among those that were read is that of its record. */
export interface ReadImage<Item> {
  readonly item: Item;
  readonly facts: Pick<ImageFacts, "width" | "height" | "oddities">;
  readonly hash: string;
}

/** A file of records that is gone when it is closed. @throws ERR_OUTPUT if the cache folder can't be written. */
export function openRecords(name: string): RecordFile {
  const cacheDir = defaultCacheDir();
  mkdirSync(cacheDir, { recursive: true });
  return new RecordFile(join(cacheDir, `${name}-${process.pid}.tmp`), RECORD_BYTES);
}

/** Where what is kept of images goes, and who is told of the progress. */
export interface ReadOptions {
  readonly records: RecordFile;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

const MOST_THREADS = 8;

/**
 * Looks at images ahead in worker threads; their records are kept in the order of those that could be read.
 *
 * @throws ERR_ABORTED.
 */
export async function readImages<Item extends Pick<Sample, "file" | "path">>(
  items: readonly Item[],
  { records, signal, onStage }: ReadOptions,
): Promise<{ readonly read: ReadImage<Item>[]; readonly bad: BadFile[] }> {
  const read: ReadImage<Item>[] = [];
  const bad: BadFile[] = [];
  const threads = Math.min(MOST_THREADS, availableParallelism(), items.length);
  const pool = new WorkerPool<LookJob, Look>({
    name: "audit",
    count: threads,
    script: new URL("./lookWorker", import.meta.url),
    data: { model: await embeddingModel() } satisfies LookWorkerData,
    isNative: true,
  });
  const ahead: Promise<Look>[] = [];
  try {
    for (const [i, item] of items.entries()) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "reading images was interrupted");
      while (ahead.length < 3 * threads && i + ahead.length < items.length) {
        const { path } = items[i + ahead.length]!;
        const pending = pool.run({ path, bits: toldBits() ?? (await bitsOfSet(path)) });
        pending.catch(() => {}); // awaited below, unless an earlier image fails
        ahead.push(pending);
      }
      const look = await ahead.shift()!;
      if (look.problem === undefined) {
        records.append(look.row);
        read.push({ item, facts: look.facts, hash: look.hash });
      } else bad.push({ file: item.file, problem: look.problem, reason: look.reason });
      onStage?.("Reading images", i + 1, items.length);
    }
  } finally {
    await pool.close();
  }
  return { read, bad };
}

/** Pairs of pictures of one cell among those that were read. */
export function copiesAmong(
  read: readonly ReadImage<unknown>[],
  { records, onStage }: Pick<ReadOptions, "records" | "onStage">,
): CopyPair[] {
  onStage?.("Comparing images", 0, 1);
  const pairs = findCopies({
    count: read.length,
    hash: (i) => read[i]!.hash,
    invariants: sectionReader(records, "invariants"),
    polar: [polarReader(records), polarReader(records)],
    embedding: sectionReader(records, "embedding"),
    registration: [registrationReader(records), registrationReader(records)],
  });
  onStage?.("Comparing images", 1, 1);
  return pairs;
}
