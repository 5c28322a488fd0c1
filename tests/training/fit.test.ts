import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Rng } from "@leukogram/engine/core/rng";
import { Dense, Input } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { sgd } from "@leukogram/engine/nn/optimizers";
import { cosineDecay } from "@leukogram/engine/nn/schedules";
import { type Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from "leukogram/training/callbacks";
import { readCheckpoint } from "leukogram/training/checkpoint";
import { type BatchSource, type FitOptions, fit } from "leukogram/training/fit";
import { formatHistory, parseHistory } from "leukogram/training/history";
import { processorSeconds, trainingTime } from "leukogram/training/progress/processorTime";
import { StepRunner } from "leukogram/training/stepRunner";
import { describe, expect, test } from "vitest";
import { rejection, temporaryFolder } from "./sets.ts";

const dir = temporaryFolder();
const [COUNT, BATCH, CLASSES, FEATURES] = [10, 4, 3, 5];
const rng = new Rng("features");
const features = Array.from({ length: COUNT }, () => Float32Array.from({ length: FEATURES }, () => rng.normal()));
const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES);

/** The ten points in the order asked for, four at a time. */
const source: BatchSource = {
  async *batches({ order, from = 0 }) {
    for (let start = from * BATCH; start < order.length; start += BATCH) {
      const indices = order.slice(start, start + BATCH);
      yield {
        images: Float32Array.from(indices.flatMap((i) => [...features[i]!])),
        labels: Int32Array.from(indices, (i) => labels[i]!),
      };
    }
  },
};

function makeRunner(): StepRunner {
  const input = Input([FEATURES], { name: "images" });
  const output = new Dense({ units: CLASSES, activation: "softmax" }).apply(input);
  const model = new Model({ input, output, name: "softmax" });
  model.initialize(3);
  return new StepRunner(model, { optimizer: sgd({ momentum: 0.9 }), inputType: "float32", threads: 1 });
}

/** Fits a fresh softmax regression on the ten points. */
async function run(options: Partial<FitOptions> = {}) {
  const runner = makeRunner();
  try {
    const order = Array.from({ length: COUNT }, (_, i) => i);
    const result = await fit({
      runner,
      train: source,
      order: (epoch) => new Rng(epoch).shuffle([...order]),
      validation: { source, order },
      epochs: 4,
      batchSize: BATCH,
      learningRate: 0.1,
      ...options,
    });
    return { ...result, state: runner.state };
  } finally {
    await runner.release();
  }
}

const figures = (rows: readonly object[]) => rows.map((row) => ({ ...row, seconds: 0, cpuSeconds: 0 }));

/** Learns well for three epochs, and badly from then on. */
const ruinous = (step: number) => (step < 9 ? 0.1 : 50);

