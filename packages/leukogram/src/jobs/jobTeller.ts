import { appendFileSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { unpackSources } from "../data/archives/unpackSources.ts";
import { hearRemarks } from "../data/remarks.ts";
import type { FitProgress } from "../training/fit.ts";
import type { EpochRow } from "../training/history.ts";
import { type JobEvent, type JobOptions, lineOfEvent } from "./jobEvents.ts";

/** Passes on what a job tells, and keeps its lines for the log in the run folder, which is made late. */
export class JobTeller {
  readonly #onProgress: JobOptions["onProgress"];
  #log: string | undefined;
  #kept: string[] = [];

  constructor(onProgress: JobOptions["onProgress"]) {
    this.#onProgress = onProgress;
  }

  /** From now on keeps lines for {@link openLog}; what was kept before is dropped. */
  beginLog(): void {
    this.#log = undefined;
    this.#kept = [];
  }

  /** Writes the kept lines behind those that the file holds, and from now on each line as it comes. */
  openLog(path: string): void {
    this.#log = path;
    for (const line of this.#kept.splice(0)) this.#write(line);
  }

  /** A sentence. */
  readonly line = (text: string): void => this.#tell({ kind: "note", text });

  /** A sentence that begins with "Note:". */
  readonly note = (text: string): void => this.line(`Note: ${text}`);

  /** The same, for what is said to a user who asked for quiet too. */
  readonly warn = (text: string): void => this.#tell({ kind: "warning", text: `Note: ${text}` });

  /** Done so many of so many. */
  readonly stage = (stage: string, done: number, total: number): void =>
    this.#tell({ kind: "stage", stage, done, total });

  /** After a training step. */
  readonly step = (progress: FitProgress): void => this.#tell({ kind: "step", progress });

  /** After an epoch of so many. */
  readonly epochOf =
    (epochs: number) =>
    (row: EpochRow): void =>
      this.#tell({ kind: "epoch", row, epochs });

  #tell(event: JobEvent): void {
    const line = lineOfEvent(event);
    if (line !== undefined) {
      if (this.#log === undefined) this.#kept.push(line);
      else this.#write(line);
    }
    this.#onProgress?.(event);
  }

  #write(line: string): void {
    try {
      appendFileSync(this.#log!, `${line}\n`);
    } catch {
      // A log that can't be written is no reason to end a job.
    }
  }
}

/**
 * Does a job: zips among its sources are unpacked first, and what is noticed of pictures while it runs is told with the rest.
 *
 * @throws ERR_DATA as `unpackZip`; ERR_ABORTED; what the job throws.
 */
export async function runJob<T>(
  { signal, onProgress }: JobOptions,
  sources: readonly (string | undefined)[],
  job: (tell: JobTeller) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "the job was interrupted before it began");
  const tell = new JobTeller(onProgress);
  const stop = hearRemarks(tell.note);
  try {
    await unpackSources(sources, signal);
    return await job(tell);
  } finally {
    stop();
  }
}
