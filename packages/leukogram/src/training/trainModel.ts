import { availableParallelism } from "node:os";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { timed } from "@leukogram/engine/core/spans";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { loadBackboneWeights } from "@leukogram/engine/formats/weights/backboneWeights";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import type { BuiltModel } from "@leukogram/engine/models/builtModel";
import { isJoinedName, modelEntry } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { supportsBlockedKernels } from "@leukogram/engine/runtime/blocks";
import { FIELD_SIZE, normalizedCells } from "../cells/cellNormalization.ts";
import { openImageCache } from "../data/loading/cache.ts";
import type { SkippedImage } from "../data/loading/cacheBuild.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import type { Scale } from "../data/scale/scale.ts";
import { type UsedScales, usedScales } from "../data/scale/usedScales.ts";
import { runFiles } from "../run/runFolder.ts";
import { VERSION } from "../version.ts";
import { CellPictures, FIELD_MARGIN } from "./cellPictures.ts";
import type { EpochRow } from "./history.ts";
import { type HomeFacts, homeMetadata } from "./homeFacts.ts";
import { cachedPictures, rememberHome, writeHomeMemory } from "./homeMemory.ts";
import { learnLooks } from "./learnLooks.ts";
import { trainingTime } from "./progress/processorTime.ts";
import { cellNormalizationOf, stainVariants } from "./recipe/cellsOfRecipe.ts";
import { recipeWarnings } from "./recipe/fromRecipe.ts";
import type { Recipe } from "./recipe/recipe.ts";
import { ScaledCrops } from "./scaledCrops.ts";
import { buildModel, type Caches, TrainingSession } from "./trainingSession.ts";
import { trainingWords } from "./trainingWords.ts";
import type { TrainOptions } from "./trainOptions.ts";

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
  /** Seconds of processor time in these; undefined if an epoch of an older version is among them. */
  readonly trainingCpuSeconds?: number | undefined;
  readonly skipped: readonly SkippedImage[];
  /** What of the model learned, and from which images: a sentence each. */
  readonly told?: readonly string[];
  /** Things about the settings that a reader of the results must know. */
  readonly warnings: readonly string[];
}

/**
 * Trains a model on images that were split beforehand and writes its run folder: history.csv, checkpoints/ and
 * model.onnx.
 *
 * @throws LeukogramError of the data, the weights file or the training; ERR_ABORTED if `signal` fired.
 */
export async function trainModel(
  train: Dataset,
  validation: readonly Sample[],
  recipe: Recipe,
  options: TrainOptions,
): Promise<TrainedModel> {
  if (isJoinedName(recipe.model))
    throw new LeukogramError(
      "ERR_CONFIG",
      `model "${recipe.model}" is joined from two models and can't be trained directly`,
      {
        hint: "Train the two models, then join their runs: leukogram join.",
      },
    );
  const entry = modelEntry(recipe.model);
  const built = buildModel(recipe, train.classes.length);
  if (recipe.maskAbsent && ((recipe.mixup ?? 0) > 0 || (recipe.cutmix ?? 0) > 0))
    throw new LeukogramError(
      "ERR_CONFIG",
      "maskAbsent does not work with mixed images, which come from two laboratories",
      {
        hint: "Remove mixup and cutmix, or maskAbsent.",
      },
    );
  built.model.initialize(recipe.seed);
  const warnings = recipeWarnings(recipe, train.samples);
  if (recipe.kernels === "blocked" && !(await supportsBlockedKernels({ device: recipe.device })))
    warnings.push("Blocked kernels don't work on this machine or device: standard ones were used.");
  if (entry.pretrained) await loadBackbone(built, options.weights, warnings);
  const scales = await scalesOf([...train.samples, ...validation], recipe, options);
  for (const { laboratory, notes } of scales?.laboratories ?? [])
    warnings.push(...notes.map((note) => `${laboratory}: ${note}`));
  const caches = await openCaches(train, validation, built.model, { ...options, recipe, scales });
  const session = new TrainingSession(built, train, recipe, options, caches);
  try {
    const result = await session.run();
    const memory = await rememberHome(
      built,
      caches.validation.samples.map(({ label }) => label),
      cachedPictures(caches.validation, built.model.input.shape.slice(0, 2) as [number, number]),
      { threads: recipe.threads ?? availableParallelism() },
    );
    await writeHomeMemory(runFiles(options.out).memory, memory);
    const { cropRedCells } = recipe;
    const looks = await learnLooks(cropRedCells === undefined ? validation : [...train.samples, ...validation], {
      cropRedCells,
      size: built.model.input.shape[0]!,
    });
    const home = { looks, temperature: undefined };
    await timed("Write the model", () =>
      writeModel(built.model, { classes: train.classes, recipe, home }, options.out),
    );
    const time = trainingTime(result.history);
    return {
      out: options.out,
      classes: train.classes,
      history: result.history,
      bestEpoch: result.bestEpoch,
      parameters: built.model.parameters,
      trainingSeconds: time?.seconds ?? 0,
      trainingCpuSeconds: time?.cpuSeconds,
      skipped: [...caches.train.skipped, ...caches.validation.skipped],
      told: trainingWords(recipe, { pretrained: options.weights !== undefined }),
      warnings,
    };
  } finally {
    await session.close();
  }
}