describe("fit", () => {
  test("gives a row an epoch and tells of every step", async () => {
    const seen: number[][] = [];
    const { history, steps, bestEpoch } = await run({
      onProgress: ({ epoch, epochs, batch, batches }) => seen.push([epoch, epochs, batch, batches]),
    });
    expect(steps).toBe(12);
    expect(bestEpoch).toBe(4);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(seen).toHaveLength(12);
    expect(seen.slice(0, 4)).toEqual([
      [1, 4, 1, 3],
      [1, 4, 2, 3],
      [1, 4, 3, 3],
      [2, 4, 1, 3],
    ]);
    for (const row of history) {
      expect(row.learningRate).toBe(Math.fround(0.1));
      expect(row.accuracy * COUNT).toBeCloseTo(Math.round(row.accuracy * COUNT), 9);
    }
    expect(history[3]!.valLoss).toBeLessThan(history[0]!.valLoss!);
    expect(history[3]!.loss).toBeLessThan(history[0]!.loss);
  });

  test("does without validation, and then has no figures of it", async () => {
    const { history } = await run({ validation: undefined, epochs: 1 });
    expect([history[0]!.valLoss, history[0]!.valAccuracy]).toEqual([undefined, undefined]);
    expect(parseHistory(formatHistory(history))[0]).toMatchObject({ epoch: 1, valLoss: undefined });
  });

  test("takes each step's rate from the schedule", async () => {
    const schedule = cosineDecay({ initialLearningRate: 0.1, decaySteps: 12 });
    const { history } = await run({ schedule });
    expect(history.map(({ learningRate }) => learningRate)).toEqual([2, 5, 8, 11].map(schedule));
  });

  test("ends with the weights of the best epoch where a callback kept them", async () => {
    const three = await run({ epochs: 3, schedule: ruinous });
    const last = await run({ epochs: 5, schedule: ruinous });
    const best = await run({ epochs: 5, schedule: ruinous, callbacks: [new ModelCheckpoint()] });
    expect(last.history[4]!.valLoss).toBeGreaterThan(last.history[2]!.valLoss!);
    expect(last.bestEpoch).toBe(5);
    expect(best.bestEpoch).toBe(3);
    expect(best.history).toHaveLength(5);
    expect(best.state.vectors.get("theta")).toEqual(three.state.vectors.get("theta"));
    expect(last.state.vectors.get("theta")).not.toEqual(three.state.vectors.get("theta"));
  });

  test("ends early where nothing improves, and puts the best weights back", async () => {
    const stop = new EarlyStopping({ patience: 2, restoreBestWeights: true });
    const { history, bestEpoch } = await run({ epochs: 20, schedule: ruinous, callbacks: [stop] });
    expect(history).toHaveLength(5);
    expect(bestEpoch).toBe(3);
  });

  test("lowers the rate where nothing improves", async () => {
    const reduce = new ReduceLROnPlateau({ patience: 2, factor: 0.5 });
    // So small a rate changes no weight.
    const { history } = await run({ epochs: 6, learningRate: 1e-12, callbacks: [reduce] });
    const rate = Math.fround(1e-12);
    expect(history.map((row) => row.learningRate)).toEqual([rate, rate, rate, rate / 2, rate / 2, rate / 4]);
  });

  test("refuses a callback whose figure there is not", async () => {
    const error = await rejection(run({ validation: undefined, callbacks: [new EarlyStopping({ patience: 1 })] }));
    expect(error.message).toBe(
      "ERR_CONFIG EarlyStopping: val_loss is not available. Add a validation set, or monitor loss or accuracy.",
    );
  });

  test("stops where the loss is no number, says at which step, and what to try", async () => {
    const error = await rejection(run({ schedule: (step) => (step === 3 ? 1e39 : 0.1), validation: undefined }));
    expect(error.message).toBe(
      "ERR_DIVERGED training: the loss became NaN at step 5. Try a smaller learning rate (--learning-rate), or clip gradients (--clip-norm 1).",
    );
    expect(error.exitCode).toBe(3);
  });

  test("stops where the last step of all spoiled the weights", async () => {
    const files = { checkpoint: join(dir, "spoiled.safetensors"), history: join(dir, "spoiled.csv") };
    const error = await rejection(run({ epochs: 2, schedule: (step) => (step === 5 ? 1e39 : 0.1), files }));
    expect(error.message).toMatch(/^ERR_DIVERGED training: the validation loss is (NaN|Infinity) after step 6\. Try/);
    expect((await readCheckpoint(files.checkpoint))!.epoch).toBe(1);
  });
});

