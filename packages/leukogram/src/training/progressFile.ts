// How far a program is, for another that watches it: a small JSON file, written whole.
import { readFileSync } from "node:fs";
import { writeFileWholeSync } from "@leukogram/engine/formats/writeFile";
import { z } from "zod";

const report = z.object({
  state: z.enum(["running", "finished", "failed", "interrupted"]),
  /** What is being done, such as "Decoding training images". */
  stage: z.string(),
  /** Done so many of so many; of a training, steps of the epoch. */
  done: z.number(),
  total: z.number(),
  /** From 1; 0 before the first. */
  epoch: z.number(),
  epochs: z.number().nullable(),
  /** Means over the epoch so far. */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Until all epochs are done; fewer where training stops early. */
  secondsLeft: z.number().nullable(),
  /** Why it failed, in one line. */
  error: z.string().nullable(),
});

/** How far a program is. */
export type ProgressReport = z.infer<typeof report>;

const BEGINNING: ProgressReport = {
  state: "running",
  stage: "Starting",
  done: 0,
  total: 0,
  epoch: 0,
  epochs: null,
  loss: null,
  accuracy: null,
  imagesPerSecond: null,
  secondsLeft: null,
  error: null,
};

/** Milliseconds between two writes. */
const PAUSE = 500;

/** Keeps a file up to date on how far a program is. */
export class ProgressFile {
  readonly #path: string;
  #report = BEGINNING;
  #written = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
    this.tell({}, { isUrgent: true });
  }

  /** Changes what is told; written at most twice a second unless it is urgent. */
  tell(news: Partial<ProgressReport>, { isUrgent = false }: { readonly isUrgent?: boolean } = {}): void {
    this.#report = { ...this.#report, ...news };
    const now = performance.now();
    if (!isUrgent && now - this.#written < PAUSE) return;
    this.#written = now;
    try {
      writeFileWholeSync(this.#path, JSON.stringify(this.#report));
    } catch {
      // A report that can't be written is no reason to end a training.
    }
  }
}

/** Reads what a {@link ProgressFile} wrote; undefined where there is none, or something else. */
export function readProgress(path: string): ProgressReport | undefined {
  try {
    return report.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}
