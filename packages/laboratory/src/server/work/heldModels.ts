import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Store } from "../../store/store.ts";
import { holdCells } from "../../store/waiting.ts";

/** Milliseconds after which a model that could not be opened is tried again. */
const HOLD = 30_000;

/** Options of {@link HeldModels}. */
export interface HeldModelsOptions {
  readonly store: Store;
  /** Milliseconds after which one is tried again; default: 30,000. */
  readonly holdMs?: number | undefined;
  /** Called when one is to be tried again. */
  readonly onRelease: () => void;
}

/** Models that can't be opened: their cells wait and say why, while others go on; each is tried again after a while. */
export class HeldModels {
  readonly #given: HeldModelsOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(given: HeldModelsOptions) {
    this.#given = given;
  }

  /** Those that are held now. */
  get ids(): readonly string[] {
    return [...this.#timers.keys()];
  }

  /** Holds a model, and tells its cells why. */
  async hold(model: string, error: LeukogramError): Promise<void> {
    const { store, holdMs = HOLD, onRelease } = this.#given;
    clearTimeout(this.#timers.get(model));
    const release = () => {
      this.#timers.delete(model);
      onRelease();
    };
    this.#timers.set(model, setTimeout(release, holdMs).unref());
    const wish = () => ({ actor: "model", key: randomUUID(), kind: "cells.held", asks: {} });
    await holdCells(store, wish, { model, reason: `the model can't be opened: ${error.reason}` });
  }

  /** Tries none again. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

/** Whether an error is the model's own: not the database's, and not of a server that stops. */
export function isOfModel(error: unknown): error is LeukogramError {
  return error instanceof LeukogramError && !["ERR_DATABASE", "ERR_ABORTED", "ERR_OUTPUT"].includes(error.code);
}
