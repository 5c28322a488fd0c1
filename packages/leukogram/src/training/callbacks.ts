import { LeukogramError } from "@leukogram/engine/core/errors";

/** The figures that a callback can watch, by Keras's names. */
export type Monitor = "loss" | "accuracy" | "val_loss" | "val_accuracy";

/** Figures of an epoch; those of the validation are missing if there is none. */
export type EpochLogs = Readonly<Partial<Record<Monitor, number>>>;

/** What a callback may do to the run. */
export interface TrainingControl {
  learningRate: number;
  /** Ends the training after this epoch. */
  stop: boolean;
  /** Keeps the present weights, to be put back at the end. */
  keepWeights(): void;
}

/** Something that is told of each epoch's figures. Its `state` is saved with each checkpoint. */
export interface Callback {
  readonly name: string;
  onEpochEnd(epoch: number, logs: EpochLogs, control: TrainingControl): void;
  state: Readonly<Record<string, number>>;
}

/** Options that callbacks watching a figure have. */
export interface MonitorOptions {
  /** Default: val_loss. */
  readonly monitor?: Monitor;
  /** Whether a smaller figure is better; `auto`: smaller, but for accuracies. */
  readonly mode?: "auto" | "min" | "max";
  /** Epochs without improvement that are put up with. */
  readonly patience: number;
  /** Smallest change that counts as improvement. */
  readonly minDelta?: number;
}

// Shared by both: which of two figures is better.
function improvement({
  monitor = "val_loss",
  mode = "auto",
  minDelta = 0,
}: MonitorOptions): (value: number, best: number) => boolean {
  const largerIsBetter = mode === "max" || (mode === "auto" && monitor.endsWith("accuracy"));
  return largerIsBetter ? (value, best) => value - minDelta > best : (value, best) => value + minDelta < best;
}

function watched(logs: EpochLogs, monitor: Monitor, name: string): number {
  const value = logs[monitor];
  if (value === undefined)
    throw new LeukogramError("ERR_CONFIG", `${name}: ${monitor} is not available`, {
      hint: "Add a validation set, or monitor loss or accuracy.",
    });
  return value;
}

/** Ends a run that no longer gets better (keras.callbacks.EarlyStopping). */
export class EarlyStopping implements Callback {
  readonly name = "EarlyStopping";
  readonly #options: MonitorOptions & { readonly restoreBestWeights?: boolean };
  readonly #improves: (value: number, best: number) => boolean;
  #best: number | undefined;
  #wait = 0;

  constructor(options: MonitorOptions & { readonly restoreBestWeights?: boolean }) {
    this.#options = options;
    this.#improves = improvement(options);
  }

  onEpochEnd(epoch: number, logs: EpochLogs, control: TrainingControl): void {
    const value = watched(logs, this.#options.monitor ?? "val_loss", this.name);
    this.#wait++;
    if (this.#best === undefined || this.#improves(value, this.#best)) {
      this.#best = value;
      this.#wait = 0;
      if (this.#options.restoreBestWeights) control.keepWeights();
    } else if (this.#wait >= this.#options.patience && epoch > 0) control.stop = true;
  }

  get state(): Readonly<Record<string, number>> {
    return { wait: this.#wait, ...(this.#best !== undefined && { best: this.#best }) };
  }

  set state({ wait, best }: Readonly<Record<string, number>>) {
    this.#wait = wait ?? 0;
    this.#best = best;
  }
}

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceOptions extends MonitorOptions {
  /** What the learning rate is multiplied by; default 0.1. */
  readonly factor?: number;
  /** Default: 0. */
  readonly minLearningRate?: number;
  /** Epochs after a reduction that do not count; default 0. */
  readonly cooldown?: number;
}

/** Lowers the learning rate where a figure stands still (keras.callbacks.ReduceLROnPlateau). */
export class ReduceLROnPlateau implements Callback {
  readonly name = "ReduceLROnPlateau";
  readonly #options: ReduceOptions;
  readonly #improves: (value: number, best: number) => boolean;
  #best: number | undefined;
  #wait = 0;
  #cooldown = 0;

  constructor(options: ReduceOptions) {
    this.#options = { minDelta: 1e-4, ...options };
    this.#improves = improvement(this.#options);
  }

  onEpochEnd(_epoch: number, logs: EpochLogs, control: TrainingControl): void {
    const { factor = 0.1, minLearningRate = 0, cooldown = 0, patience, monitor = "val_loss" } = this.#options;
    const value = watched(logs, monitor, this.name);
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#wait = 0;
    }
    if (this.#best === undefined || this.#improves(value, this.#best)) {
      this.#best = value;
      this.#wait = 0;
    } else if (this.#cooldown === 0 && ++this.#wait >= patience) {
      if (control.learningRate <= Math.fround(minLearningRate)) return;
      // Keras keeps the rate in float32.
      control.learningRate = Math.fround(Math.max(control.learningRate * factor, minLearningRate));
      this.#cooldown = cooldown;
      this.#wait = 0;
    }
  }

  get state(): Readonly<Record<string, number>> {
    return { wait: this.#wait, cooldown: this.#cooldown, ...(this.#best !== undefined && { best: this.#best }) };
  }

  set state({ wait, cooldown, best }: Readonly<Record<string, number>>) {
    this.#wait = wait ?? 0;
    this.#cooldown = cooldown ?? 0;
    this.#best = best;
  }
}

/** Keeps the weights of the best epoch, whenever the run ends (keras.callbacks.ModelCheckpoint, save_best_only). */
export class ModelCheckpoint implements Callback {
  readonly name = "ModelCheckpoint";
  readonly #monitor: Monitor;
  readonly #improves: (value: number, best: number) => boolean;
  #best: number | undefined;

  constructor({ monitor = "val_loss", mode = "auto" }: Pick<MonitorOptions, "monitor" | "mode"> = {}) {
    this.#monitor = monitor;
    this.#improves = improvement({ monitor, mode, patience: 0 });
  }

  onEpochEnd(_epoch: number, logs: EpochLogs, control: TrainingControl): void {
    const value = watched(logs, this.#monitor, this.name);
    if (this.#best !== undefined && !this.#improves(value, this.#best)) return;
    this.#best = value;
    control.keepWeights();
  }

  get state(): Readonly<Record<string, number>> {
    return this.#best === undefined ? {} : { best: this.#best };
  }

  set state({ best }: Readonly<Record<string, number>>) {
    this.#best = best;
  }
}
