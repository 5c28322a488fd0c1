// Images that never leave this computer, and what was said of them; kept in memory until the page is closed.
import type { Via } from "../api/types.ts";
import type { Changes, GalleryCell } from "../gallery/types.ts";
import { UndoStack } from "../review/undoStack.ts";
import { countedByModel, withLabel } from "../review/withLabel.ts";
import { texts } from "../texts.ts";
import { modelBytes } from "./keptFiles.ts";
import type { Answered, Asked } from "./messages.ts";

/** What private mode shows. */
export interface PrivateState {
  readonly cells: readonly GalleryCell[];
  readonly classes: readonly string[];
  readonly model: string | undefined;
  readonly status: "empty" | "loading" | "ready" | "failed";
  readonly error: string | undefined;
  readonly waiting: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** The server's rule too: less sure answers are not counted. */
const REJECT_BELOW = 0.5;
/** Stranger than 99 of 100 of the model's own images. */
const UNFAMILIAR_BELOW = 0.01;

/** The images of private mode. */
export class PrivateStore {
  readonly #listeners = new Set<() => void>();
  readonly #cells = new Map<string, GalleryCell>();
  readonly #files = new Map<string, File>();
  readonly #addresses = new Map<string, string>();
  readonly #steps = new UndoStack();
  #worker: Worker | undefined;
  #next = 1;
  #state: PrivateState = {
    cells: [],
    classes: [],
    model: undefined,
    status: "empty",
    error: undefined,
    waiting: 0,
    canUndo: false,
    canRedo: false,
  };

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = () => this.#state;

  /** Address of an image, within this page alone. */
  readonly imageOf = ({ id }: Pick<GalleryCell, "id">) => this.#addresses.get(id);

  /** Loads a model, and asks it of all images that are here. */
  async load(model: string): Promise<void> {
    this.#show({ model, status: "loading", error: undefined });
    try {
      const bytes = await modelBytes(model);
      if (this.#state.model !== model) return;
      this.#worker?.terminate();
      this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      this.#worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => this.#take(data));
      this.#worker.addEventListener("error", ({ message }) => this.#show({ status: "failed", error: message }));
      this.#ask({ kind: "load", bytes });
    } catch (error) {
      this.#show({ status: "failed", error: (error as Error).message });
    }
  }

  /** Adds images. */
  add(files: readonly File[]): void {
    for (const file of files) {
      const id = `private-${this.#next}`;
      this.#files.set(id, file);
      this.#addresses.set(id, URL.createObjectURL(file));
      this.#cells.set(id, unanswered(id, this.#next++, file.name));
      if (this.#state.status === "ready") this.#ask({ kind: "classify", id, file });
    }
    this.#show({});
  }

  /** A reader's change. */
  label(changes: Changes, _via: Via): void {
    const real = changes.filter(({ cell, label }) => this.#cells.get(cell)?.label !== label);
    if (real.length === 0) return;
    const before = real.map(({ cell }) => ({ cell, label: this.#cells.get(cell)!.label }));
    this.#steps.add(real, before);
    this.#apply(real);
  }

  undo(): Changes | undefined {
    return this.#apply(this.#steps.undo());
  }

  redo(): Changes | undefined {
    return this.#apply(this.#steps.redo());
  }

  /** Forgets all images. */
  clear(): void {
    for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
    for (const held of [this.#cells, this.#files, this.#addresses]) held.clear();
    this.#steps.clear();
    this.#next = 1;
    this.#show({});
  }

  #ask(asked: Asked): void {
    this.#worker!.postMessage(asked);
  }

  #take(answer: Answered): void {
    if (answer.kind === "failed") this.#show({ status: "failed", error: answer.message });
    else if (answer.kind === "loaded") {
      for (const [id, file] of this.#files) this.#ask({ kind: "classify", id, file });
      this.#show({ status: "ready", classes: answer.classes });
    } else this.#answered(answer);
  }

  #answered(answer: Extract<Answered, { readonly id: string }>): void {
    const cell = this.#cells.get(answer.id);
    if (cell === undefined) return;
    if (answer.kind === "bad") this.#cells.set(cell.id, { ...cell, status: "bad", error: answer.message });
    else {
      const isRejected = Math.max(...answer.probabilities) < REJECT_BELOW;
      const said = {
        probabilities: [...answer.probabilities],
        predicted: answer.label,
        familiarity: answer.familiarity,
        isRejected,
        isUnfamiliar: answer.familiarity !== null && answer.familiarity < UNFAMILIAR_BELOW,
      };
      const counted = cell.label ?? countedByModel(said);
      this.#cells.set(cell.id, { ...cell, ...said, status: "classified", counted });
    }
    this.#show({});
  }

  #apply(changes: Changes | undefined): Changes | undefined {
    for (const { cell: id, label } of changes ?? []) {
      const cell = this.#cells.get(id);
      if (cell) this.#cells.set(id, withLabel(cell, label, texts.private.you));
    }
    this.#show({});
    return changes;
  }

  #show(change: Partial<PrivateState>): void {
    const cells = [...this.#cells.values()];
    this.#state = {
      ...this.#state,
      ...change,
      cells,
      waiting: cells.filter(({ status }) => status === "waiting").length,
      canUndo: this.#steps.canUndo,
      canRedo: this.#steps.canRedo,
    };
    for (const listener of this.#listeners) listener();
  }
}

function unanswered(id: string, number: number, file: string): GalleryCell {
  return {
    ...{ id, number, file, status: "waiting", error: null, probabilities: null, predicted: null },
    ...{ isRejected: false, familiarity: null, isUnfamiliar: false },
    ...{ label: null, labelledBy: null, labelledAt: null, counted: null },
  };
}

/** The one store: going to another page and back loses nothing. */
export const privateStore = new PrivateStore();
