import { type ProgressReport, readProgress } from "leukogram/training/progress/progressReport";
import { readHistory } from "leukogram/training/readHistory";
import type { z } from "zod";
import type { run } from "../contract/work.ts";

/** How far a run is, as it goes over the wire. */
export type RunProgress = z.infer<typeof run>["progress"];

/** Before anything is known. */
export const NO_PROGRESS: RunProgress = {
  epoch: 0,
  epochs: null,
  imagesPerSecond: null,
  secondsLeft: null,
  stage: null,
  history: [],
};

/** What a run's files say of it. */
export interface RunFiles {
  readonly progress: RunProgress;
  readonly report: ProgressReport | undefined;
}

/**
 * Reads how far a run is: its history.csv, and the file in which the program tells where it is.
 *
 * @param folder the run folder, there or not.
 */
export function readRunFiles(folder: string, progressFile: string): RunFiles {
  const report = readProgress(progressFile);
  const history = historyOf(folder);
  const isRunning = report?.state === "running";
  return {
    report,
    progress: {
      epoch: Math.max(report?.epoch ?? 0, history.at(-1)?.epoch ?? 0),
      epochs: report?.epochs ?? null,
      imagesPerSecond: isRunning ? report.imagesPerSecond : null,
      secondsLeft: isRunning ? report.secondsLeft : null,
      stage: isRunning ? stageOf(report) : null,
      history,
    },
  };
}

function stageOf({ stage, done, total }: ProgressReport): string {
  return total > 0 ? `${stage}: ${done} of ${total}` : stage;
}

function historyOf(folder: string): RunProgress["history"] {
  return readHistory(folder).map(({ epoch, loss, accuracy, valLoss, valAccuracy }) => ({
    ...{ epoch, loss, accuracy },
    valLoss: valLoss ?? null,
    valAccuracy: valAccuracy ?? null,
  }));
}
