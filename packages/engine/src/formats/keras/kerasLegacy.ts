// A model as Keras 2 described it, which Keras 2, Keras 3, tf_keras and TensorFlow.js all read.
import { LeukogramError } from "../../core/errors.ts";
import { formatsOf, type Layer, type LayerOutput } from "../../nn/layer.ts";
import { kerasConfig } from "../../nn/layerFromConfig.ts";
import { MultiHeadAttention } from "../../nn/layers/index.ts";
import type { Model } from "../../nn/model.ts";
import type { Weight } from "../../nn/weight.ts";
import { kerasTensor, stepsByLayer } from "./kerasConfig.ts";

/** The Keras whose words are used. */
export const LEGACY_VERSION = "2.15.0";

/** A model for older programs: its description, and its layers in order. */
export interface LegacyModel {
  readonly json: object;
  readonly layers: readonly Layer[];
}

/**
 * The model's description in the words of Keras 2, and its layers in that order.
 *
 * @throws ERR_FORMAT if a layer can't be said in them.
 */
export function legacyModel(model: Model): LegacyModel {
  const uses = stepsByLayer(model);
  const origin = (step: LayerOutput) => [step.layer.name, uses.get(step.layer)!.indexOf(step), 0];
  const layers = [...uses].map(([layer, steps]) => {
    const formats = formatsOf(layer);
    if (formats !== undefined && formats.keras2 === undefined)
      throw new LeukogramError("ERR_FORMAT", `layer "${layer.name}": Keras 2 has no ${layer.className}`, {
        hint: "Use .keras or .onnx.",
      });
    const { activation = "linear" } = layer.config as { readonly activation?: string };
    if (NEWER_ACTIVATIONS.has(activation))
      throw new LeukogramError("ERR_FORMAT", `layer "${layer.name}": Keras 2 has no activation ${activation}`, {
        hint: "Use .keras or .onnx.",
      });
    const isInput = steps.includes(model.input);
    return {
      class_name: isInput ? "InputLayer" : layer.className,
      config: isInput ? inputConfig(model.input) : legacyConfig(layer),
      name: layer.name,
      inbound_nodes: isInput ? [] : steps.map((step) => inboundNode(step, origin)),
    };
  });
  const config = {
    name: model.name.replace(/[^\w.-]/g, "_"),
    trainable: true,
    layers,
    input_layers: [origin(model.input)],
    output_layers: [origin(model.output)],
  };
  return {
    json: { class_name: "Functional", config },
    layers: [...uses.keys()].filter(({ weights }) => weights.length > 0),
  };
}

/** Activation functions that Keras 3 brought. */
const NEWER_ACTIVATIONS: ReadonlySet<string> = new Set([
  "celu",
  "hard_tanh",
  "log_sigmoid",
  "log_softmax",
  "soft_shrink",
  "sparse_sigmoid",
  "squareplus",
  "tanh_shrink",
]);

type Origin = (step: LayerOutput) => unknown[];

// Keras 2 says the second argument of an attention in words of its own; Keras 3 reads its own words in such files too.
function inboundNode({ layer, inputs }: LayerOutput, origin: Origin): unknown {
  if (layer instanceof MultiHeadAttention)
    return { args: inputs.map((input) => kerasTensor(input, origin(input))), kwargs: {} };
  return inputs.map((input) => [...origin(input), {}]);
}

/** What Keras 2 calls a weight, within the file: `conv2d/kernel`. */
export function legacyWeightName(layer: Layer, { name }: Weight): string {
  return `${layer.name}/${keras2Name(layer, name)}`;
}

const keras2Name = (layer: Layer, name: string) => formatsOf(layer)?.keras2?.[name] ?? name;

function inputConfig({ layer, shape }: LayerOutput): object {
  return { batch_input_shape: [null, ...shape], dtype: "float32", sparse: false, ragged: false, name: layer.name };
}

function legacyConfig(layer: Layer): object {
  const entries = Object.entries(kerasConfig(layer)).map(([key, value]) => {
    if (key.endsWith("_initializer")) return [key, initializer(String(value))];
    return [keras2Name(layer, key), value];
  });
  const isImage = layer.className.endsWith("2D");
  return { ...Object.fromEntries(entries), ...(isImage && { data_format: "channels_last" }) };
}

// glorot_uniform to {class_name: "GlorotUniform"}.
function initializer(name: string): object {
  const className = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { class_name: className, config: {} };
}
