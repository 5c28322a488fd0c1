import { LeukogramError } from "../core/errors.ts";
import type { Layer } from "./layer.ts";
import * as layers from "./layers/index.ts";

/** A layer's settings as Keras writes them: snake case keys. */
export type KerasConfig = Readonly<Record<string, unknown>>;

// Settings of Keras that have one value here, on layers that do not list them among their own.
const FIXED_SETTINGS: Readonly<Record<string, unknown>> = {
  antialias: false,
  attention_axes: 1,
  center: true,
  crop_to_aspect_ratio: false,
  data_format: "channels_last",
  dilation_rate: 1,
  groups: 1,
  interpolation: "bilinear",
  invert: false,
  negative_slope: 0,
  output_shape: null,
  pad_to_aspect_ratio: false,
  renorm: false,
  rms_scaling: false,
  scale: true,
  sliding_window: null,
  threshold: 0,
  use_gate: false,
};

/**
 * The layer of that Keras class with that Keras config.
 *
 * @throws ERR_FORMAT where the class is not known, or a setting has a value that is not supported.
 */
export function layerFromConfig(className: string, config: KerasConfig): Layer {
  const { Input: _, InputLayer: __, ChannelSlice: ___, ...known } = layers;
  const classes: ReadonlyMap<string, unknown> = new Map(Object.entries(known));
  const Class = classes.get(className) as (new (options: object) => Layer) | undefined;
  const name = typeof config.name === "string" ? config.name : className;
  if (Class === undefined)
    throw new LeukogramError("ERR_FORMAT", `layer "${name}": class ${className} is not supported`, {
      hint: `Supported: ${[...classes.keys()].join(", ")}.`,
    });
  const options = Object.entries(config).flatMap(([key, value]) => {
    const plain = plainValue(value);
    return plain === undefined ? [] : [[camelCase(key), plain] as const];
  });
  const layer = new Class(Object.fromEntries(options));
  for (const [key, value] of Object.entries(config))
    if (!(camelCase(key) in layer.config) && key in FIXED_SETTINGS && !isValue(value, FIXED_SETTINGS[key]))
      throw new LeukogramError(
        "ERR_FORMAT",
        `layer "${name}" (${className}): ${key} ${JSON.stringify(value)} is not supported`,
        { hint: `Leukogram has ${JSON.stringify(FIXED_SETTINGS[key])} only.` },
      );
  return layer;
}

// [1, 1] is 1, and what is not set is as it should be.
function isValue(value: unknown, expected: unknown): boolean {
  if (Array.isArray(value)) return value.every((entry) => entry === expected);
  return value === expected || value === null || value === undefined;
}

/**
 * The settings of a layer as Keras reads them.
 *
 * @throws ERR_FORMAT where it is no layer of Keras, but came from a file of another kind.
 */
export function kerasConfig(layer: Layer): KerasConfig {
  if (!(layer.className in layers))
    throw new LeukogramError("ERR_FORMAT", `layer "${layer.name}" came from ONNX, and is no layer of Keras`, {
      hint: "Write the model as .onnx.",
    });
  const own = Object.entries(layer.config).map(([key, value]) => [snakeKey(key), value]);
  return { name: layer.name, trainable: layer.trainable, dtype: "float32", ...Object.fromEntries(own) };
}

// Keras 3 wraps initializers and dtypes as objects with a class name.
function plainValue(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const { class_name: wrapped } = value as { class_name?: string };
  return wrapped === undefined ? undefined : wrapped.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

const camelCase = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snakeKey = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
