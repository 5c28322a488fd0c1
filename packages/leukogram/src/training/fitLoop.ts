import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Schedule } from "@leukogram/engine/nn/schedules";
import type { Batch, TrainingState } from "./baseStepRunner.ts";
import type { Callback, EpochLogs, TrainingControl } from "./callbacks.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochRow } from "./history.ts";
import type { Runner } from "./progressiveRunner.ts";

/** Where batches come from: pixels from the cache, or features of a frozen backbone. */
export interface BatchSource {
  batches(options: {
    readonly epoch: number;
    readonly order: readonly number[];
    /** Batches to leave out at the start. */
    readonly from?: number;
    readonly signal?: StopSignal | undefined;
  }): AsyncIterable<Batch>;
}

/** How far a run is; given after every step. */
export interface FitProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** Seconds of the epoch that are left. */
  readonly secondsLeft: number;
}

/** Where a run is kept while it is under way. */
export interface RunStore {
  /** What messages call it. */
  readonly name: string;
  /** The last checkpoint; undefined if there is none. */
  read(): Promise<Checkpoint | undefined>;
  save(checkpoint: Checkpoint): Promise<void>;
  writeHistory(rows: readonly EpochRow[]): Promise<void>;
}

/** What {@link fitLoop} takes. */
export interface FitLoopOptions {
  readonly runner: Runner;
  readonly train: BatchSource;
  /** Called before the steps of an epoch, from 0. */
  readonly onEpochStart?: (epoch: number) => void;
  /** The order of an epoch, from 0: indices into the training images. */
  readonly order: (epoch: number) => readonly number[];
  readonly validation?: { readonly source: BatchSource; readonly order: readonly number[] } | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Rate by step, from 0; without one the rate is the callbacks' to change. */
  readonly schedule?: Schedule | undefined;
  readonly callbacks?: readonly Callback[];
  /** Where checkpoint and history are kept; without one nothing is. */
  readonly store?: RunStore | undefined;
  /** Goes on from the checkpoint, where there is one. */
  readonly resume?: boolean;
  /** Settings that a checkpoint must share to be gone on from. */
  readonly fingerprint?: string;
  /** Seconds of processor time so far; without it rows do not say them. */
  readonly cpuClock?: (() => number) | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly onEpoch?: (row: EpochRow) => void;
}

/** What training gives: the weights it ended with are in the runner. */
export interface FitResult {
  readonly history: readonly EpochRow[];
  /** The epoch, from 1, whose weights were taken. */
  readonly bestEpoch: number;
  /** Steps taken. */
  readonly steps: number;
}

/**
 * Trains (keras.Model.fit). A run that is stopped, or killed, goes on with `resume` and ends with the same weights.
 *
 * @throws ERR_ABORTED after the step in which `signal` fired, with everything saved; ERR_DIVERGED on a NaN loss.
 */
export async function fitLoop(options: FitLoopOptions): Promise<FitResult> {
  const run = new Run(options);
  await run.restore();
  while (!run.done) await run.epoch();
  return run.finish();
}

/** Sums over an epoch's batches, and the time that they took. */
interface Sums {
  lossSum: number;
  correct: number;
  images: number;
  seconds: number;
  cpuSeconds: number | undefined;
}

/** The time that an epoch has taken so far. */
type Clocks = () => Pick<Sums, "seconds" | "cpuSeconds">;

class Run {
  readonly #options: FitLoopOptions;
  readonly #callbacks: readonly Callback[];
  readonly #control: TrainingControl;
  readonly #rows: EpochRow[] = [];
  #kept: { epoch: number; state: TrainingState } | undefined;
  #epoch = 0;
  #batch = 0;
  #sums: Sums;

