import type { z } from "zod";
import type { RunRow } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { run } from "../contract/work.ts";
import { runPaths } from "./runFiles.ts";
import { type RunProgress, readRunFiles } from "./runProgress.ts";

/** A run, as it goes over the wire. */
export type RunView = z.infer<typeof run>;

/** A run for those who ask; how far one is that is under way, its files say. */
export function runView(store: Pick<Store, "folder">, row: RunRow): RunView {
  const { id, kind, name, status, startedBy, createdAt, finishedAt, error, settings, model, findings } = row;
  const paths = runPaths(store, row);
  const isOver = status !== "running" && status !== "cancelled";
  return {
    ...{ id, kind, name, status, startedBy, error, model },
    createdAt: createdAt.toISOString(),
    findings: (findings ?? []) as RunView["findings"],
    finishedAt: finishedAt?.toISOString() ?? null,
    // Where the server keeps its files is nobody's business.
    settings: Object.fromEntries(Object.entries(settings as object).filter(([key]) => key !== "path")),
    progress: isOver ? (row.progress as RunProgress) : readRunFiles(paths.folder, paths.progress).progress,
  };
}
