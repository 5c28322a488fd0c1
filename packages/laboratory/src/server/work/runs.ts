import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { MOST_CELLS } from "leukogram/adaptation/unlabelled/unlabelledCells";
import { FEWEST_CELLS } from "leukogram/adaptation/unlabelled/voteSigns";
import { countImages } from "../../store/knownCells.ts";
import {
  createRun,
  listRuns,
  moveRun,
  openRuns,
  type RunChange,
  type RunRow,
  requireRun,
  sameSettings,
} from "../../store/runs.ts";
import { readScale } from "../../store/settings/scale.ts";
import type { Wish } from "../../store/trail.ts";
import { listData } from "./dataFolders.ts";
import { classesOf } from "./models.ts";
import {
  type AdaptWish,
  type NewJob,
  type NewRunOptions,
  newAdaptation,
  newTraining,
  newUnlabelledAdaptation,
  type TrainWish,
} from "./newRuns.ts";
import { isAlive, type ProcessId, startProgram, stopProgram } from "./program.ts";
import {
  adaptSettings,
  lastError,
  parentOf,
  readAdapted,
  readProcess,
  readUnlabelled,
  runArguments,
  runPaths,
  unlabelledOf,
  writeJobFiles,
} from "./runFiles.ts";
import { NO_PROGRESS, readRunFiles } from "./runProgress.ts";
import { factsOf } from "./scales.ts";

/** Options of {@link Runs}. */
export interface RunsOptions extends NewRunOptions {
  /** How `leukogram` is started: arguments of node. */
  readonly command?: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** Cells for an adaptation without labels. */
export interface UnlabelledCells {
  /** Different images that there are. */
  readonly cells: number;
  readonly needed: number;
  /** How many of them would be taken, the first. */
  readonly taken: number;
}

const KINDS = ["adapt", "train"] as const;
/** Milliseconds between two looks at the program that runs. */
const LOOK = 500;
/** Milliseconds that a program has to end after its step. */
const GRACE = 60_000;

/**
 * Trainings and adaptations, one of each at a time, in the order in which they were asked for. Each is a program of its own that goes
 * on when the server ends, and is found again when it is back.
 */
export class Runs {
  readonly #given: RunsOptions;
  readonly #stop = new AbortController();
  readonly #current = new Map<RunRow["kind"], Current>();
  readonly #running: Promise<void>;

  constructor(given: RunsOptions) {
    this.#given = given;
    this.#running = this.#loop();
  }

  /** Asks for a training. @throws ERR_DENIED if its data may not be trained on; ERR_CONFIG for wrong settings. */
  async train(wish: Wish, wanted: TrainWish): Promise<RunRow> {
    return this.#create(wish, newTraining(this.#given, wanted));
  }

  /** Asks for an adaptation of the active model. @throws ERR_DATA if too few cells are known. */
  async adapt(wish: Wish, wanted: AdaptWish): Promise<RunRow> {
    return this.#create(wish, await newAdaptation(this.#given, wanted));
  }

  /** Asks for an adaptation of the active model by the laboratory's first cells, labelled or not. @throws ERR_DATA if there are too few. */
  async adaptUnlabelled(wish: Wish, wanted: Pick<AdaptWish, "homeLoss">): Promise<RunRow> {
    return this.#create(wish, await newUnlabelledAdaptation(this.#given, wanted));
  }

