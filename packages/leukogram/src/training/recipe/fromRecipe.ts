// What the settings of a recipe stand for.

import { modelEntry } from "@leukogram/engine/models/registry";
import type { LossOptions } from "@leukogram/engine/nn/losses";
import { adam, adamW, type Optimizer, rmsprop, sgd } from "@leukogram/engine/nn/optimizers";
import { cosineDecay, exponentialDecay, type Schedule } from "@leukogram/engine/nn/schedules";
import type { Augmentation } from "../../data/augmentation/augment.ts";
import type { Sample } from "../../data/sample.ts";
import { classWeights } from "../../data/sampling/sampler.ts";
import { type Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from "../callbacks.ts";
import { microscopyOf } from "./augmentationKeys.ts";
import type { Recipe } from "./recipe.ts";

/** The augmentation, or undefined if images stay as they are. */
export function augmentationOf(recipe: Recipe): Augmentation | undefined {
  const { augment, rotation, zoom, horizontalFlip, verticalFlip } = recipe;
  if (!augment) return undefined;
  const microscopy = microscopyOf(recipe);
  const plain = {
    rotationRange: rotation,
    zoomRange: zoom,
    horizontalFlip,
    verticalFlip,
    fillMode: "nearest",
  } as const;
  return microscopy === undefined ? plain : { ...plain, microscopy };
}

/** The rule of change. */
export function optimizerOf(recipe: Recipe): Optimizer {
  const { weightDecay, clipNorm, sgdMomentum, nesterov } = recipe;
  const shared = {
    ...(weightDecay !== undefined && { weightDecay }),
    ...(clipNorm !== undefined && { globalClipNorm: clipNorm }),
  };
  if (recipe.optimizer === "sgd") return sgd({ momentum: sgdMomentum, nesterov, ...shared });
  return { adamw: adamW, adam, rmsprop }[recipe.optimizer](shared);
}

/** The learning rate by step; undefined if it stays, or callbacks lower it. */
export function scheduleOf(recipe: Recipe, stepsPerEpoch: number): Schedule | undefined {
  const { schedule, learningRate, warmupEpochs, epochs, decayRate, finalRate: alpha = 0 } = recipe;
  if (schedule === "constant") return undefined;
  if (schedule === "exponential")
    return exponentialDecay({ initialLearningRate: learningRate, decaySteps: stepsPerEpoch, decayRate });
  const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
  const decaySteps = Math.max(1, epochs * stepsPerEpoch - warmupSteps);
  if (warmupSteps === 0) return cosineDecay({ initialLearningRate: learningRate, decaySteps, alpha });
  return cosineDecay({ initialLearningRate: 0, warmupTarget: learningRate, warmupSteps, decaySteps, alpha });
}

/** The loss; `labels` are those of the training images. */
export function lossOf(
  { labelSmoothing, focalGamma, focalAlpha, balance }: Recipe,
  labels: ArrayLike<number>,
  classes: number,
): LossOptions {
  return {
    labelSmoothing,
    ...(focalGamma !== undefined && { focal: { alpha: focalAlpha, gamma: focalGamma } }),
    ...(balance === "weights" && { classWeights: classWeights(labels, classes) }),
  };
}

/** The callbacks, in the order in which they are told of an epoch. */
export function callbacksOf(recipe: Recipe): Callback[] {
  const { monitor, earlyStopping, reduceOnPlateau, restoreBest, reduceFactor, minLearningRate } = recipe;
  const callbacks: Callback[] = [];
  if (restoreBest) callbacks.push(new ModelCheckpoint({ monitor }));
  if (earlyStopping !== undefined) callbacks.push(new EarlyStopping({ monitor, patience: earlyStopping }));
  if (reduceOnPlateau !== undefined)
    callbacks.push(
      new ReduceLROnPlateau({ monitor, patience: reduceOnPlateau, factor: reduceFactor, minLearningRate }),
    );
  return callbacks;
}

/** Settings that contradict or spoil each other, or that say nothing of these samples, in words. */
export function recipeWarnings(recipe: Recipe, samples?: readonly Sample[]): string[] {
  const warnings = [...scheduleWarnings(recipe), ...modelWarnings(recipe), ...fineTuningWarnings(recipe)];
  if (recipe.maskAbsent && samples !== undefined && !lacksClasses(samples))
    warnings.push("All laboratories have the same classes, so maskAbsent has no effect.");
  return warnings;
}

function lacksClasses(samples: readonly Sample[]): boolean {
  const laboratories = new Set(samples.map(({ laboratory }) => laboratory));
  const labels = new Set(samples.map(({ label }) => label));
  const pairs = new Set(samples.map(({ laboratory, label }) => `${label} ${laboratory}`));
  return pairs.size < laboratories.size * labels.size;
}

// Rules that can never act.
function scheduleWarnings(recipe: Recipe): string[] {
  const { epochs, earlyStopping, reduceOnPlateau, schedule, warmupEpochs, learningRate, minLearningRate } = recipe;
  const warnings: string[] = [];
  const reduces = reduceOnPlateau !== undefined && schedule === "constant";
  if (reduces && earlyStopping !== undefined && reduceOnPlateau >= earlyStopping)
    warnings.push(
      `reduceOnPlateau has no effect: it needs ${reduceOnPlateau} epochs without improvement, but the run stops after ${earlyStopping}.`,
    );
  else if (reduces && reduceOnPlateau >= epochs)
    warnings.push(
      `reduceOnPlateau has no effect: it needs ${reduceOnPlateau} epochs without improvement, but the run has only ${epochs}.`,
    );
  if (reduces && minLearningRate >= learningRate)
    warnings.push(`reduceOnPlateau has no effect: the learning rate is not above minLearningRate, ${minLearningRate}.`);
  if (reduceOnPlateau !== undefined && !reduces)
    warnings.push(`The ${schedule} schedule sets the learning rate at every step, so reduceOnPlateau has no effect.`);
  if (earlyStopping !== undefined && earlyStopping >= epochs)
    warnings.push(
      `earlyStopping has no effect: it needs ${earlyStopping} epochs without improvement, but the run has only ${epochs}.`,
    );
  if (warmupEpochs > 0 && schedule !== "cosine")
    warnings.push(`The ${schedule} schedule has no warm-up, so warmupEpochs has no effect.`);
  if (schedule === "cosine" && warmupEpochs >= epochs)
    warnings.push(
      `The warm-up takes ${warmupEpochs} epochs and the run has only ${epochs}: the learning rate never decreases.`,
    );
  return warnings;
}

// Settings that need a backbone that learns, or images that are drawn again.
function fineTuningWarnings({ model, frozen, unfreezeFrom, ...recipe }: Recipe): string[] {
  const { pretrained } = modelEntry(model);
  const isStill = pretrained && frozen && unfreezeFrom === undefined;
  const idle = (keys: readonly (keyof typeof recipe)[]) => keys.filter((key) => Boolean(recipe[key]));
  const warnings: string[] = [];
  const rates = isStill || !pretrained ? idle(["backboneRate", "layerDecay", "batchNorm"]) : [];
  if (rates.length > 0) warnings.push(`No pretrained backbone is trained, so ${rates.join(", ")} has no effect.`);
  const mixes = isStill ? idle(["mixup", "cutmix"]) : [];
  if (mixes.length > 0)
    warnings.push(`Features of a frozen backbone are not mixed, so ${mixes.join(", ")} has no effect.`);
  return warnings;
}

function modelWarnings(recipe: Recipe): string[] {
  const { model, frozen, split, preprocessing, momentum, epochs, copies, augment } = recipe;
  const warnings: string[] = [];
  if (split === "leaky")
    warnings.push(
      "The split ignores siblings: copies of one original are on both sides, and the validation metrics are too good.",
    );
  const fault = { right: undefined, twice: "cnn", unit: "mobilenetv2" }[preprocessing];
  if (fault !== undefined && fault !== model)
    warnings.push(`preprocessing "${preprocessing}" is a mistake of ${fault}; it has no effect on ${model}.`);
  else if (preprocessing === "twice")
    warnings.push("Pixels are divided by 255 twice: the network sees nearly black images.");
  else if (preprocessing === "unit")
    warnings.push("MobileNetV2 is fed pixels in [0, 1]; pretrained weights are for [-1, 1].");
  if (copies > 0 && (!modelEntry(model).pretrained || !frozen))
    warnings.push("Without a frozen backbone, every epoch augments the images again, so copies has no effect.");
  else if (copies > 0 && !augment) warnings.push("Without augment, copies has no effect.");
  if (momentum > 0.95 && epochs < 20)
    warnings.push(
      `Batch normalisation with momentum ${momentum} moves slowly: with ${epochs} epochs, its statistics may lag behind the weights.`,
    );
  return warnings;
}
