import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";

/** @throws ERR_ABORTED if the signal says so. */
export function stopIfAborted(signal: StopSignal | undefined): void {
  if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "explaining was interrupted");
}