  constructor(options: FitLoopOptions) {
    this.#options = options;
    this.#callbacks = options.callbacks ?? [];
    this.#sums = this.#noSums();
    this.#control = {
      learningRate: Math.fround(options.learningRate),
      stop: false,
      keepWeights: () => {
        this.#kept = { epoch: this.#epoch + 1, state: options.runner.state };
      },
    };
  }

  #noSums(): Sums {
    return { lossSum: 0, correct: 0, images: 0, seconds: 0, cpuSeconds: this.#options.cpuClock && 0 };
  }

  // Both go on from what the epoch took before it was stopped.
  #startClocks(): Clocks {
    const { cpuClock } = this.#options;
    const { seconds, cpuSeconds } = this.#sums;
    const started = performance.now() - seconds * 1000;
    // A part of an epoch that nobody measured can't be made up for.
    const cpuStarted = cpuClock && cpuSeconds !== undefined ? cpuClock() - cpuSeconds : undefined;
    return () => ({
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: cpuClock && cpuStarted !== undefined ? cpuClock() - cpuStarted : undefined,
    });
  }

  get done(): boolean {
    return this.#control.stop || this.#epoch >= this.#options.epochs;
  }

  async restore(): Promise<void> {
    const { store, resume, runner, fingerprint = "" } = this.#options;
    const saved = resume ? await store?.read() : undefined;
    if (saved === undefined) return;
    if (saved.fingerprint !== fingerprint)
      throw new LeukogramError("ERR_CONFIG", `${store!.name}: written with other settings or data`, {
        hint: "Resume with the original settings, images and weights, or start a new run in another folder with --out.",
      });
    runner.restore(saved.state);
    this.#callbacks.forEach((callback, i) => {
      callback.state = saved.callbacks[i] ?? {};
    });
    this.#rows.push(...saved.rows);
    this.#kept = saved.kept;
    this.#epoch = saved.epoch;
    this.#batch = saved.batch;
    this.#control.learningRate = saved.learningRate;
    this.#control.stop = saved.stopped;
    const { lossSum, correct, images, seconds, cpuSeconds } = saved;
    this.#sums = {
      lossSum,
      correct,
      images,
      seconds,
      cpuSeconds: seconds === 0 ? this.#noSums().cpuSeconds : cpuSeconds,
    };
    // It may have been killed between checkpoint and history.
    await this.#options.store?.writeHistory(this.#rows);
  }

  async epoch(): Promise<void> {
    const { train, validation, signal, onEpoch } = this.#options;
    const order = this.#options.order(this.#epoch);
    const batches = Math.ceil(order.length / this.#options.batchSize);
    const clocks = this.#startClocks();
    if (signal?.aborted) await this.#interrupt();
    this.#options.onEpochStart?.(this.#epoch);
    for await (const batch of train.batches({ epoch: this.#epoch, order, from: this.#batch })) {
      await this.#step(batch, batches, order.length, clocks);
      if (signal?.aborted && this.#batch < batches) await this.#interrupt();
    }
    const { lossSum, correct, images } = this.#sums;
    const val = validation && (await this.#evaluate(validation));
    if (val && !Number.isFinite(val.loss))
      throw new LeukogramError(
        "ERR_DIVERGED",
        `training: the validation loss is ${val.loss} after step ${this.#options.runner.steps}`,
        { hint: "Try a smaller learning rate (--learning-rate), or clip gradients (--clip-norm 1)." },
      );
    const row: EpochRow = {
      epoch: this.#epoch + 1,
      loss: lossSum / images,
      accuracy: correct / images,
      valLoss: val?.loss,
      valAccuracy: val?.accuracy,
      learningRate: this.#control.learningRate,
      ...clocks(),
    };
    this.#rows.push(row);
    const logs: EpochLogs = {
      loss: row.loss,
      accuracy: row.accuracy,
      ...(val && { val_loss: val.loss, val_accuracy: val.accuracy }),
    };
    for (const callback of this.#callbacks) callback.onEpochEnd(this.#epoch, logs, this.#control);
    this.#epoch++;
    this.#batch = 0;
    this.#sums = this.#noSums();
    await this.#save();
    await this.#options.store?.writeHistory(this.#rows);
    onEpoch?.(row);
    if (signal?.aborted && !this.done) await this.#interrupt();
  }

  async #step(batch: Batch, batches: number, total: number, clocks: Clocks): Promise<void> {
    const { runner, schedule, onProgress, epochs } = this.#options;
    if (schedule) this.#control.learningRate = schedule(runner.steps);
    const { loss, correct } = await runner.step(batch, this.#control.learningRate);
    const sums = this.#sums;
    sums.lossSum += loss * batch.labels.length;
    sums.correct += correct;
    sums.images += batch.labels.length;
    Object.assign(sums, clocks());
    this.#batch++;
    onProgress?.({
      epoch: this.#epoch + 1,
      epochs,
      batch: this.#batch,
      batches,
      loss: sums.lossSum / sums.images,
      accuracy: sums.correct / sums.images,
      imagesPerSecond: sums.images / sums.seconds,
      secondsLeft: ((total - sums.images) * sums.seconds) / sums.images,
    });
  }

  async #evaluate({
    source,
    order,
  }: NonNullable<FitLoopOptions["validation"]>): Promise<{ loss: number; accuracy: number }> {
    let [lossSum, correct] = [0, 0];
    for await (const batch of source.batches({ epoch: 0, order })) {
      // The epoch's steps are all taken: a resumed run begins with the validation.
      if (this.#options.signal?.aborted) await this.#interrupt();
      const { losses, probabilities } = await this.#options.runner.evaluate(batch);
      const classes = probabilities.length / batch.labels.length;
      for (const [i, label] of batch.labels.entries()) {
        lossSum += losses[i]!;
        const row = probabilities.subarray(i * classes, (i + 1) * classes);
        if (row.every((value) => value <= row[label]!)) correct++;
      }
    }
    return { loss: lossSum / order.length, accuracy: correct / order.length };
  }

  async #save(): Promise<void> {
    const { store, runner, fingerprint = "" } = this.#options;
    if (store === undefined) return;
    const checkpoint: Checkpoint = {
      epoch: this.#epoch,
      batch: this.#batch,
      ...this.#sums,
      learningRate: this.#control.learningRate,
      stopped: this.#control.stop,
      rows: this.#rows,
      callbacks: this.#callbacks.map(({ state }) => state),
      fingerprint,
      state: runner.state,
      kept: this.#kept,
    };
    await store.save(checkpoint);
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    throw new LeukogramError("ERR_ABORTED", `training was interrupted in epoch ${this.#epoch + 1}`, {
      ...(this.#options.store && { hint: "Everything is saved. Continue with --resume." }),
    });
  }

  finish(): FitResult {
    const { runner } = this.#options;
    const steps = runner.steps;
    if (this.#kept !== undefined) runner.restore(this.#kept.state);
    return { history: this.#rows, bestEpoch: this.#kept?.epoch ?? this.#rows.length, steps };
  }
}
