// Layers as Keras 1 called and set them, in the words of today.
import { LeukogramError } from "../../core/errors.ts";
import type { LayerJson } from "./json.ts";

type Settings = Readonly<Record<string, unknown>>;
type Modern = (settings: Settings) => { readonly className: string; readonly settings: Settings };

const size = ({ nb_row: rows, nb_col: columns }: Settings) => [rows, columns];

const CLASSES: Readonly<Record<string, Modern>> = {
  Convolution2D: (own) => ({
    className: "Conv2D",
    settings: {
      filters: own.nb_filter,
      kernel_size: size(own),
      strides: own.subsample,
      padding: own.border_mode,
      use_bias: own.bias,
    },
  }),
  Dense: (own) => ({ className: "Dense", settings: { units: own.output_dim, use_bias: own.bias } }),
  MaxPooling2D: (own) => ({
    className: "MaxPooling2D",
    settings: { pool_size: own.pool_size, strides: own.strides, padding: own.border_mode },
  }),
  AveragePooling2D: (own) => ({
    className: "AveragePooling2D",
    settings: { pool_size: own.pool_size, strides: own.strides, padding: own.border_mode },
  }),
  Dropout: (own) => ({ className: "Dropout", settings: { rate: own.p } }),
  BatchNormalization: (own) => ({
    className: "BatchNormalization",
    settings: { axis: own.axis, momentum: own.momentum, epsilon: own.epsilon },
  }),
};

/** Words that only Keras 1 set. */
const MARKS = ["nb_filter", "output_dim", "border_mode", "p", "mode"];

/** Whether a layer is set in the words of Keras 1. */
export function isKeras1({ class_name: className, config }: LayerJson): boolean {
  return className in CLASSES && !Array.isArray(config) && MARKS.some((mark) => mark in (config as Settings));
}

/**
 * The same layer in the words of today.
 *
 * @throws ERR_FORMAT if channels come first, as Theano had them.
 */
export function modernLayer({ class_name: className, config }: LayerJson, source: string): LayerJson {
  const own = config as Settings;
  if (own.dim_ordering === "th")
    throw new LeukogramError("ERR_FORMAT", `${source}: layer "${String(own.name)}" has channels first (Theano)`, {
      hint: "Give a model with channels last.",
    });
  const modern = CLASSES[className]!(own);
  const settings = { name: own.name, trainable: own.trainable, activation: own.activation, ...modern.settings };
  const known = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { class_name: modern.className, config: Object.fromEntries(known) };
}
