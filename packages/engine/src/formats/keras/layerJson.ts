// Layers as older Kerases called and set them, in the words of Keras 3.
import { LAYER_CLASSES } from "../../nn/layerFromConfig.ts";
import type { LayerJson } from "./json.ts";
import { isKeras1, modernLayer } from "./keras1.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Class names that mean the same as ours. */
const CLASSES: Readonly<Record<string, string>> = {
  BatchNormalizationV1: "BatchNormalization",
  BatchNormalizationV2: "BatchNormalization",
  SyncBatchNormalization: "BatchNormalization",
  ThresholdedReLU: "ReLU",
};

/** Settings of classes that Keras 3 has by another name. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ThresholdedReLU: { theta: "threshold" },
};

// Our names by those of Keras 2.
function namesOf(className: string): Readonly<Record<string, string>> {
  const names = LAYER_CLASSES.get(className)?.formats.keras2 ?? {};
  return SETTINGS[className] ?? Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, ours]));
}

/** The same layer in the words of Keras 3. @throws ERR_FORMAT as `modernLayer`. */
export function inWordsOfToday(json: LayerJson, source: string): { className: string; settings: Settings } {
  const { class_name: given, config } = isKeras1(json) ? modernLayer(json, source) : json;
  const names = namesOf(given);
  const settings = Object.entries(config as Settings).map(([key, value]) => [names[key] ?? key, value]);
  return { className: CLASSES[given] ?? given, settings: Object.fromEntries(settings) };
}

/** Layers that do nothing when a model predicts. */
export const TRAINING_ONLY: ReadonlySet<string> = new Set([
  "ActivityRegularization",
  "AlphaDropout",
  "AugMix",
  "CutMix",
  "GaussianDropout",
  "GaussianNoise",
  "Identity",
  "MixUp",
  "RandAugment",
  "RandomBrightness",
  "RandomColorDegeneration",
  "RandomColorJitter",
  "RandomContrast",
  "RandomElasticTransform",
  "RandomErasing",
  "RandomFlip",
  "RandomGaussianBlur",
  "RandomGrayscale",
  "RandomHeight",
  "RandomHue",
  "RandomInvert",
  "RandomPerspective",
  "RandomPosterization",
  "RandomRotation",
  "RandomSaturation",
  "RandomSharpness",
  "RandomShear",
  "RandomTranslation",
  "RandomWidth",
  "RandomZoom",
  "SpatialDropout1D",
  "SpatialDropout2D",
]);

const WITHOUT_CHANCE = new Set(["ActivityRegularization", "Identity"]);

/** Whether a layer that is called with training=True predicts otherwise than without. */
export function dependsOnTraining({ class_name: className, config }: LayerJson): boolean {
  const { dropout, rate, trainable } = config as Settings;
  // A frozen BatchNormalization uses its own statistics whatever it is told.
  if (/BatchNormalization/.test(className)) return trainable !== false;
  if (className === "Dropout") return rate !== 0;
  if (TRAINING_ONLY.has(className)) return !WITHOUT_CHANCE.has(className);
  return className === "RandomCrop" || (typeof dropout === "number" && dropout > 0);
}
