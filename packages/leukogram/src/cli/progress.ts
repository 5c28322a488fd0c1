import { LeukogramError } from "@leukogram/engine/core/errors";
import { onRemark } from "../data/remarks.ts";
import { type JobEvent, lineOfEvent } from "../jobs/jobEvents.ts";
import type { FitProgress } from "../training/fit.ts";
import type { EpochRow } from "../training/history.ts";
import { ProgressFile } from "../training/progress/progressFile.ts";

// A terminal has one last line, whichever job writes it.
let live = false;

/** Takes away the line that is written over, so that something else can be told. */
export function clearLine(): void {
  if (live) process.stderr.write("\r\u001b[K");
  live = false;
}

/** Shows how far a job is, on stderr; on a terminal in one line that is written over. */
export class Progress {
  readonly #quiet: boolean;
  readonly #live: boolean;
  readonly #file: ProgressFile | undefined;
  #last = 0;
  // Seconds of each epoch that is done.
  #epochs: number[] = [];
  #epoch = { number: 0, began: 0 };

  /** @param file where a program that watches reads how far this is. */
  constructor(quiet: boolean, file?: string) {
    this.#quiet = quiet;
    this.#live = process.stderr.isTTY === true;
    this.#file = file === undefined ? undefined : new ProgressFile(file);
    onRemark((text) => this.line(`Note: ${text}`));
  }

  /** Does a job, and tells a program that watches how it ended. */
  async during<T>(job: () => Promise<T>): Promise<T> {
    try {
      const result = await job();
      this.#file?.tell({ state: "finished", secondsLeft: 0 }, { isUrgent: true });
      return result;
    } catch (error) {
      const isStopped = error instanceof LeukogramError && error.code === "ERR_ABORTED";
      const told = { state: isStopped ? "interrupted" : "failed", error: (error as Error).message } as const;
      this.#file?.tell(told, { isUrgent: true });
      throw error;
    }
  }

  /** Shows what a job tells. */
  readonly hear = (event: JobEvent): void => {
    if (event.kind === "note") this.line(event.text);
    else if (event.kind === "warning") this.warn(event.text);
    else if (event.kind === "stage") this.stage(event.stage, event.done, event.total);
    else if (event.kind === "step") this.#step(event.progress);
    else this.#epochDone(event.row, event.epochs);
  };

  /** A line that stays. */
  line(text: string): void {
    if (!this.#quiet) show(text);
  }

  /** A line that stays and is said under --quiet too: without it a number would mislead. */
  warn(text: string): void {
    show(text);
  }

  /** Done so many of so many. */
  readonly stage = (stage: string, done: number, total: number): void => {
    this.#file?.tell({ stage, done, total, imagesPerSecond: null }, { isUrgent: done === total });
    if (done === total) this.line(`${stage}: ${total}`);
    else this.#show(`${stage}: ${done} of ${total}`);
  };

  /** After a training step. What matters least stands last, where a narrow terminal cuts the line. */
  #step(p: FitProgress): void {
    this.#file?.tell({
      stage: "Training",
      done: p.batch,
      total: p.batches,
      epoch: p.epoch,
      epochs: p.epochs,
      loss: p.loss,
      accuracy: p.accuracy,
      imagesPerSecond: p.imagesPerSecond,
      secondsLeft: this.#secondsLeft(p),
    });
    const filled = Math.round((12 * p.batch) / p.batches);
    const bar = "━".repeat(filled) + "─".repeat(12 - filled);
    this.#show(
      `Epoch ${p.epoch}/${p.epochs} ${bar} ${p.batch}/${p.batches}  ${duration(p.secondsLeft)} left  ` +
        `loss ${p.loss.toFixed(4)}  accuracy ${p.accuracy.toFixed(4)}  ${Math.round(p.imagesPerSecond)} images/s`,
    );
  }

  /** After an epoch. */
  #epochDone(row: EpochRow, epochs: number): void {
    this.#epochs.push(row.seconds);
    this.#file?.tell({ epoch: row.epoch, epochs, loss: row.loss, accuracy: row.accuracy }, { isUrgent: true });
    this.line(lineOfEvent({ kind: "epoch", row, epochs })!);
  }

  // Of all epochs: this one's, and for each of the others as long as those took that are done, or this one will.
  #secondsLeft({ epoch, epochs, secondsLeft }: FitProgress): number {
    const now = performance.now();
    if (this.#epoch.number !== epoch) this.#epoch = { number: epoch, began: now };
    const done = this.#epochs.reduce((sum, seconds) => sum + seconds, 0) / this.#epochs.length;
    const own = (now - this.#epoch.began) / 1000 + secondsLeft;
    return secondsLeft + (epochs - epoch) * (this.#epochs.length > 0 ? done : own);
  }

  // On a terminal at most ten times a second; elsewhere not at all.
  #show(text: string): void {
    const now = performance.now();
    if (this.#quiet || !this.#live || now - this.#last < 100) return;
    this.#last = now;
    clearLine();
    process.stderr.write(text.slice(0, (process.stderr.columns ?? 120) - 1));
    live = true;
  }
}

function show(text: string): void {
  clearLine();
  process.stderr.write(`${text}\n`);
}

function duration(seconds: number): string {
  return seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
