// Images that never leave this computer, and what was said of them; kept in memory until the page is closed.
import { NO_ANSWER } from "leukogram/review/answer";
import type { Via } from "../api/types.ts";
import type { Changes, GalleryCell } from "../gallery/types.ts";
import { t } from "../language/words.ts";
import { UndoStack } from "../review/undoStack.ts";
import { withLabel } from "../review/withLabel.ts";
import { answered } from "./answered.ts";
import { modelBytes } from "./keptFiles.ts";
import type { Answered, Asked, PrivateScale } from "./messages.ts";

/** What private mode shows. */
export interface PrivateState {
  readonly cells: readonly GalleryCell[];
  readonly classes: readonly string[];
  readonly model: string | undefined;
  readonly status: "empty" | "loading" | "ready" | "failed";
  readonly error: string | undefined;
  readonly waiting: number;
  /** Whether the model takes crops, so that it needs a scale. */
  readonly crops: boolean;
  /** Undefined until it was asked for, and for models that take whole pictures. */
  readonly scale: PrivateScale | undefined;
  /** As the reader told it; undefined if it is measured. */
  readonly told: string | undefined;
  /** Why what was told last is no scale. */
  readonly scaleError: string | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** The images of private mode. */
export class PrivateStore {
  readonly #listeners = new Set<() => void>();
  readonly #cells = new Map<string, GalleryCell>();
  readonly #files = new Map<string, File>();
  readonly #addresses = new Map<string, string>();
  readonly #steps = new UndoStack();
  /** The scale that each image was classified at. */
  readonly #answeredAt = new Map<string, number | null>();
  #worker: Worker | undefined;
  /** Less sure answers are not counted; the model says it once it is loaded. */
  #threshold = 0;
  #next = 1;
  // Answers to what was asked before it are not waited for any more.
  #turn = 0;
  // The scale as it was asked for last.
  #asked: string | undefined;
  #state: PrivateState = {
    cells: [],
    classes: [],
    model: undefined,
    status: "empty",
    error: undefined,
    waiting: 0,
    crops: false,
    scale: undefined,
    told: undefined,
    scaleError: undefined,
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
      this.#ask({ kind: "load", turn: ++this.#turn, bytes });
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
    }
    // A measured scale holds for images that come later, or all would be classified again with each.
    if (this.#state.status === "ready") {
      const source = this.#state.scale?.source ?? "told";
      if (this.#state.crops && source === "told") this.#askScale(this.#state.told);
      else this.#classify();
    }
    this.#show({});
  }

  /** Tells the scale, such as 0.10um or 72px; empty to have it measured by the nuclei of the images. */
  tellScale(text: string): void {
    const told = text.trim() === "" ? undefined : text.trim();
    this.#show({ scaleError: undefined });
    if (this.#state.status === "ready" && this.#state.crops) this.#askScale(told);
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
    for (const held of [this.#cells, this.#files, this.#addresses, this.#answeredAt]) held.clear();
    this.#steps.clear();
    this.#next = 1;
    if (this.#state.status === "ready" && this.#state.crops) this.#askScale(this.#state.told);
    this.#show({});
  }

  #ask(asked: Asked): void {
    this.#worker!.postMessage(asked);
  }

  #askScale(told: string | undefined): void {
    this.#asked = told;
    this.#ask({ kind: "scale", turn: ++this.#turn, told, files: [...this.#files.values()] });
  }

  // Asks for all images that were not classified at the scale that holds.
  #classify(): void {
    const redCell = this.#state.scale?.redCell ?? null;
    const turn = ++this.#turn;
    for (const [id, file] of this.#files) {
      if (this.#answeredAt.get(id) === redCell) continue;
      const cell = this.#cells.get(id)!;
      this.#answeredAt.delete(id);
      this.#cells.set(id, {
        ...cell,
        status: "waiting",
        error: null,
        counted: cell.label === null ? null : cell.counted,
      });
      this.#ask({ kind: "classify", turn, id, file, redCell });
    }
    this.#show({});
  }

  #take(answer: Answered): void {
    if (answer.turn < this.#turn) return;
    if (answer.kind === "failed") this.#show({ status: "failed", error: answer.message });
    else if (answer.kind === "loaded") this.#loaded(answer);
    else if (answer.kind === "scaled") {
      this.#show({ scale: answer.scale, told: this.#asked });
      this.#classify();
    } else if (answer.kind === "noScale") {
      this.#show({ scaleError: answer.message });
      this.#askScale(this.#state.told);
    } else this.#answered(answer);
  }

  #loaded({ classes, crops, threshold }: Extract<Answered, { readonly kind: "loaded" }>): void {
    this.#answeredAt.clear();
    this.#threshold = threshold;
    this.#show({ status: "ready", classes, crops, scale: undefined, scaleError: undefined });
    if (crops) this.#askScale(this.#state.told);
    else this.#classify();
  }

  #answered(answer: Extract<Answered, { readonly id: string }>): void {
    const cell = this.#cells.get(answer.id);
    if (cell === undefined) return;
    this.#answeredAt.set(cell.id, this.#state.scale?.redCell ?? null);
    if (answer.kind === "bad") this.#cells.set(cell.id, { ...cell, status: "bad", error: answer.message });
    else {
      const { classes } = this.#state;
      if (answer.shown) this.#showAs(cell.id, answer.shown);
      this.#cells.set(cell.id, answered(cell, answer, { classes, threshold: this.#threshold }));
    }
    this.#show({});
  }

  #showAs(id: string, picture: Blob): void {
    URL.revokeObjectURL(this.#addresses.get(id)!);
    this.#addresses.set(id, URL.createObjectURL(picture));
  }

  #apply(changes: Changes | undefined): Changes | undefined {
    for (const { cell: id, label } of changes ?? []) {
      const cell = this.#cells.get(id);
      if (cell) this.#cells.set(id, withLabel(cell, label, t("private.you")));
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
    ...{ id, number, file, status: "waiting", error: null },
    ...NO_ANSWER,
    ...{ label: null, labelledBy: null, labelledAt: null, counted: null },
  };
}

/** The one store: going to another page and back loses nothing. */
export const privateStore = new PrivateStore();
