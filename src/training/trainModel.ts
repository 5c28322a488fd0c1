import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Rng } from "../core/rng.ts";
import { VERSION } from "../core/version.ts";
import { type ImageCache, openImageCache, type SkippedImage } from "../data/cache.ts";
import type { Dataset, Sample } from "../data/dataset.ts";
import { laboratoryIndices } from "../data/laboratories.ts";
import { createLoader } from "../data/loader.ts";
import { epochOrder } from "../data/sampler.ts";
import { readKerasH5 } from "../formats/kerasH5.ts";
import { writeKeras } from "../formats/kerasV3.ts";
import { loadWeights } from "../formats/loadWeights.ts";
import { writeFileWhole } from "../formats/writeFile.ts";
import { compile } from "../graph/compile.ts";
import { type BuiltModel, modelEntry } from "../models/registry.ts";
import { FIELD_SIZE } from "../nn/cellNormalization.ts";
import { Model } from "../nn/model.ts";
import { exportGraph } from "../nn/modelGraphs.ts";
import { CellPictures, cellNormalizationOf, FIELD_MARGIN } from "./cellPictures.ts";
import { openFeatureCache } from "./featureCache.ts";
import { freezeParts, weightRules } from "./fineTuning.ts";
import { type BatchSource, type FitProgress, type FitResult, fit } from "./fit.ts";
import { augmentationOf, callbacksOf, lossOf, optimizerOf, recipeWarnings, scheduleOf } from "./fromRecipe.ts";
import type { EpochRow } from "./history.ts";
import { rememberHome, writeHomeMemory } from "./homeMemory.ts";
import { mixImages } from "./mixImages.ts";
import { ProgressiveRunner } from "./progressiveRunner.ts";
import type { Recipe } from "./recipe.ts";
import { StepRunner } from "./stepRunner.ts";

/** What a run tells while it is under way. */
export interface TrainEvents {
  /** Called when images and weights are there, before anything is written to the run folder. */
  readonly onReady?: () => void | Promise<void>;
  readonly onStage?: (stage: string, done: number, total: number) => void;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly onEpoch?: (row: EpochRow) => void;
}

