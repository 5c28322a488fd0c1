// What the page knows of a case under review: what the server said, and on top of it what is not saved yet.
import { type ApiError, get } from "../api/client.ts";
import type { CaseSummary, Cell, Differential, LabelConflict, Reading, Via } from "../api/types.ts";
import type { Changes } from "../gallery/types.ts";
import { type LabelAnswer, LabelQueue, type LabelRequest } from "./labelQueue.ts";
import { UndoStack } from "./undoStack.ts";
import { withLabel } from "./withLabel.ts";

/** What a view of the case shows. */
export interface CaseState {
  /** By number. */
  readonly cells: readonly Cell[];
  readonly classes: readonly string[];
  readonly differential: Differential | undefined;
  readonly isLoaded: boolean;
  /** The newest that is known; -1 if none is. */
  readonly revision: number;
  /** Cells that wait for the model. */
  readonly waiting: number;
  /** Files of announced uploads that have not arrived. */
  readonly awaited: number;
  /** Changes that are not saved yet. */
  readonly unsent: number;
  /** Cells that somebody else labelled while the reader did. */
  readonly conflicts: readonly LabelConflict[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly error: ApiError | undefined;
}

/** Options of {@link CaseStore}. */
export interface CaseStoreOptions {
  readonly caseId: string;
  readonly reading: Reading;
  readonly user: string;
  /** Told when the server refused a change, which is taken back. */
  readonly onRefused: (error: ApiError, cells: number) => void;
}

/** What the server sends while a case changes. */
export interface CaseEvent {
  readonly revision: number;
  readonly waiting: number;
  readonly awaited: number;
  readonly cells: readonly Cell[];
  /** Cells that were moved to another case or taken out. */
  readonly gone: readonly string[];
}

const PAGE = 5000;

/** The cells of a case for one reading. */
export class CaseStore {
  readonly #options: CaseStoreOptions;
  readonly #queue: LabelQueue;
  readonly #listeners = new Set<() => void>();
  readonly #cells = new Map<string, Cell>();
  readonly #steps = new UndoStack();
  /** Cells that were on screen while the case is open. */
  readonly seen = new Set<string>();
  // Of each load under way, the cells that changed since it began: what it brings of them may be older.
  readonly #loads = new Set<Set<string>>();
  // Cells are taken from events once they are asked for: before that, nobody looks at them.
  #isAsked = false;
  // The count is for the review alone.
  #isReviewed = false;
  #state: CaseState = {
    cells: [],
    classes: [],
    differential: undefined,
    isLoaded: false,
    revision: -1,
    waiting: 0,
    awaited: 0,
    unsent: 0,
    conflicts: [],
    canUndo: false,
    canRedo: false,
    error: undefined,
  };

