import { timed } from "@leukogram/engine/core/spans";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { type FitLoopOptions, type FitResult, fitLoop, type RunStore } from "./fitLoop.ts";
import { formatHistory } from "./history.ts";
import { processorSeconds } from "./progress/processorTime.ts";

export type { BatchSource, FitProgress, FitResult } from "./fitLoop.ts";

/** What {@link fit} takes. */
export interface FitOptions extends Omit<FitLoopOptions, "store"> {
  /** Where checkpoint and history are kept; without one nothing is written. */
  readonly files?: { readonly checkpoint: string; readonly history: string };
}

/**
 * Trains as {@link fitLoop} does, with checkpoint and history in files.
 *
 * @throws as {@link fitLoop}; ERR_FORMAT if the checkpoint is damaged.
 */
export function fit({ files, ...options }: FitOptions): Promise<FitResult> {
  return fitLoop({ cpuClock: processorSeconds, ...options, store: files && fileStore(files) });
}

function fileStore({ checkpoint, history }: NonNullable<FitOptions["files"]>): RunStore {
  return {
    name: checkpoint,
    read: () => readCheckpoint(checkpoint),
    save: (state) => timed("Write a checkpoint", () => writeCheckpoint(checkpoint, state)),
    writeHistory: (rows) => writeFileWhole(history, formatHistory(rows)),
  };
}
