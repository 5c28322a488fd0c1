// What the settings of a recipe stand for.
import type { Augmentation } from "../data/augment.ts";
import { classWeights } from "../data/sampler.ts";
import type { LossOptions } from "../nn/losses.ts";
import { adam, adamW, type Optimizer, rmsprop, sgd } from "../nn/optimizers.ts";
import { cosineDecay, exponentialDecay, type Schedule } from "../nn/schedules.ts";
import { type Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from "./callbacks.ts";
import type { Recipe } from "./recipe.ts";

/** The augmentation, or undefined where images stay as they are. */
export function augmentationOf({
  augment,
  rotation,
  zoom,
  horizontalFlip,
  verticalFlip,
}: Recipe): Augmentation | undefined {
  if (!augment) return undefined;
  return { rotationRange: rotation, zoomRange: zoom, horizontalFlip, verticalFlip, fillMode: "nearest" };
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

/** The learning rate by step; undefined where it stays, or callbacks lower it. */
export function scheduleOf(recipe: Recipe, stepsPerEpoch: number): Schedule | undefined {
  const { schedule, learningRate, warmupEpochs, epochs, decayRate } = recipe;
  if (schedule === "constant") return undefined;
  if (schedule === "exponential")
    return exponentialDecay({ initialLearningRate: learningRate, decaySteps: stepsPerEpoch, decayRate });
  const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
  const decaySteps = Math.max(1, epochs * stepsPerEpoch - warmupSteps);
  if (warmupSteps === 0) return cosineDecay({ initialLearningRate: learningRate, decaySteps });
  return cosineDecay({ initialLearningRate: 0, warmupTarget: learningRate, warmupSteps, decaySteps });
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

/** Settings that contradict or spoil each other, in words. */
export function recipeWarnings(recipe: Recipe): string[] {
  const warnings: string[] = [];
  const { earlyStopping, reduceOnPlateau, schedule, split, preprocessing, momentum } = recipe;
  if (earlyStopping !== undefined && reduceOnPlateau !== undefined && reduceOnPlateau >= earlyStopping)
    warnings.push(
      `The learning rate would fall after ${reduceOnPlateau} epochs without improvement, but the run ends after ${earlyStopping}: it can never fall.`,
    );
  if (reduceOnPlateau !== undefined && schedule !== "constant")
    warnings.push(`The ${schedule} schedule sets the learning rate at every step, so reduceOnPlateau has no effect.`);
  if (split === "leaky")
    warnings.push(
      "The validation images were chosen without regard to siblings: copies of one original are on both sides, and the validation figures are too good.",
    );
  if (preprocessing === "twice")
    warnings.push("Pixels are divided by 255 twice: the network sees almost black images.");
  if (preprocessing === "unit")
    warnings.push("MobileNetV2 is fed pixels in [0, 1]; its weights were learned on [-1, 1].");
  if (momentum > 0.95 && recipe.epochs < 20)
    warnings.push(
      `Batch normalisation with momentum ${momentum} moves slowly: over ${recipe.epochs} epochs its statistics may lag behind the weights.`,
    );
  return warnings;
}
