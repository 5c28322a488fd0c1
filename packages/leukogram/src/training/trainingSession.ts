import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Rng } from "@leukogram/engine/core/rng";
import type { BuiltModel } from "@leukogram/engine/models/builtModel";
import { modelEntry } from "@leukogram/engine/models/registry";
import { Model } from "@leukogram/engine/nn/model";
import { laboratoryIndices } from "../data/laboratories.ts";
import type { ImageCache } from "../data/loading/cache.ts";
import { createLoader } from "../data/loading/loader.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import { epochOrder } from "../data/sampling/sampler.ts";
import { runFiles } from "../run/runFolder.ts";
import { openFeatureCache } from "./featureCache.ts";
import { freezeParts, weightRules } from "./fineTuning.ts";
import { type BatchSource, type FitResult, fit } from "./fit.ts";
import { mixImages } from "./mixImages.ts";
import { ProgressiveRunner } from "./progressiveRunner.ts";
import { augmentationOf, callbacksOf, lossOf, optimizerOf, scheduleOf } from "./recipe/fromRecipe.ts";
import type { Recipe } from "./recipe/recipe.ts";
import { StepRunner } from "./stepRunner.ts";
import type { TrainOptions } from "./trainOptions.ts";

/** The images of a run, decoded. */
export interface Caches {
  readonly train: ImageCache;
  readonly validation: ImageCache;
}

/** The recipe's model, parts of it frozen; `imageSize` in place of the recipe's if given. */
export function buildModel(recipe: Recipe, classes: number, imageSize = recipe.imageSize): BuiltModel {
  const frozen = recipe.frozen && recipe.unfreezeFrom === undefined;
  const built = modelEntry(recipe.model).build({ ...recipe, imageSize, frozen, classes });
  freezeParts(built, recipe);
  return built;
}

/** One training run, with everything that must be closed after it. */
export class TrainingSession {
  readonly #recipe: Recipe;
  readonly #options: TrainOptions;
  readonly #caches: Caches;
  readonly #labels: readonly number[];
  readonly #classes: number;
  readonly #built: BuiltModel;
  /** Of each training image, -1 for the classes that its laboratory lacks, else 0: [K]; undefined if all are asked. */
  readonly #masks: readonly Float32Array[] | undefined;
  readonly #runner: StepRunner;
  /** The same model at the size of the first epochs, where that is another one. */
  readonly #small: { readonly size: number; readonly runner: StepRunner } | undefined;
  readonly #closing: (() => void | Promise<void>)[] = [];

  constructor(built: BuiltModel, train: Dataset, recipe: Recipe, options: TrainOptions, caches: Caches) {
    this.#built = built;
    this.#recipe = recipe;
    this.#options = options;
    this.#caches = caches;
    this.#labels = caches.train.samples.map(({ label }) => label);
    this.#classes = train.classes.length;
    this.#masks = recipe.maskAbsent && !built.features ? masksOf(caches.train.samples, this.#classes) : undefined;
    this.#runner = this.#stepRunner(built);
    this.#small = this.#smallRunner();
  }