/** What a model's file says beside its network. */
export interface ModelFileFacts {
  readonly classes: readonly string[];
  readonly recipe: Recipe;
  readonly home: HomeFacts;
  /** The scale of the laboratory that it was adapted to, which it then carries. */
  readonly scale?: Scale | undefined;
}

/** Writes the model that others use: model.onnx, preprocessing inside and class names in the metadata, and model.keras. */
export async function writeModel(
  model: Model,
  { classes, recipe, home, scale }: ModelFileFacts,
  out: string,
): Promise<void> {
  const [height, width] = model.input.shape;
  const cells = cellNormalizationOf(recipe, height!);
  const { cropRedCells, views, viewStain = 1 } = recipe;
  const metadata = {
    classes: JSON.stringify(classes),
    imageSize: JSON.stringify(cells ? [FIELD_SIZE, FIELD_SIZE] : [height, width]),
    ...(cells && { field: "square" }),
    ...(cropRedCells !== undefined && { cropRedCells: String(cropRedCells) }),
    ...(scale && { scale: JSON.stringify(scale) }),
    model: recipe.model,
    parameters: String(model.parameters),
    recipe: JSON.stringify(recipe),
    ...homeMetadata(home),
    outputs: "probabilities",
    notice: "Research use only; not a medical device.",
  };
  await writeKeras(model, runFiles(out).keras);
  // Last, as its presence says that the run is finished.
  await writeFileWhole(
    runFiles(out).model,
    compile(exportGraph(model, { crop: normalizedCells(cells), views, pictures: stainVariants(viewStain) }), {
      name: model.name,
      metadata,
      version: VERSION,
    }),
  );
}

async function loadBackbone(built: BuiltModel, weights: string | undefined, warnings: string[]): Promise<void> {
  if (weights === undefined) {
    warnings.push(
      `No ImageNet weights were given: ${built.model.name} starts from random weights, so its metrics say nothing about transfer learning.`,
    );
    return;
  }
  await loadBackboneWeights(built, weights);
}

// Of all pictures that the runs of its parts share, so that they share the crops too.
async function scalesOf(samples: readonly Sample[], recipe: Recipe, options: TrainOptions) {
  if (recipe.cropRedCells === undefined) return undefined;
  const scales = await usedScales(options.among ?? samples, options);
  options.onScales?.(scales.laboratories);
  return scales;
}

async function openCaches(
  train: Dataset,
  validation: readonly Sample[],
  model: Model,
  { recipe, scales, ...options }: TrainOptions & { readonly recipe: Recipe; readonly scales: UsedScales | undefined },
): Promise<Caches> {
  const [height, width] = model.input.shape as [number, number];
  const known = new Map(scales?.laboratories.map(({ laboratory, scale }) => [laboratory, scale]));
  const open = async (stage: string, samples: readonly Sample[], training: boolean) => {
    const { fieldSize, cropRedCells } = recipe;
    const size = training && fieldSize !== undefined ? fieldSize : height;
    const cells = cellNormalizationOf(recipe, size);
    const margin = training && fieldSize !== undefined ? FIELD_MARGIN : 1;
    const crops =
      cropRedCells !== undefined && new ScaledCrops({ size, redCells: cropRedCells * margin, scales: known, samples });
    const prepare = crops || (cells && new CellPictures({ ...cells, diameters: cells.diameters * margin }));
    const keepsField = fieldSize !== undefined && prepare === undefined;
    try {
      return await openImageCache(samples, {
        imageSize: keepsField ? [fieldSize, fieldSize] : [size, size === height ? width : size],
        shrink: fieldSize === undefined ? "bilinear" : "area",
        prepare,
        // Validation images of another size would all be decoded for the few that are needed.
        among: training || fieldSize === undefined ? options.among : undefined,
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
