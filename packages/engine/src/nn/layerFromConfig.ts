import { LeukogramError } from "../core/errors.ts";
import { checkArguments, checkDtype } from "./kerasArguments.ts";
import { formatsOf, type Layer, type LayerClass } from "./layer.ts";
import * as layers from "./layers/index.ts";

const { Input: _, InputLayer: __, ChannelSlice: ___, ...classes } = layers;

/** The layers that a file may name, by Keras's names. */
export const LAYER_CLASSES: ReadonlyMap<string, LayerClass> = new Map<string, LayerClass>(Object.entries(classes));

/** A layer's settings as Keras writes them: snake case keys. */
export type KerasConfig = Readonly<Record<string, unknown>>;

/**
 * The layer of that Keras class with that Keras config.
 *
 * @throws ERR_FORMAT if the class is not known, or a setting has a value that is not supported.
 */
export function layerFromConfig(className: string, config: KerasConfig): Layer {
  const Class = LAYER_CLASSES.get(className);
  const name = typeof config.name === "string" ? config.name : className;
  if (Class === undefined)
    throw new LeukogramError("ERR_FORMAT", `layer "${name}": class ${className} is not supported`, {
      hint: `Supported: ${[...LAYER_CLASSES.keys()].join(", ")}.`,
    });
  const where = `layer "${name}" (${className})`;
  checkDtype(config.dtype, where);
  const options = Object.entries(config).flatMap(([key, value]) => {
    const plain = plainValue(value, `${where}: setting ${key}`);
    return plain === undefined ? [] : [[camelCase(key), plain] as const];
  });
  const layer = new Class(Object.fromEntries(options) as never);
  checkArguments(config, { where, what: "setting", own: (key) => Object.hasOwn(layer.config, camelCase(key)) });
  return layer;
}

/**
 * The settings of a layer as Keras reads them.
 *
 * @throws ERR_FORMAT if it is no layer of Keras, but operators of a file.
 */
export function kerasConfig(layer: Layer): KerasConfig {
  if (formatsOf(layer) === undefined)
    throw new LeukogramError("ERR_FORMAT", `layer "${layer.name}" is made of operators and is not a Keras layer`, {
      hint: "Save the model as .onnx.",
    });
  const own = Object.entries(layer.config).map(([key, value]) => [snakeKey(key), value]);
  return { name: layer.name, trainable: layer.trainable, dtype: "float32", ...Object.fromEntries(own) };
}

// Keras wraps initializers, types of numbers and functions as objects with a class name; their settings are for training.
function plainValue(value: unknown, where: string): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const { class_name: wrapped, config } = value as { class_name?: string; config?: unknown };
  if (wrapped === undefined) return undefined;
  if (wrapped === "function" || wrapped === "__lambda__")
    throw new LeukogramError("ERR_FORMAT", `${where} is a Python function, ${JSON.stringify(config).slice(0, 60)}`, {
      hint: "Leukogram runs no code from files. Use a Keras function by name.",
    });
  if (wrapped === "__numpy__" || wrapped === "__tensor__") return (config as { value?: unknown }).value;
  return wrapped.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

const camelCase = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snakeKey = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
