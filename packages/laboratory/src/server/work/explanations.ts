import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { ReadCell } from "../../store/cells.ts";
import type { Store } from "../../store/store.ts";
import type { Engine } from "./engine.ts";
import { classesOf, type Models } from "./models.ts";
import type { Scales } from "./scales.ts";

/** Painted explanations that may wait at once; whoever comes then is asked to come again. */
const MOST_WAITING = 32;

/** What {@link Explanations} works with. */
export interface ExplanationsOptions {
  readonly store: Store;
  readonly models: Models;
  readonly engine: Engine;
  readonly scales: Scales;
}

/** Paints what of a cell speaks for a class, and keeps it: the same cell, model and class always look the same. */
export class Explanations {
  readonly #store: Store;
  readonly #models: Models;
  readonly #engine: Engine;
  readonly #scales: Scales;
  readonly #underWay = new Map<string, Promise<Uint8Array>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor({ store, models, engine, scales }: ExplanationsOptions) {
    this.#scales = scales;
    this.#store = store;
    this.#models = models;
    this.#engine = engine;
  }

  /**
   * A PNG, by the model that answered for the cell.
   *
   * @param name the class; default: the one that the model said.
   * @throws ERR_CONFLICT if no model has answered yet; ERR_NOT_FOUND if it has no such class; ERR_LIMIT.
   */
  async paint({ sha256, file, model: id, predicted, status }: ReadCell, name = predicted): Promise<Uint8Array> {
    if (id === null || name === null)
      throw new LeukogramError("ERR_CONFLICT", `the cell is ${status}: no model has classified it`);
    const model = await this.#models.find(id);
    const target = classesOf(model).indexOf(name);
    if (target < 0) throw new LeukogramError("ERR_NOT_FOUND", `the model has no class "${name}"`);
    const redCell = (await this.#scales.of(id))?.redCell;
    const asked = [id, name, ...(redCell === undefined ? [] : [redCell])].join("\n");
    const key = createHash("sha256").update(asked).digest("hex").slice(0, 16);
    const kept = join(this.#store.folder, "explanations", sha256.slice(0, 2), `${sha256}-${key}.png`);
    const found = await readFile(kept).catch(() => undefined);
    if (found !== undefined) return found;
    const known = this.#underWay.get(kept);
    if (known !== undefined) return known;
    if (this.#underWay.size >= MOST_WAITING)
      throw new LeukogramError("ERR_LIMIT", "too many explanations requested at once", { hint: "Try again." });
    const job = { model, file: { path: this.#store.images.pathOf(sha256), name: file, redCell }, target };
    const painted = this.#inTurn(() => this.#engine.run("explain", job)).finally(() => this.#underWay.delete(kept));
    this.#underWay.set(kept, painted);
    // Lost, it is painted again: a disk that is full does not matter.
    await painted.then((png) => writeFileWhole(kept, png).catch(() => {}));
    return painted;
  }

  // One at a time: they are many-layered, and nobody looks at two at once.
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