/** What {@link trainModel} takes beside data and recipe. */
export interface TrainOptions extends TrainEvents {
  /** The run folder. */
  readonly out: string;
  /** A Keras .h5 file with the backbone's weights; without one it begins from random weights. */
  readonly weights?: string | undefined;
  readonly skipBad?: boolean;
  readonly resume?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What a training run gives. */
export interface TrainedModel {
  /** The run folder; `model.onnx` is in it. */
  readonly out: string;
  readonly classes: readonly string[];
  readonly history: readonly EpochRow[];
  readonly bestEpoch: number;
  readonly parameters: number;
  /** Seconds of training, decoding and features left out. */
  readonly trainingSeconds: number;
  readonly skipped: readonly SkippedImage[];
  /** Things about the settings that a reader of the results must know. */
  readonly warnings: readonly string[];
}

/**
 * Trains a model on images that were split beforehand and writes its run folder: history.csv, checkpoints/ and
 * model.onnx.
 *
 * @throws LeukogramError of the data, the weights file or the training; ERR_ABORTED where `signal` fired.
 */
export async function trainModel(
  train: Dataset,
  validation: readonly Sample[],
  recipe: Recipe,
  options: TrainOptions,
): Promise<TrainedModel> {
  const entry = modelEntry(recipe.model);
  const built = buildModel(recipe, train.classes.length);
  built.model.initialize(recipe.seed);
  const warnings = recipeWarnings(recipe);
  if (entry.pretrained) await loadBackbone(built, options.weights, warnings);
  const caches = await openCaches(train, validation, built.model, { ...options, recipe });
  const session = new Session(built, train, recipe, options, caches);
  try {
    const result = await session.run();
    const memory = await rememberHome(built, caches.validation, { threads: recipe.threads ?? availableParallelism() });
    await writeHomeMemory(join(options.out, "memory.safetensors"), memory);
    await writeModel(built.model, train.classes, recipe, options.out);
    return {
      out: options.out,
      classes: train.classes,
      history: result.history,
      bestEpoch: result.bestEpoch,
      parameters: built.model.parameters,
      trainingSeconds: result.history.reduce((sum, { seconds }) => sum + seconds, 0),
      skipped: [...caches.train.skipped, ...caches.validation.skipped],
      warnings,
    };
  } finally {
    await session.close();
  }
}

// The recipe's model, parts of it frozen; `imageSize` in place of the recipe's where given.
function buildModel(recipe: Recipe, classes: number, imageSize = recipe.imageSize): BuiltModel {
  const frozen = recipe.frozen && recipe.unfreezeFrom === undefined;
  const built = modelEntry(recipe.model).build({ ...recipe, imageSize, frozen, classes });
  freezeParts(built, recipe);
  return built;
}

/** Writes the model that others use: model.onnx, preprocessing inside and class names in the metadata, and model.keras. */
export async function writeModel(model: Model, classes: readonly string[], recipe: Recipe, out: string): Promise<void> {
  const [height, width] = model.input.shape;
  const cells = cellNormalizationOf(recipe, height!);
  const metadata = {
    classes: JSON.stringify(classes),
    imageSize: JSON.stringify(cells ? [FIELD_SIZE, FIELD_SIZE] : [height, width]),
    ...(cells && { field: "square" }),
    model: recipe.model,
    parameters: String(model.parameters),
    recipe: JSON.stringify(recipe),
    notice: "Research use only; not a medical device.",
  };
  await writeKeras(model, join(out, "model.keras"));
  // Last, as its presence says that the run is finished.
  await writeFileWhole(
    join(out, "model.onnx"),
    compile(exportGraph(model, { cells, views: recipe.views }), { name: model.name, metadata, version: VERSION }),
  );
}

async function loadBackbone({ model }: BuiltModel, weights: string | undefined, warnings: string[]): Promise<void> {
  if (weights === undefined) {
    warnings.push(
      `No ImageNet weights were given: ${model.name} begins from random weights, and its figures say nothing of transfer learning.`,
    );
    return;
  }
  const head = new Set(["head_dense", "head_bn", "predictions"]);
  loadWeights(model, await readKerasH5(weights), { source: weights, optional: head });
}

interface Caches {
  readonly train: ImageCache;
  readonly validation: ImageCache;
}

async function openCaches(
  train: Dataset,
  validation: readonly Sample[],
  model: Model,
  { recipe, ...options }: TrainOptions & { readonly recipe: Recipe },
): Promise<Caches> {
  const [height, width] = model.input.shape as [number, number];
  const open = async (stage: string, samples: readonly Sample[], training: boolean) => {
    const { fieldSize } = recipe;
    const size = training && fieldSize !== undefined ? fieldSize : height;
    const cells = cellNormalizationOf(recipe, size);
    const wide = cells && training && fieldSize !== undefined;
    const prepare = cells && new CellPictures(wide ? { ...cells, diameters: cells.diameters * FIELD_MARGIN } : cells);
    const keepsField = fieldSize !== undefined && cells === undefined;
    try {
      return await openImageCache(samples, {
        imageSize: keepsField ? [fieldSize, fieldSize] : [size, size === height ? width : size],
        shrink: fieldSize === undefined ? "bilinear" : "area",
        prepare,
        skipBad: options.skipBad ?? false,
        signal: options.signal,
        onProgress: (done, total) => options.onStage?.(stage, done, total),
      });
    } finally {
      await prepare?.close();
    }
  };
  return {
    train: await open("Decoding training images", train.samples, true),
    validation: await open("Decoding validation images", validation, false),
  };
}

// One training run, with everything that must be closed after it.
class Session {
  readonly #recipe: Recipe;
  readonly #options: TrainOptions;
  readonly #caches: Caches;
  readonly #labels: readonly number[];
  readonly #classes: number;
  readonly #built: BuiltModel;
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
      softTargets: this.#mixes,
      loss: lossOf(recipe, this.#labels, this.#classes),
      inputType: features ? "float32" : "uint8",
      seed: recipe.seed,
      device: recipe.device,
      threads: recipe.threads ?? availableParallelism(),
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
      files: { checkpoint: join(out, "checkpoints", "last.safetensors"), history: join(out, "history.csv") },
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
    const mix = { mixup, cutmix, classes: this.#classes, layout: layout! };
    return {
      async *batches(wanted) {
        // Drawn by place, not from a running state, so that a resumed run draws the same.
        const rng = new Rng(seed).fork("mix").fork(wanted.epoch);
        let place = wanted.from ?? 0;
        for await (const { pixels, labels: truth } of loader.batches(wanted)) {
          const batch = { images: pixels, labels: truth };
          yield isMixed ? mixImages(batch, mix, rng.fork(place++)) : batch;
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

// A run may only go on with the settings, images and frozen weights that it was begun with.
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