  constructor(options: CaseStoreOptions) {
    this.#options = options;
    this.#queue = new LabelQueue({
      ...options,
      onSaved: (request, answer) => this.#saved(request, answer),
      onRefused: (request, error) => this.#refused(request, error),
      onChange: () => this.#show({}),
    });
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = () => this.#state;

  /** Begins to send what is changed here. */
  open(): void {
    this.#queue.open();
  }

  /** The review is open: loads all cells and the count, and follows both. */
  enter(): void {
    this.#isReviewed = true;
    void this.load();
  }

  /** The review is left: what was done in it can't be undone any more. */
  leave(): void {
    this.#isReviewed = false;
    this.#steps.clear();
    this.#show({});
  }

  /** Loads all cells. */
  async load(): Promise<void> {
    const { caseId, reading } = this.#options;
    this.#isAsked = true;
    const newer = new Set<string>();
    this.#loads.add(newer);
    try {
      let after = "";
      let classes: readonly string[] = [];
      do {
        const path = `/cases/${caseId}/cells?reading=${reading}&limit=${PAGE}${after}`;
        const page = await get<{ cells: Cell[]; classes: string[]; next: number | string | null }>(path);
        for (const cell of page.cells) if (!newer.has(cell.id)) this.#cells.set(cell.id, cell);
        classes = page.classes;
        after = page.next === null || page.next === undefined ? "" : `&after=${page.next}`;
      } while (after !== "");
      this.#show({ classes, isLoaded: true, error: undefined });
      await this.#loadCount();
    } catch (error) {
      this.#show({ error: error as ApiError });
    } finally {
      this.#loads.delete(newer);
    }
  }

  // A blind reader has none.
  async #loadCount(): Promise<void> {
    if (this.#options.reading === "second" || !this.#isReviewed) return;
    const differential = await get<Differential>(`/cases/${this.#options.caseId}/differential`).catch(() => undefined);
    if (differential) this.#show({ differential, waiting: differential.waiting });
  }

  /** Takes what the server sent by itself. */
  take({ revision, waiting, awaited, cells, gone }: CaseEvent): void {
    for (const id of gone) this.#remove(id);
    if (this.#isAsked) for (const cell of cells ?? []) this.#set(cell);
    const isNew = revision !== this.#state.revision && this.#queue.waiting.length === 0;
    this.#show({ waiting, awaited, revision });
    if (isNew && this.#state.isLoaded) void this.#loadCount();
  }

  /** Cells that the reader moved to another case or took out: what was done here before can't be undone any more. */
  drop(ids: readonly string[]): void {
    for (const id of ids) this.#remove(id);
    this.#steps.clear();
    this.#show({});
  }

  /** A reader's change: seen at once, sent in turn. */
  label(changes: Changes, via: Via): void {
    const shown = new Map(this.#state.cells.map((cell) => [cell.id, cell]));
    const real = changes.filter(({ cell, label }) => shown.has(cell) && shown.get(cell)!.label !== label);
    if (real.length === 0) return;
    const after = real.map(({ cell, label }) => ({ cell, label, replaces: shown.get(cell)!.label }));
    // Taken back is what this reader did, and nothing that somebody else has said since.
    this.#steps.add(
      after,
      after.map(({ cell, label, replaces }) => ({ cell, label: replaces, replaces: label })),
    );
    this.#queue.push(after, via);
  }

  /** Ends a conflict: with the reader's own label, or with the one that is there. */
  settle(conflict: LabelConflict, isMine: boolean): void {
    this.#show({ conflicts: this.#state.conflicts.filter((one) => one !== conflict) });
    if (isMine) this.label([{ cell: conflict.cell, label: conflict.wanted }], "menu");
  }

  /** Takes the last change back, and says what it was. */
  undo(): Changes | undefined {
    const changes = this.#steps.undo();
    if (changes !== undefined) this.#queue.push(changes, "undo");
    return changes;
  }

  /** Does again what was taken back. */
  redo(): Changes | undefined {
    const changes = this.#steps.redo();
    if (changes !== undefined) this.#queue.push(changes, "redo");
    return changes;
  }

  /** Stops sending; what is not saved is kept on this computer. */
  close(): void {
    this.#queue.close();
  }

  /** What the case's line in a list says, followed by what is seen here. */
  counts(summary: CaseSummary): Pick<CaseSummary, "cells" | "reviewed" | "waiting" | "bad"> {
    const { cells, isLoaded } = this.#state;
    if (!isLoaded) return summary;
    return {
      cells: cells.length,
      reviewed: cells.filter(({ label }) => label !== null).length,
      waiting: cells.filter(({ status }) => status === "waiting").length,
      bad: cells.filter(({ status }) => status === "bad").length,
    };
  }

  #saved({ changes }: LabelRequest, { revision, differential, conflicts }: LabelAnswer): void {
    const disputed = new Set(conflicts.map(({ cell }) => cell));
    this.#keep(changes.filter(({ cell }) => !disputed.has(cell)));
    for (const { cell, label, by } of conflicts) this.#keep([{ cell, label }], by ?? "");
    const others = this.#state.conflicts.filter(({ cell }) => !disputed.has(cell));
    this.#show({ revision, conflicts: [...others, ...conflicts], ...(differential && { differential }) });
  }

  #refused({ changes }: LabelRequest, error: ApiError): void {
    // What was built on it can't be taken back step by step any more.
    this.#steps.clear();
    this.#show({});
    this.#options.onRefused(error, changes.length);
  }

  // What the server is known to have.
  #keep(changes: Changes, reader = this.#options.user): void {
    for (const { cell: id, label } of changes) {
      const cell = this.#cells.get(id);
      if (cell) this.#set(withLabel(cell, label, reader));
    }
  }

  #set(cell: Cell): void {
    this.#cells.set(cell.id, cell);
    for (const newer of this.#loads) newer.add(cell.id);
  }

  #remove(id: string): void {
    this.#cells.delete(id);
    for (const newer of this.#loads) newer.add(id);
  }

  #show(change: Partial<CaseState>): void {
    const { waiting } = this.#queue;
    const cells = new Map(this.#cells);
    for (const { changes } of waiting)
      for (const { cell: id, label } of changes) {
        const cell = cells.get(id);
        if (cell) cells.set(id, withLabel(cell, label, this.#options.user));
      }
    const shown = [...cells.values()].sort((a, b) => a.number - b.number);
    this.#state = {
      ...this.#state,
      ...change,
      cells: shown,
      unsent: waiting.length,
      canUndo: this.#steps.canUndo,
      canRedo: this.#steps.canRedo,
    };
    for (const listener of this.#listeners) listener();
  }
}
