import { existsSync, readFileSync } from "node:fs";
import { runFiles } from "../run/runFolder.ts";
import { type EpochRow, parseHistory } from "./history.ts";

/** The epochs of a run so far; none if it has no history. @throws as {@link parseHistory}. */
export function readHistory(run: string): EpochRow[] {
  const { history } = runFiles(run);
  return existsSync(history) ? parseHistory(readFileSync(history, "utf8")) : [];
}
