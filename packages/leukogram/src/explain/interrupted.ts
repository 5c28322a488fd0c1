import { LeukogramError } from "@leukogram/engine/core/errors";

/** @throws ERR_ABORTED if the signal says so. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "explaining was interrupted");
}
