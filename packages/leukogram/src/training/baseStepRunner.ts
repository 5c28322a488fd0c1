import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { compile } from "@leukogram/engine/graph/compile";
import {
  type CompiledTraining,
  compileTraining,
  type Kernels,
  type PixelLayout,
  type SpeedRewrite,
} from "@leukogram/engine/graph/compileTraining";
import { chunkName, isRandomName, meanName, nextName, STEP, slotName } from "@leukogram/engine/graph/stepNames";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import type { LossOptions } from "@leukogram/engine/nn/losses";
import type { Model } from "@leukogram/engine/nn/model";
import {
  evaluationGraph,
  type FlatLayout,
  flatLayout,
  flatSize,
  trainingGraph,
} from "@leukogram/engine/nn/modelGraphs";
import type { Optimizer } from "@leukogram/engine/nn/optimizers";
import type { Weight } from "@leukogram/engine/nn/weight";
import type { Runtime, Session, SessionOptions, Value } from "@leukogram/engine/runtime/session";

/** What a step runner is set up with. */
export interface StepRunnerOptions extends SessionOptions {
  readonly optimizer: Optimizer;
  readonly loss?: LossOptions;
  /** Type of the input: pixels, or cached features. Default: uint8. */
  readonly inputType?: "uint8" | "float32";
  /** Names the stream of dropout's random numbers; default 0. */
  readonly seed?: number;
  /** Whether the step is rewritten for speed; the numbers are the same but for rounding. Default: true. */
  readonly fast?: boolean;
  /** Rewrites for speed that are left out, to see what each gains; default: none. */
  readonly without?: readonly SpeedRewrite[] | undefined;
  /** What computes ordinary convolutions of training; standard where the processor lacks the other. Default: standard. */
  readonly kernels?: Kernels | undefined;
  /** Whether a training step takes shares of classes, `targets`, in place of labels; default: false. */
  readonly softTargets?: boolean | undefined;
  /** Factor on the learning rate of each weight; 1 by default. */
  readonly rateOf?: ((weight: Weight) => number) | undefined;
  /** Whether a weight decays, where the optimizer has a weight decay; all do by default. */
  readonly decays?: ((weight: Weight) => boolean) | undefined;
  /**
   * Decay of the exponential moving average of parameters and statistics, which is then what is evaluated and written;
   * no average by default.
   */
  readonly averageDecay?: number | undefined;
}

/** Images (or features [N, F]) and the index of each one's class. */
export interface Batch {
  readonly images: Uint8Array | Float32Array;
  readonly labels: Int32Array;
  /** Shares of the classes [N, K], where images were mixed; needed with `softTargets`, and read in training alone. */
  readonly targets?: Float32Array;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Steps taken. */
  readonly step: number;
  /** The flat vectors by name: theta, slot0, ..., statistics, theta.mean, statistics.mean. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

interface Step extends CompiledTraining {
  readonly session: Session;
}

/**
 * Takes training steps and evaluates, with parameters, moments and statistics as flat vectors that stay in place.
 *
 * A graph is compiled for each batch size that turns up: two in an epoch, the full one and the last. Whoever extends it
 * says what runs the graphs: onnxruntime-node, or onnxruntime-web.
 */
export class BaseStepRunner {
  readonly #runtime: Runtime;
  readonly #model: Model;
  readonly #options: StepRunnerOptions;
  readonly #layout: FlatLayout;
  readonly #steps = new Map<number, Promise<Step>>();
  #evaluation: Promise<Session> | undefined;
  /** Present values, and as many arrays that the next step writes into. */
  #vectors: Map<string, Float32Array>;
  #spare: Map<string, Float32Array>;
  #step = 0;

  constructor(model: Model, options: StepRunnerOptions, runtime: Runtime) {
    this.#runtime = runtime;
    this.#model = model;
    this.#options = options;
    this.#layout = flatLayout(model);
    const { theta, statistics } = this.#layout;
    const vectors = new Map([[STEP.theta as string, flattenWeights(theta)]]);
    for (let i = 0; i < options.optimizer.slots; i++) vectors.set(slotName(i), new Float32Array(flatSize(theta)));
    if (statistics.length > 0) vectors.set(STEP.statistics, flattenWeights(statistics));
    for (const name of options.averageDecay === undefined ? [] : [STEP.theta, STEP.statistics])
      if (vectors.has(name)) vectors.set(meanName(name), vectors.get(name)!.slice());
    this.#vectors = vectors;
    this.#spare = new Map([...vectors].map(([name, vector]) => [name, new Float32Array(vector.length)]));
  }

