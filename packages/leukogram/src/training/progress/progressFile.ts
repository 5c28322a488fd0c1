// How far a program is, for another that watches it: a small JSON file, written whole.
import { writeFileWholeSync } from "@leukogram/engine/formats/writeFile";
import type { ProgressReport } from "./progressReport.ts";

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