describe("processor time", () => {
  const files = (name: string) => ({ checkpoint: join(dir, `${name}.safetensors`), history: join(dir, `${name}.csv`) });
  /** Stops after the fifth step, in the second epoch. */
  const interrupted = async (options: Partial<FitOptions>) => {
    const stop = new AbortController();
    let steps = 0;
    const onProgress = () => {
      if (++steps === 5) stop.abort();
    };
    await rejection(run({ ...options, signal: stop.signal, onProgress }));
  };
  /** A clock that goes on by a second whenever it is looked at. */
  const ticking = () => {
    let seconds = 100;
    return () => seconds++;
  };

  test("stands beside the seconds of each epoch, in the file too", async () => {
    const own = files("cpu");
    const { history } = await run({ files: own });
    for (const { cpuSeconds } of history) expect(cpuSeconds).toBeGreaterThan(0);
    const read = parseHistory(readFileSync(own.history, "utf8"));
    for (const [i, { cpuSeconds }] of read.entries()) expect(cpuSeconds).toBeCloseTo(history[i]!.cpuSeconds!, 2);
  });

  test("of a run that was stopped adds up", async () => {
    const own = files("adds-up");
    await interrupted({ files: own, cpuClock: ticking() });
    const before = (await readCheckpoint(own.checkpoint))!.cpuSeconds!;
    expect(before).toBeGreaterThan(0);
    const { history } = await run({ files: own, resume: true, cpuClock: ticking() });
    const [first, second, third] = history.map(({ cpuSeconds }) => cpuSeconds!);
    expect(third).toBe(first);
    // The step after which it was stopped had been counted; its two looks at the clock are not all made again.
    expect(second).toBeGreaterThan(before);
    expect(trainingTime(history)!.cpuSeconds).toBe(history.reduce((sum, { cpuSeconds }) => sum + cpuSeconds!, 0));
  });

  test("is not made up for epochs of older versions", async () => {
    const own = files("older");
    await interrupted({ files: own, cpuClock: undefined });
    const { history } = await run({ files: own, resume: true });
    expect(history.map(({ cpuSeconds }) => cpuSeconds !== undefined)).toEqual([false, false, true, true]);
    expect(trainingTime(history)).toMatchObject({ cpuSeconds: undefined });
    const old = "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n1,0.5,0.75,,,0.1,2.50\n";
    expect(trainingTime(parseHistory(old))).toEqual({ seconds: 2.5, cpuSeconds: undefined });
    expect(trainingTime([])).toBeUndefined();
  });

  test("counts all threads of the process", async () => {
    const before = processorSeconds();
    const worker = new Worker(
      "const end = process.cpuUsage().user + 2e5; while (process.cpuUsage().user < end) Math.sqrt(2);",
      { eval: true },
    );
    await new Promise((resolve) => worker.once("exit", resolve));
    expect(processorSeconds() - before).toBeGreaterThan(0.15);
  });
});

describe("a run that is stopped", () => {
  const callbacks = (): Callback[] => [
    new ModelCheckpoint(),
    new EarlyStopping({ patience: 4 }),
    new ReduceLROnPlateau({ patience: 1, factor: 0.5, minDelta: 0.2 }),
  ];

  test.each([1, 4, 5, 6, 11, 12])("in step %i goes on there, callbacks and all", async (stopAt) => {
    const whole = await run({ callbacks: callbacks() });
    const files = { checkpoint: join(dir, `${stopAt}.safetensors`), history: join(dir, `${stopAt}.csv`) };
    const stop = new AbortController();
    let steps = 0;
    const onProgress = () => {
      steps++;
      if (steps === stopAt) stop.abort();
    };
    const error = await rejection(run({ callbacks: callbacks(), files, signal: stop.signal, onProgress }));
    expect(error.message).toBe(
      `ERR_ABORTED training was interrupted in epoch ${Math.ceil(stopAt / 3)}. Everything is saved. Continue with --resume.`,
    );
    expect(error.exitCode).toBe(130);
    expect(steps).toBe(stopAt);
    const resumed = await run({ callbacks: callbacks(), files, resume: true, onProgress });
    expect(steps).toBe(12);
    expect(figures(resumed.history)).toEqual(figures(whole.history));
    expect(resumed.state).toEqual(whole.state);
    expect(resumed.bestEpoch).toBe(whole.bestEpoch);
    expect(parseHistory(readFileSync(files.history, "utf8"))).toHaveLength(4);
  });

  test("says nothing of --resume where nothing is saved", async () => {
    const stop = new AbortController();
    const error = await rejection(run({ signal: stop.signal, onProgress: () => stop.abort() }));
    expect(error.message).toBe("ERR_ABORTED training was interrupted in epoch 1");
  });

  test("goes on from a run that was already at its end, without a step", async () => {
    const files = { checkpoint: join(dir, "end.safetensors"), history: join(dir, "end.csv") };
    const whole = await run({ files, callbacks: callbacks() });
    let steps = 0;
    const again = await run({ files, callbacks: callbacks(), resume: true, onProgress: () => steps++ });
    expect(steps).toBe(0);
    expect(again.state).toEqual(whole.state);
    expect(again.history).toEqual(whole.history);
  });
});
