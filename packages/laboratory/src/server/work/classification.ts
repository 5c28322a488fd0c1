import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { readAnswer } from "leukogram/review/answer";
import { type CellAnswer, storeAnswers } from "../../store/cells.ts";
import type { Store } from "../../store/store.ts";
import { type WaitingCell, waitingCells } from "../../store/waiting.ts";
import { type Engine, EngineGone } from "./engine.ts";
import type { Answer, OpenModelFacts } from "./engineJobs.ts";
import { HeldModels, isOfModel } from "./heldModels.ts";
import { type Models, requireFile } from "./models.ts";
import { Pace } from "./pace.ts";
import type { Scales } from "./scales.ts";
import type { WorkMetrics } from "./workMetrics.ts";

/** Cells of one job: enough that the model is busy, few enough that answers come soon. */
const BATCH = 32;
/** Jobs under way: one is decoded, and written, while another is computed. */
const AT_ONCE = 2;
/** Milliseconds until it tries again after a fault, such as a database that is away. */
const PAUSE = 2000;

/** What {@link startClassification} works with. */
export interface ClassificationOptions {
  readonly store: Store;
  readonly models: Models;
  readonly engine: Engine;
  readonly metrics: WorkMetrics;
  /** Of cells that a model crops. */
  readonly scales: Scales;
  /** Called if it was queued that no cell of a case waits. */
  readonly onReady?: () => void;
  /** Milliseconds after which a model that could not be opened is tried again. */
  readonly holdMs?: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** Starts to classify cells that wait, some of each case in turn; what waits, the database says. */
export function startClassification(options: ClassificationOptions): Queue {
  return new Queue(options);
}

/** The queue of cells that wait for their model. */
export class Queue implements Classification {
  readonly #given: ClassificationOptions;
  readonly #facts = new Map<string, OpenModelFacts>();
  readonly #underWay = new Map<string, Promise<void>>();
  // Cells in whose company the engine died, and the processes that died of each alone: it is bad where there are two.
  readonly #suspects = new Map<string, Set<number | undefined>>();
  readonly #held: HeldModels;
  #isAlone = false;
  // The turn of the case that was served last.
  #turn = 0;
  readonly #pace = new Pace();
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  // Set while a wake-up has come that the loop has not seen.
  #isWoken = true;
  #wake = () => {};

  constructor(given: ClassificationOptions) {
    this.#given = given;
    this.#held = new HeldModels({ ...given, onRelease: () => this.enqueue() });
    this.#running = this.#loop();
  }