  #stepRunner(built: BuiltModel): StepRunner {
    const recipe = this.#recipe;
    const { features, model } = built;
    return new StepRunner(features ? new Model({ input: features, output: model.output, name: model.name }) : model, {
      optimizer: optimizerOf(recipe),
      averageDecay: recipe.averageDecay,
      ...weightRules(built, recipe),
      softTargets: this.#mixes || this.#masks !== undefined,
      loss: { ...lossOf(recipe, this.#labels, this.#classes), absentMarked: this.#masks !== undefined },
      inputType: features ? "float32" : "uint8",
      seed: recipe.seed,
      device: recipe.device,
      threads: recipe.threads ?? availableParallelism(),
      kernels: recipe.kernels,
    });
  }

  #smallRunner() {
    const { startSize: size } = this.#recipe;
    const { model, features } = this.#built;
    if (size === undefined || size === model.input.shape[0] || features !== undefined) return undefined;
    const built = buildModel(this.#recipe, this.#classes, size);
    built.model.setWeights(new Map([...model.weights].map(([path, { value }]) => [path, value])));
    return { size, runner: this.#stepRunner(built) };
  }

  async run(): Promise<FitResult> {
    const recipe = this.#recipe;
    const { out, resume, signal, onReady, onProgress, onEpoch } = this.#options;
    const { train, validation } = this.#caches;
    const laboratories = laboratoryIndices(this.#caches.train.samples);
    const order = (epoch: number) =>
      epochOrder(this.#labels, this.#classes, {
        epoch,
        seed: recipe.seed,
        balance: recipe.balance === "sampling" ? "sampling" : "none",
        shuffle: true,
        laboratories,
        laboratoryPower: recipe.laboratoryPower,
      });
    const stepsPerEpoch = Math.ceil(order(0).length / recipe.batchSize);
    const validationLabels = validation.samples.map(({ label }) => label);
    const sources = {
      train: await this.#source(train, this.#labels, true),
      validation: await this.#source(validation, validationLabels, false),
    };
    await onReady?.();
    const runner = this.#small ? new ProgressiveRunner(this.#small.runner, this.#runner) : this.#runner;
    const result = await fit({
      runner,
      train: sources.train,
      onEpochStart: (epoch) => runner instanceof ProgressiveRunner && runner.useSmall(epoch < this.#smallEpochs),
      order,
      validation: { source: sources.validation, order: validation.samples.map((_, i) => i) },
      epochs: recipe.epochs,
      batchSize: recipe.batchSize,
      learningRate: recipe.learningRate,
      schedule: scheduleOf(recipe, stepsPerEpoch),
      callbacks: callbacksOf(recipe),
      files: runFiles(out),
      resume: resume ?? false,
      fingerprint: fingerprint(recipe, this.#built, [train, validation]),
      signal,
      ...(onProgress && { onProgress }),
      ...(onEpoch && { onEpoch }),
    });
    runner.writeWeights();
    return result;
  }

  // Epochs on small images.
  get #smallEpochs(): number {
    const { startEpochs, epochs } = this.#recipe;
    return this.#small === undefined ? 0 : (startEpochs ?? Math.floor(epochs / 2));
  }

  // Images of the same pixels are mixed; features are not.
  get #mixes(): boolean {
    const { mixup = 0, cutmix = 0 } = this.#recipe;
    return this.#built.features === undefined && (mixup > 0 || cutmix > 0);
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
    await this.#runner.release();
    await this.#small?.runner.release();
    this.#caches.train.close();
    this.#caches.validation.close();
  }

  async #source(cache: ImageCache, labels: readonly number[], training: boolean): Promise<BatchSource> {
    return this.#built.features
      ? this.#featureSource(cache, labels, training)
      : this.#pixelSource(cache, labels, training);
  }

  async #pixelSource(cache: ImageCache, labels: readonly number[], training: boolean): Promise<BatchSource> {
    const full = await this.#pixelsOfSize(this.#built.model.input.shape[0]!, this.#runner, { cache, labels, training });
    if (!training || this.#small === undefined) return full;
    const { size, runner } = this.#small;
    const small = await this.#pixelsOfSize(size, runner, { cache, labels, training });
    return { batches: (wanted) => (wanted.epoch < this.#smallEpochs ? small : full).batches(wanted) };
  }

  async #pixelsOfSize(
    size: number,
    runner: StepRunner,
    { cache, labels, training }: { cache: ImageCache; labels: readonly number[]; training: boolean },
  ): Promise<BatchSource> {
    const { batchSize, seed, mixup = 0, cutmix = 0 } = this.#recipe;
    const layout = training ? await runner.trainingLayout(batchSize) : { phases: 1, height: size, width: size };
    const augmentation = training ? augmentationOf(this.#recipe) : undefined;
    const loader = createLoader(cache, {
      batchSize,
      layout: layout!,
      imageSize: [size, size],
      augmentation,
      seed,
      labels,
    });
    this.#closing.push(() => loader.close());
    const isMixed = training && this.#mixes;
    const masks = training ? this.#masks : undefined;
    const mix = { mixup, cutmix, classes: this.#classes, layout: layout! };
    return {
      async *batches(wanted) {
        // Drawn by place, not from a running state, so that a resumed run draws the same.
        const rng = new Rng(seed).fork("mix").fork(wanted.epoch);
        let place = wanted.from ?? 0;
        for await (const { pixels, labels: truth, indices } of loader.batches(wanted)) {
          const batch = { images: pixels, labels: truth };
          if (masks !== undefined) yield { ...batch, targets: marked(truth, indices, masks) };
          else yield isMixed ? mixImages(batch, mix, rng.fork(place++)) : batch;
        }
      },
    };
  }

  async #featureSource(cache: ImageCache, labels: readonly number[], training: boolean): Promise<BatchSource> {
    const { batchSize, seed, copies } = this.#recipe;
    const { model, features } = this.#built;
    const stage = training ? "Features of training images" : "Features of validation images";
    const source = await openFeatureCache(cache, new Model({ input: model.input, output: features! }), {
      augmentation: augmentationOf(this.#recipe),
      copies: training && this.#recipe.augment ? copies : 0,
      batchSize,
      labels,
      seed,
      device: this.#recipe.device,
      threads: this.#recipe.threads ?? availableParallelism(),
      signal: this.#options.signal,
      onProgress: (done, total) => this.#options.onStage?.(stage, done, total),
    });
    this.#closing.push(() => source.close());
    return source;
  }
}

function masksOf(samples: readonly Sample[], classes: number): readonly Float32Array[] | undefined {
  const laboratories = laboratoryIndices(samples);
  if (laboratories === undefined) return undefined;
  const masks = new Map<number, Float32Array>();
  for (const [i, { label }] of samples.entries()) {
    const mask = masks.get(laboratories[i]!) ?? new Float32Array(classes).fill(-1);
    masks.set(laboratories[i]!, mask);
    mask[label] = 0;
  }
  return laboratories.map((laboratory) => masks.get(laboratory)!);
}

// Labels as shares of the classes [N, K], with the masks of the images.
function marked(labels: Int32Array, indices: readonly number[], masks: readonly Float32Array[]): Float32Array {
  const classes = masks[0]!.length;
  const targets = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) {
    targets.set(masks[indices[i]!]!, i * classes);
    targets[i * classes + label] = 1;
  }
  return targets;
}

// A run may only go on with the settings, images and frozen weights that it was started with.
function fingerprint(recipe: Recipe, { model, features }: BuiltModel, sets: readonly ImageCache[]): string {
  const files = sets.map(({ samples }) =>
    samples.map(({ file, label, laboratory }) => [file, label, ...(laboratory === undefined ? [] : [laboratory])]),
  );
  const hash = createHash("sha256").update(JSON.stringify([recipe, files]));
  const still = model.layers
    .filter(({ trainable }) => !trainable)
    .flatMap(({ name, weights }) => weights.map((w) => [`${name}/${w.name}`, w] as const));
  const frozen = features ? new Model({ input: model.input, output: features }).weights : still;
  for (const [path, { value }] of frozen)
    hash.update(path).update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  return hash.digest("hex");
}
