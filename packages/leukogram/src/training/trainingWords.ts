// What a training did, in words that follow from its settings: the same for reports, cards and `reproduce`.
import { modelEntry } from "@leukogram/engine/models/registry";
import type { Recipe } from "./recipe/recipe.ts";

/** The settings that say what of a model learned, and from which images. */
type Settings = Pick<Recipe, "model" | "frozen" | "unfreezeFrom" | "augment" | "copies">;

/** How a training began. */
export interface BeganFrom {
  /** Whether the backbone's weights came from a file; else they were random. */
  readonly pretrained: boolean;
}

/** Whether a backbone gives its features once an image, so that the head alone learns. */
function isFrozen({ model, frozen, unfreezeFrom }: Settings): boolean {
  return modelEntry(model).pretrained && frozen && unfreezeFrom === undefined;
}

/** A model and what of it learned, as a title names it: "frozen MobileNetV2". */
export function trainedName(settings: Settings, { pretrained }: BeganFrom): string {
  const entry = modelEntry(settings.model);
  if (!entry.pretrained) return entry.title;
  const { unfreezeFrom } = settings;
  if (isFrozen(settings)) return `frozen ${entry.title}${pretrained ? "" : " with random weights"}`;
  const part = unfreezeFrom === undefined ? "trained entirely" : `trained from ${unfreezeFrom} on`;
  return `${entry.title} ${part}${pretrained ? "" : ", starting from random weights"}`;
}

/** What of the model learned, and from which images: a sentence each. */
export function trainingWords(settings: Settings, began: BeganFrom): string[] {
  return [learnedWords(settings, began), imageWords(settings)];
}

function learnedWords(settings: Settings, { pretrained }: BeganFrom): string {
  const weights = pretrained ? "pretrained" : "random";
  if (isFrozen(settings)) return `The backbone kept its ${weights} weights; only the head was trained.`;
  const { model, unfreezeFrom } = settings;
  if (modelEntry(model).pretrained && unfreezeFrom !== undefined)
    return `The backbone was trained from ${unfreezeFrom} on, starting from ${weights} weights; earlier blocks were kept.`;
  return `The whole network was trained, starting from ${modelEntry(model).pretrained ? weights : "random"} weights.`;
}

function imageWords(settings: Settings): string {
  const { augment, copies } = settings;
  if (!isFrozen(settings))
    return augment ? "Training images were augmented again in each epoch." : "Training images were not augmented.";
  const shown = "The frozen backbone saw each training image once, and the head was trained on these features";
  if (!augment || copies === 0) return `${shown}: no augmented copies were used.`;
  return `${shown} and from those of ${copies} augmented ${copies === 1 ? "copy" : "copies"} of each image.`;
}
