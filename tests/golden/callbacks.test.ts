import { type Callback, EarlyStopping, ReduceLROnPlateau, type TrainingControl } from "leukogram/training/callbacks";
import { expect } from "vitest";
import { sharedJson, testWith } from "../support/shared.ts";

const FILE = "golden/callbacks.json";
type Options = Record<string, number | string | boolean>;
interface Run {
  values: string;
  valLoss: number[];
  valAccuracy: number[];
  callbacks: Record<string, Options>;
  epochsRun: number;
  learningRateAfterEpoch: number[];
}

const makers: Record<string, (options: Options) => Callback> = {
  EarlyStopping: ({ monitor, mode, patience, min_delta, restore_best_weights }) =>
    new EarlyStopping({
      monitor: monitor as "val_loss",
      mode: (mode ?? "auto") as "auto",
      patience: patience as number,
      minDelta: (min_delta ?? 0) as number,
      restoreBestWeights: Boolean(restore_best_weights),
    }),
  ReduceLROnPlateau: ({ monitor, factor, patience, min_lr }) =>
    new ReduceLROnPlateau({
      monitor: monitor as "val_loss",
      factor: factor as number,
      patience: patience as number,
      minLearningRate: (min_lr ?? 0) as number,
    }),
};

testWith(FILE)("callbacks act in the epochs in which Keras's do", () => {
  const runs = sharedJson<Run[]>(FILE);
  expect(runs.length).toBeGreaterThan(10);
  for (const run of runs) {
    const callbacks = Object.entries(run.callbacks).map(([name, options]) => makers[name]!(options));
    const control: TrainingControl = { learningRate: Math.fround(1e-3), stop: false, keepWeights: () => {} };
    const rates: number[] = [];
    for (let epoch = 0; epoch < run.valLoss.length && !control.stop; epoch++) {
      const logs = { val_loss: run.valLoss[epoch]!, val_accuracy: run.valAccuracy[epoch]! };
      for (const callback of callbacks) callback.onEpochEnd(epoch, logs, control);
      rates.push(control.learningRate);
    }
    expect(rates, `${run.values} ${JSON.stringify(run.callbacks)}`).toEqual(run.learningRateAfterEpoch);
    expect(rates).toHaveLength(run.epochsRun);
  }
});
