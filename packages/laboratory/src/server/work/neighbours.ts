import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { ReadCell } from "../../store/cells.ts";
import { type LabelledCell, labelledCells } from "../../store/knownCells.ts";
import type { Store } from "../../store/store.ts";
import type { Engine } from "./engine.ts";
import type { NamedFile } from "./engineJobs.ts";
import { FeatureFile, type Near } from "./featureFile.ts";
import type { Models } from "./models.ts";
import type { Scales } from "./scales.ts";

/** What {@link Neighbours} works with. */
export interface NeighboursOptions {
  readonly store: Store;
  readonly models: Models;
  readonly engine: Engine;
  readonly scales: Scales;
  /** Whether no cell waits for its class: those come first. */
  readonly isIdle: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Images of one job. */
const BATCH = 8;
/** Milliseconds between two looks whether there is something to do. */
const PAUSE = 2000;

/** The nearest cells, and how many labelled ones have not been looked at yet. */
export interface Found {
  readonly near: readonly Near<LabelledCell>[];
  readonly waiting: number;
}

/**
 * Labelled cells of this laboratory that look most like a cell to the model of its case: by the cosine of what the
 * model's head is given. Features of labelled cells are found in the background, while nothing else is to be done.
 */
export class Neighbours {
  readonly #given: NeighboursOptions;
  readonly #files = new Map<string, Promise<FeatureFile>>();
  // Until labels change.
  #labelled: Promise<readonly LabelledCell[]> | undefined;
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  readonly #running: Promise<void>;

  constructor(given: NeighboursOptions) {
    this.#given = given;
    this.#unlisten = given.store.listen(() => {
      this.#labelled = undefined;
    });
    this.#running = this.#loop();
  }

  /**
   * The labelled cells that are nearest to a cell; its own image is left out.
   *
   * @param mayShow whether whoever asks may see the label of a case's cells.
   * @throws ERR_CONFLICT if no model has answered for the cell.
   */
  async of(
    cell: ReadCell,
    { count, mayShow }: { count: number; mayShow: (caseId: string) => boolean },
  ): Promise<Found> {
    if (cell.model === null)
      throw new LeukogramError("ERR_CONFLICT", `the cell is ${cell.status}: no model has classified it`);
    const file = await this.#fileOf(cell.model, cell);
    if (!file.has(cell.sha256)) await this.#look(cell.model, file, [cell]);
    const query = await file.get(cell.sha256);
    if (query === undefined) throw new LeukogramError("ERR_IMAGE", `${cell.file}: can't be read`);
    const all = (await this.#labels()).filter((other) => other.sha256 !== cell.sha256 && mayShow(other.case));
    const near = await file.nearest(query, all, { count, hashOf: ({ sha256 }) => sha256 });
    return { near, waiting: all.filter(({ sha256 }) => !file.has(sha256)).length };
  }

  /** Ends the work in the background, and closes the files. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#unlisten();
    await this.#running;
    for (const file of this.#files.values()) await (await file).close();
  }

  #labels(): Promise<readonly LabelledCell[]> {
    this.#labelled ??= labelledCells(this.#given.store).catch((error) => {
      this.#labelled = undefined;
      throw error;
    });
    return this.#labelled;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#given.isIdle() && (await this.#step())) continue;
      } catch (error) {
        if (!signal.aborted) this.#given.onError(error);
      }
      await sleep(PAUSE, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  // Looks at a few labelled cells; tells whether there were any.
  async #step(): Promise<boolean> {
    const labelled = await this.#labels();
    if (labelled.length === 0) return false;
    const model = await this.#given.models.active();
    const file = await this.#fileOf(model, labelled[0]!);
    const missing = labelled.filter(({ sha256 }) => !file.has(sha256) && !this.#unreadable.has(sha256)).slice(0, BATCH);
    if (missing.length > 0) await this.#look(model, file, missing);
    return missing.length > 0;
  }

  readonly #unreadable = new Set<string>();

  async #look(model: string, file: FeatureFile, cells: readonly (LabelledCell | ReadCell)[]): Promise<void> {
    const { rows, places, width } = await this.#features(model, cells);
    const read = cells.filter((_, i) => places[i] !== undefined);
    for (const [i, { sha256 }] of cells.entries()) if (places[i] === undefined) this.#unreadable.add(sha256);
    if (width !== file.width) throw new LeukogramError("ERR_FORMAT", `${model}: features have changed`);
    await file.add(
      read.map(({ sha256 }) => sha256),
      rows,
    );
  }

  async #features(id: string, cells: readonly Pick<LabelledCell, "sha256" | "file">[]) {
    const { models, engine, scales, store } = this.#given;
    const redCell = (await scales.of(id))?.redCell;
    const files: NamedFile[] = cells.map(({ sha256, file }) => ({
      path: store.images.pathOf(sha256),
      name: file,
      redCell,
    }));
    return engine.run("features", { model: await models.find(id), files });
  }

  // How wide features are is known when one cell has been looked at.
  async #fileOf(model: string, cell: Pick<LabelledCell, "sha256" | "file">): Promise<FeatureFile> {
    const redCell = (await this.#given.scales.of(model))?.redCell;
    // Features of crops of another scale are others.
    const name = `${encodeURIComponent(model)}${redCell === undefined ? "" : `@${redCell.toFixed(2)}`}.bin`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const opened = this.#open(model, cell, name);
    this.#files.set(name, opened);
    opened.catch(() => this.#files.delete(name));
    return opened;
  }

  async #open(model: string, cell: Pick<LabelledCell, "sha256" | "file">, name: string): Promise<FeatureFile> {
    const { width, rows, places } = await this.#features(model, [cell]);
    const file = await FeatureFile.open(join(this.#given.store.folder, "features", name), width);
    if (places[0] !== undefined) await file.add([cell.sha256], rows);
    return file;
  }
}