  /** How a training step of `batchSize` wants its pixels; undefined for features. */
  async trainingLayout(batchSize: number): Promise<PixelLayout | undefined> {
    return (await this.#stepFor(batchSize)).layout;
  }

  /** Takes one step. `loss` is the batch's mean, `correct` how many it got right before the step. */
  async step({ images, labels, targets }: Batch, learningRate: number): Promise<{ loss: number; correct: number }> {
    const { session, layout, chunks } = await this.#stepFor(labels.length);
    const truth: Record<string, Value> = this.#options.softTargets
      ? { [STEP.targets]: { data: targets!, shape: [labels.length, targets!.length / labels.length] } }
      : { [STEP.labels]: { data: labels, shape: [labels.length] } };
    const feeds: Record<string, Value> = {
      ...truth,
      [STEP.learningRate]: scalar(learningRate),
      [STEP.step]: scalar(this.#step + 1),
      ...this.#averageFeed(),
      ...this.#imageFeeds(images, labels.length, layout, chunks),
      ...this.#randomFeeds(session),
    };
    for (const [name, data] of this.#vectors) feeds[name] = { data, shape: [data.length] };
    const outputs = [...this.#spare].map(([name, data]) => [nextName(name), { data, shape: [data.length] }] as const);
    const results = await session.run(feeds, Object.fromEntries(outputs));
    const loss = Number(results.loss!.data[0]);
    if (!Number.isFinite(loss))
      throw new LeukogramError("ERR_DIVERGED", `training: the loss became ${loss} at step ${this.#step + 1}`, {
        hint: "Try a smaller learning rate (--learning-rate), or clip gradients (--clip-norm 1).",
      });
    [this.#vectors, this.#spare] = [this.#spare, this.#vectors];
    this.#step++;
    return { loss, correct: Number(results.correct!.data[0]) };
  }

  /** Losses [N] and probabilities [N, K], flat, with the parameters as they are. Pixels are plain [N, C, H, W]. */
  async evaluate({ images, labels }: Batch): Promise<{ losses: Float32Array; probabilities: Float32Array }> {
    this.#evaluation ??= this.#load(compile(evaluationGraph(this.#model, this.#options)), "Validation step");
    const feeds: Record<string, Value> = {
      [STEP.images]: { data: images, shape: toGraphShape(this.#model.input.shape, labels.length) as number[] },
      [STEP.labels]: { data: labels, shape: [labels.length] },
    };
    for (const name of [STEP.theta, STEP.statistics]) {
      const data = this.#judged(name);
      if (data !== undefined) feeds[name] = { data, shape: [data.length] };
    }
    const { losses, probabilities } = await (await this.#evaluation).run(feeds);
    return { losses: losses!.data as Float32Array, probabilities: probabilities!.data as Float32Array };
  }

  // The average has few steps to look back on at first (tf.train.ExponentialMovingAverage's num_updates).
  #averageFeed(): Record<string, Value> {
    const { averageDecay } = this.#options;
    if (averageDecay === undefined) return {};
    return { [STEP.averageRate]: scalar(1 - Math.min(averageDecay, (1 + this.#step) / (10 + this.#step))) };
  }

  // A vector as it is evaluated and written: its moving average where there is one.
  #judged(name: string): Float32Array | undefined {
    return this.#vectors.get(meanName(name)) ?? this.#vectors.get(name);
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#step;
  }

  /** A copy of the present state. */
  get state(): TrainingState {
    return { step: this.#step, vectors: new Map([...this.#vectors].map(([name, vector]) => [name, vector.slice()])) };
  }

  /** Goes back to a state. @throws ERR_WEIGHTS if it belongs to another model or optimizer. */
  restore({ step, vectors }: TrainingState): void {
    for (const [name, vector] of this.#vectors) {
      const saved = vectors.get(name);
      if (saved?.length !== vector.length)
        throw new LeukogramError(
          "ERR_WEIGHTS",
          `checkpoint: ${name} has ${saved?.length ?? 0} numbers, but the model needs ${vector.length}`,
          {
            hint: "Resume with the original settings.",
          },
        );
      vector.set(saved);
    }
    this.#step = step;
  }

  /** Writes the present parameters and statistics, or their moving averages, into the model's weights. */
  writeWeights(): void {
    unflattenWeights(this.#layout.theta, this.#judged(STEP.theta)!);
    unflattenWeights(this.#layout.statistics, this.#judged(STEP.statistics) ?? new Float32Array());
  }

  /** Frees the sessions. */
  async release(): Promise<void> {
    const sessions = [
      ...(await Promise.all(this.#steps.values())).map(({ session }) => session),
      await this.#evaluation,
    ];
    for (const session of sessions) await session?.release();
    this.#steps.clear();
    this.#evaluation = undefined;
  }

  #stepFor(batchSize: number): Promise<Step> {
    const known = this.#steps.get(batchSize) ?? this.#compile(batchSize);
    this.#steps.set(batchSize, known);
    return known;
  }

  async #compile(batchSize: number): Promise<Step> {
    const { fast = true, without, inputType = "uint8" } = this.#options;
    const average = this.#options.averageDecay !== undefined;
    const onBlocks =
      this.#options.kernels === "blocked" && (await this.#runtime.supportsBlockedKernels?.(this.#options));
    const outputs = trainingGraph(this.#model, { ...this.#options, batchSize, average });
    const [height, width] = this.#model.input.shape;
    const layout = inputType === "uint8" ? { phases: 1, height: height!, width: width! } : undefined;
    const compiled = fast
      ? compileTraining(outputs, {
          batchSize,
          without,
          blocks: (await this.#runtime.supportsBlocks?.(this.#options)) ?? false,
          kernels: onBlocks ? "blocked" : "standard",
        })
      : { model: compile(outputs), layout, chunks: [batchSize] };
    return { ...compiled, session: await this.#load(compiled.model, "Training step") };
  }

  #load(model: Uint8Array, runName: string): Promise<Session> {
    return this.#runtime.createSession(model, { ...this.#options, runName });
  }

  #imageFeeds(
    images: Batch["images"],
    count: number,
    layout: PixelLayout | undefined,
    chunks: readonly number[],
  ): Record<string, Value> {
    const [, , channels] = this.#model.input.shape;
    const shape = layout
      ? [layout.phases ** 2 * channels!, layout.height, layout.width]
      : (toGraphShape(this.#model.input.shape, count).slice(1) as number[]);
    if (chunks.length === 1) return { [STEP.images]: { data: images, shape: [count, ...shape] } };
    const size = images.length / count;
    let start = 0;
    return Object.fromEntries(
      chunks.map((images_, k) => {
        const data = images.subarray(start * size, (start + images_) * size);
        start += images_;
        return [chunkName(STEP.images, k), { data, shape: [images_, ...shape] }];
      }),
    );
  }

  #randomFeeds(session: Session): Record<string, Value> {
    const rng = new Rng(this.#options.seed ?? 0).fork("dropout").fork(this.#step);
    const names = session.inputs.filter(({ name }) => isRandomName(name));
    return Object.fromEntries(
      names.map(({ name, shape }) => {
        const own = rng.fork(name);
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, { data: Float32Array.from({ length }, () => own.uniform()), shape }];
      }),
    );
  }
}

function scalar(value: number): Value {
  return { data: Float32Array.of(value), shape: [] };
}

function flattenWeights(weights: readonly Weight[]): Float32Array {
  const flat = new Float32Array(flatSize(weights));
  let start = 0;
  for (const { value } of weights) {
    flat.set(value, start);
    start += value.length;
  }
  return flat;
}

function unflattenWeights(weights: readonly Weight[], flat: Float32Array): void {
  let start = 0;
  for (const weight of weights) {
    weight.value = flat.slice(start, start + weight.value.length);
    start += weight.value.length;
  }
}