  enqueue(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Seconds that a cell takes; undefined until some were classified. */
  get secondsPerCell(): number | undefined {
    return this.#pace.secondsPerCell;
  }

  /** Whether nothing waits, as far as is known. */
  get isIdle(): boolean {
    return this.#underWay.size === 0 && !this.#isWoken;
  }

  /** Ends at once: what is under way is done again when the server starts again. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    this.#held.close();
    await this.#given.engine.close();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#isWoken = false;
      const isFull = await this.#fill().catch((error) => this.#failed(error));
      if (this.#stop.signal.aborted) break;
      if (isFull) await Promise.race(this.#underWay.values());
      else if (this.#underWay.size > 0) await Promise.race([...this.#underWay.values(), this.#woken()]);
      else await this.#woken();
    }
    await Promise.all(this.#underWay.values());
  }

  // Starts jobs until as many are under way as may be, or nothing waits; tells which.
  async #fill(): Promise<boolean> {
    while (this.#underWay.size < AT_ONCE && !this.#isAlone) {
      const taken = new Set([...this.#underWay.keys()].flatMap((key) => key.split(" ")));
      const waiting = await waitingCells(this.#given.store, {
        limit: BATCH + taken.size,
        after: this.#turn,
        except: this.#held.ids,
      });
      const free = waiting.filter(({ id }) => !taken.has(id)).slice(0, BATCH);
      const batch = this.#together(free);
      if (batch.length === 0 || this.#stop.signal.aborted) return false;
      this.#turn = batch.at(-1)!.turn;
      const isSuspect = this.#suspects.has(batch[0]!.id);
      // What it does is to be its own doing.
      if (isSuspect && this.#underWay.size > 0) return true;
      this.#isAlone = isSuspect;
      const key = batch.map(({ id }) => id).join(" ");
      const job = this.#classify(batch)
        .catch((error) => this.#failed(error))
        .finally(() => {
          this.#underWay.delete(key);
          this.#isAlone = false;
        });
      this.#underWay.set(
        key,
        job.then(() => {}),
      );
    }
    return true;
  }

  // The first cells that one model answers for; a suspect alone.
  #together(cells: readonly WaitingCell[]): readonly WaitingCell[] {
    const [first] = cells;
    if (first === undefined) return [];
    if (this.#suspects.has(first.id)) return [first];
    const end = cells.findIndex(({ id, model }) => model !== first.model || this.#suspects.has(id));
    return end < 0 ? cells : cells.slice(0, end);
  }

  async #classify(batch: readonly WaitingCell[]): Promise<void> {
    const { store, metrics } = this.#given;
    const { model: id } = batch[0]!;
    const end = metrics.batchSeconds.startTimer();
    const pace = this.#pace.start();
    const done = await this.#ask(batch).catch((error) => {
      if (!isOfModel(error) || this.#stop.signal.aborted) throw error;
      this.#facts.delete(id);
      this.#given.onError(error);
      return this.#held.hold(id, error);
    });
    if (done === undefined) return;
    const { said, facts } = done;
    for (const caseId of new Set(batch.map((cell) => cell.caseId))) {
      const answers = batch.flatMap((cell, i) => (cell.caseId === caseId ? [answerOf(cell.id, said[i]!, facts)] : []));
      const wish = { actor: "model", key: randomUUID(), kind: "cells.classified", asks: {} };
      if (await storeAnswers(store, wish, { caseId, model: id, classes: facts.classes, answers }))
        this.#given.onReady?.();
    }
    for (const { id: cell } of batch) this.#suspects.delete(cell);
    const bad = said.filter(({ error }) => error !== undefined).length;
    metrics.cells.inc({ result: "classified" }, batch.length - bad);
    metrics.cells.inc({ result: "bad" }, bad);
    end();
    pace(batch.length);
  }

  // What the model says of cells; undefined if they are to be tried one by one.
  async #ask(batch: readonly WaitingCell[]): Promise<Said | undefined> {
    const { store, models, engine, scales } = this.#given;
    const { model: id } = batch[0]!;
    const model = await models.find(id);
    requireFile(model);
    const facts = this.#facts.get(id) ?? (await engine.run("facts", { model }));
    this.#facts.set(id, facts);
    if (facts.crops) await scales.measure();
    const before = facts.crops ? await scales.of(id) : undefined;
    const redCell = before?.redCell;
    const files = batch.map(({ sha256, file }) => ({ path: store.images.pathOf(sha256), name: file, redCell }));
    const answering = engine.run("classify", { model, files });
    const { pid } = engine;
    const said = await answering.catch((error) => this.#died(batch, { pid, error }));
    // Cropped at a scale that holds no more: the cells wait still.
    if (facts.crops && (await scales.of(id))?.redCell !== redCell) {
      this.enqueue();
      return undefined;
    }
    return said && { said, facts };
  }

  // The process died, or failed: of one image alone that is its fault; of several, each is tried by itself.
  #died(batch: readonly WaitingCell[], { pid, error }: Death): readonly Answer[] | undefined {
    const isOurs = error instanceof LeukogramError && error.code === "ERR_RUNTIME" && !this.#stop.signal.aborted;
    if (!isOurs) throw error;
    const [first] = batch;
    const deaths = this.#suspects.get(first!.id);
    for (const { id } of batch) this.#suspects.set(id, this.#suspects.get(id) ?? new Set());
    this.#given.onError(error);
    // One and the same process may be asked again before it is known to be dead.
    const isTried = error instanceof EngineGone ? deaths !== undefined && deaths.add(pid).size > 1 : batch.length === 1;
    if (!isTried) return undefined;
    return [
      {
        ...{ probabilities: undefined, familiarity: undefined, crop: undefined, measures: undefined },
        error: `${first!.file}: can't be read: ${error.reason}`,
      },
    ];
  }

  async #failed(error: unknown): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    this.#given.onError(error);
    await sleep(PAUSE, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
    this.enqueue();
    return false;
  }

  #woken(): Promise<void> {
    if (this.#isWoken || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

interface Said {
  readonly said: readonly Answer[];
  readonly facts: OpenModelFacts;
}

interface Death {
  readonly pid: number | undefined;
  readonly error: unknown;
}

/** What is stored of a model's answer to a cell. */
export function answerOf(
  id: string,
  { probabilities, familiarity, crop, measures, error }: Answer,
  facts: Pick<OpenModelFacts, "classes" | "threshold">,
): CellAnswer {
  if (probabilities === undefined) return { id, error: error! };
  const { predicted, isRejected, isUnfamiliar } = readAnswer({ probabilities, familiarity }, facts);
  return {
    ...{ id, probabilities, predicted, isRejected, familiarity, isUnfamiliar },
    cropOutside: crop?.outside,
    cropNucleus: crop?.nucleus,
    measures,
  };
}

/** The queue of classification. */
export interface Classification {
  /** Seconds that a cell takes; undefined until some were classified. */
  readonly secondsPerCell: number | undefined;
  /** Says that cells may wait; returns at once. */
  enqueue(): void;
  /** Finishes the batch under way, and takes no other. */
  close(): Promise<void>;
}