  /** Why an adaptation is not offered now: too few cells are known, or the last one by the same cells found nothing better; null if it is. */
  async adaptReason(): Promise<string | null> {
    try {
      const { settings } = await newAdaptation(this.#given, { homeLoss: 1 });
      const last = (await listRuns(this.#given.store)).find(
        ({ kind, status, settings: of }) => kind === "adapt" && status === "finished" && sameSettings(of, settings),
      );
      return last === undefined || last.model !== null
        ? null
        : "The last adaptation by the same cells found nothing better. Label more cells first.";
    } catch (error) {
      if (!(error instanceof LeukogramError) || error.code !== "ERR_DATA") throw error;
      return [asSentence(error.reason), error.hint ?? ""].filter((part) => part !== "").join(" ");
    }
  }

  /** Folders and manifests that may be trained on. */
  dataFolders(): string[] {
    const { store, allowed } = this.#given;
    return listData([join(store.folder, "datasets"), ...allowed]);
  }

  /** How many cells an adaptation without labels finds, needs and takes. */
  async unlabelledCells(): Promise<UnlabelledCells> {
    const cells = await countImages(this.#given.store);
    return { cells, needed: FEWEST_CELLS, taken: Math.min(cells, MOST_CELLS) };
  }

  /** Stops a run, or takes it from the queue. @throws ERR_NOT_FOUND; ERR_CONFLICT if it is over. */
  async cancel(wish: Wish, id: string): Promise<RunRow> {
    const { store } = this.#given;
    const moved = await moveRun(store, wish, { id, from: ["waiting", "running"], to: "cancelled" });
    const row = await requireRun(store, id);
    if (!moved && row.status !== "cancelled") throw new LeukogramError("ERR_CONFLICT", `the run is ${row.status}`);
    return row;
  }

  /** Goes on with a training that was broken off, or begins an adaptation again. @throws ERR_CONFLICT if it was not. */
  async resume(wish: Wish, id: string): Promise<RunRow> {
    const { store } = this.#given;
    const moved = await moveRun(store, wish, { id, from: ["interrupted", "cancelled", "failed"], to: "waiting" });
    const row = await requireRun(store, id);
    if (!moved && row.status !== "waiting" && row.status !== "running")
      throw new LeukogramError("ERR_CONFLICT", `the run is ${row.status}`);
    return row;
  }

  /** How many there are by status. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { status } of await listRuns(this.#given.store)) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  /** Ends the watch; the program goes on. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #create(wish: Wish, { files, ...run }: NewJob): Promise<RunRow> {
    const { store } = this.#given;
    const id = randomUUID();
    await writeJobFiles(runPaths(store, { kind: run.kind, id }), files);
    const made = await createRun(store, wish, { id, ...run, progress: NO_PROGRESS });
    // Asked for a second time: the first one's files are there.
    if (made !== id) await rm(runPaths(store, { kind: run.kind, id }).job, { recursive: true, force: true });
    return requireRun(store, made);
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    let isTidy = false;
    while (!signal.aborted) {
      try {
        if (!isTidy) await this.#endCancelled();
        isTidy = true;
        for (const kind of KINDS) await this.#step(kind);
      } catch (error) {
        if (!signal.aborted) this.#given.onError(error);
      }
      await sleep(LOOK, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  // Those that were cancelled shortly before the server ended.
  async #endCancelled(): Promise<void> {
    for (const row of await listRuns(this.#given.store)) {
      if (row.status !== "cancelled") continue;
      const process = await readProcess(runPaths(this.#given.store, row));
      if (process !== undefined && isAlive(process)) this.#current.set(row.kind, { id: row.id, process });
    }
  }

  // One look: what was cancelled is stopped, what ended is settled, and the next begins.
  async #step(kind: RunRow["kind"]): Promise<void> {
    const { store } = this.#given;
    const own = this.#current.get(kind);
    if (own !== undefined) {
      const row = await requireRun(store, own.id);
      // Cancelled, and perhaps asked to go on before it had ended: that begins from what it leaves.
      if (row.status !== "running")
        own.stopping ??= stopProgram(own.process, { graceMs: GRACE, signal: this.#stop.signal });
      if (isAlive(own.process)) return;
      if (row.status === "running") await this.#settle(row);
      this.#current.delete(kind);
    }
    const first = (await openRuns(store)).find((row) => row.kind === kind);
    if (first === undefined || this.#stop.signal.aborted) return;
    if (first.status === "waiting") await this.#begin(first);
    else await this.#find(first);
  }

  // A run that was under way when the server ended.
  async #find(row: RunRow): Promise<void> {
    const process = await readProcess(runPaths(this.#given.store, row));
    if (process !== undefined && isAlive(process)) this.#current.set(row.kind, { id: row.id, process });
    else await this.#settle(row);
  }

  async #begin(row: RunRow): Promise<void> {
    const { store, models, command } = this.#given;
    const paths = runPaths(store, row);
    const before = await readProcess(paths);
    // Cancelled and resumed before it had ended: its turn comes when it has.
    if (before !== undefined && isAlive(before)) {
      this.#current.set(row.kind, { id: row.id, process: before });
      return;
    }
    await rm(paths.progress, { force: true });
    await rm(paths.process, { force: true });
    const model = row.kind === "adapt" ? await models.find(parentOf(row)) : "";
    if (!(await this.#move(row, { from: ["waiting"], to: "running" }))) return;
    const { output, errors } = paths;
    const crops = row.kind === "adapt" && factsOf(model).cropRedCells !== undefined;
    const scale = crops ? await readScale(store.database.queries) : undefined;
    const told = scale ? ["--scale", `${scale.redCell.toFixed(3)}px`] : [];
    const args = [...runArguments(row, paths, model), ...told];
    const process = await startProgram(args, { output, errors, ...(command && { command }) });
    await writeFileWhole(paths.process, JSON.stringify(process));
    this.#current.set(row.kind, { id: row.id, process });
  }

  // What became of a run whose program has ended.
  async #settle(row: RunRow): Promise<void> {
    const paths = runPaths(this.#given.store, row);
    const { report, progress } = readRunFiles(paths.folder, paths.progress);
    const told = { from: ["running"], progress } as const;
    const said = report?.error ?? lastError(paths);
    if (report?.state === "finished")
      await this.#move(row, { ...told, to: "finished", ...this.#made(row, paths.folder) });
    // What ends without a word was killed, or its server was before it had written which process it is.
    else if (report?.state === "failed" || (report === undefined && said !== undefined))
      await this.#move(row, { ...told, to: "failed", error: said ?? null });
    else await this.#move(row, { ...told, to: "interrupted", error: "the program was stopped by another process" });
  }

  // The model that a finished run made.
  #made(row: RunRow, folder: string): Pick<RunChange, "model" | "error" | "findings"> {
    const base = { id: row.id, name: row.name, createdAt: row.createdAt, judged: null, findings: null };
    if (row.kind === "train") return { model: { ...base, kind: "trained", parent: null, classes: classesOf(folder) } };
    const unlabelled = unlabelledOf(row);
    if (unlabelled !== undefined) {
      const { adapted, reason, findings } = readUnlabelled(folder, unlabelled.homeLoss);
      if (!adapted) return { findings, error: unchanged(reason) };
      const { model: parent } = unlabelled;
      return { findings, model: { ...base, kind: "adapted", parent, findings, classes: classesOf(folder) } };
    }
    const { adapted, reason, judged } = readAdapted(folder);
    if (!adapted) return { error: unchanged(reason) };
    const { model: parent, labelled } = adaptSettings.parse(row.settings);
    return { model: { ...base, kind: "adapted", parent, judged: { ...judged, labelled }, classes: classesOf(folder) } };
  }

  #move(row: RunRow, to: Omit<RunChange, "id">): Promise<boolean> {
    const wish = { actor: "server", key: randomUUID(), kind: `run.${to.to}`, asks: {} };
    return moveRun(this.#given.store, wish, { id: row.id, ...to });
  }
}

const unchanged = (reason: string) => `the model was not changed: ${reason}`;

interface Current {
  readonly id: string;
  readonly process: ProcessId;
  stopping?: Promise<void>;
}

const asSentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
