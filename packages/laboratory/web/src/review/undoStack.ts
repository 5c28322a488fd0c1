import type { Changes } from "../gallery/types.ts";

interface UndoStep {
  readonly after: Changes;
  readonly before: Changes;
}

/** A reader's changes, to be taken back and done again. */
export class UndoStack {
  #undo: UndoStep[] = [];
  #redo: UndoStep[] = [];

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** Remembers a change, and how it was before. */
  add(after: Changes, before: Changes): void {
    this.#undo.push({ after, before });
    this.#redo = [];
  }

  /** What takes the last change back. */
  undo(): Changes | undefined {
    const step = this.#undo.pop();
    if (step !== undefined) this.#redo.push(step);
    return step?.before;
  }

  /** What does it again. */
  redo(): Changes | undefined {
    const step = this.#redo.pop();
    if (step !== undefined) this.#undo.push(step);
    return step?.after;
  }

  clear(): void {
    this.#undo = [];
    this.#redo = [];
  }
}
