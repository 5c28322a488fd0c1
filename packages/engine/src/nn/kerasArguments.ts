// The one place that says which settings of a layer and arguments of a call are known beside those that our layers take.
// What is not listed here is refused by its name, so that a setting of a newer Keras can't change numbers unnoticed.
import { LeukogramError } from "../core/errors.ts";

/** Arguments that change nothing of what a trained model predicts, whatever their value. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "autocast",
  "batch_input_shape",
  "batch_shape",
  "build_config",
  "dtype", // checkDtype
  "dynamic",
  "flash_attention",
  "fused",
  "init_values",
  "input_dtype",
  "input_dim",
  "input_length",
  "input_shape",
  "key_shape", // of an attention, as it was built
  "name",
  "optional",
  "query_shape",
  "ragged",
  "renorm_clipping", // renorm
  "renorm_momentum",
  "rng_type",
  "seed",
  "softmax_robust_masking", // masks themselves are refused
  "sparse",
  "synchronized",
  "trainable",
  "value_shape",
]);
const WITHOUT_EFFECT_ENDINGS = /_(constraint|initializer|regularizer)$/;

/** Arguments of Keras that have one value here, on layers that do not list them among their own: nothing special. */
const PLAIN: Readonly<Record<string, unknown>> = {
  antialias: false,
  attention_axes: 1,
  attention_mask: null,
  center: true,
  conjugate: false,
  crop_to_aspect_ratio: false,
  data_format: "channels_last",
  dilation_rate: 1,
  fill_mode: "constant",
  fill_value: 0,
  filters: null,
  groups: 1,
  interpolation: "bilinear",
  invert: false,
  key_mask: null,
  lora_alpha: null,
  lora_rank: null,
  mask: null,
  negative_slope: 0,
  noise_shape: null,
  output_shape: null,
  pad_to_aspect_ratio: false,
  preserve_aspect_ratio: false,
  quantization_config: null,
  query_mask: null,
  renorm: false,
  return_attention_scores: false,
  rms_scaling: false,
  scale: true,
  sliding_window: null,
  threshold: 0,
  training: false,
  use_causal_mask: false,
  use_gate: false,
  value_mask: null,
  virtual_batch_size: null,
};

/** Why an argument with another value is refused, and what then helps. */
const HINTS: Readonly<Record<string, string>> = {
  lora_rank:
    "Merge the low-rank weights in Keras (quantising or copying the kernels undoes layer.enable_lora) and save again.",
  quantization_config: "Give the model before model.quantize(...).",
  training:
    "With it, Keras uses batch statistics or random draws in prediction too. Call the layer without it in Keras and save again.",
};

/** What {@link checkArguments} is told of the layer or operator. */
export interface CheckedArguments {
  /** In words: `layer "x" (Conv2D)`. */
  readonly where: string;
  /** Arguments that the layer or operator takes itself. */
  readonly own: (name: string) => boolean;
  /** `setting` of a layer, or `argument` of a call. */
  readonly what: "argument" | "setting";
}

/**
 * Looks at all arguments that a layer or operator is given.
 *
 * @param given by Keras's names.
 * @throws ERR_FORMAT for one that is not known, or that has a value which is not supported.
 */
export function checkArguments(given: Readonly<Record<string, unknown>>, { where, own, what }: CheckedArguments): void {
  for (const [name, value] of Object.entries(given)) {
    if (own(name) || WITHOUT_EFFECT.has(name) || WITHOUT_EFFECT_ENDINGS.test(name)) continue;
    if (!Object.hasOwn(PLAIN, name)) {
      if (value === null || value === undefined) continue;
      throw new LeukogramError("ERR_FORMAT", `${where}: ${what} ${name} ${shown(value)} is unknown`, {
        hint: "A newer Keras may have added it. Save the model without it.",
      });
    }
    if (isPlain(value, PLAIN[name])) continue;
    const only = PLAIN[name] === null ? "" : `Leukogram supports only ${JSON.stringify(PLAIN[name])}.`;
    throw new LeukogramError("ERR_FORMAT", `${where}: ${name} ${shown(value)} is not supported`, {
      hint: HINTS[name] ?? (only || "Save the model without it."),
    });
  }
}

// [1, 1] is 1, and what is not set is as it should be.
function isPlain(value: unknown, expected: unknown): boolean {
  if (Array.isArray(value)) return value.every((entry) => entry === expected);
  return value === expected || value === null || value === undefined;
}

const MOST_SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}

const REALS = /^(mixed_)?b?float(16|32|64)$/;

/**
 * Looks at the type of numbers that a layer of Keras computes with.
 *
 * @throws ERR_FORMAT if these are whole numbers, as after `model.quantize("int8")`.
 */
export function checkDtype(dtype: unknown, where: string): void {
  if (dtype === null || dtype === undefined) return;
  const { config } = (typeof dtype === "object" ? dtype : {}) as { config?: { name?: unknown; mode?: unknown } };
  const name = typeof dtype === "string" ? dtype : (config?.mode ?? config?.name);
  if (typeof name === "string" && REALS.test(name)) return;
  throw new LeukogramError("ERR_FORMAT", `${where}: computes with type ${shown(name ?? dtype)}`, {
    hint: "Quantised Keras models are not supported: give the model before model.quantize(...).",
  });
}
