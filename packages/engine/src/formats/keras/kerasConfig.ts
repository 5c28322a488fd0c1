import { formatsOf, type Layer, type LayerOutput } from "../../nn/layer.ts";
import { kerasConfig } from "../../nn/layerFromConfig.ts";
import { ChannelSlice, InputLayer, MultiHeadAttention } from "../../nn/layers/index.ts";
import type { Model } from "../../nn/model.ts";

/** A model as Keras 3 describes it: config.json of a .keras file, a Functional model; and its layers in Keras's order. */
export interface KerasModelConfig {
  readonly json: object;
  readonly layers: readonly Layer[];
}

/** The model's description for Keras. Images enter channels last, with pixels 0 to 255 where its layers expect these. */
export function kerasModelConfig(model: Model): KerasModelConfig {
  const uses = stepsByLayer(model);
  const history = (step: LayerOutput) => [step.layer.name, uses.get(step.layer)!.indexOf(step), 0];
  const tensor = (step: LayerOutput) => kerasTensor(step, history(step));
  const node = ({ layer, inputs }: LayerOutput) => {
    const args = inputs.map(tensor);
    if (layer instanceof ChannelSlice) return { args: [...args, lastAxis(layer.config)], kwargs: {} };
    return { args: args.length === 1 || layer instanceof MultiHeadAttention ? args : [args], kwargs: {} };
  };
  const layers = [...uses].map(([layer, outputs]) => ({
    module: moduleOf(layer),
    ...(outputs.includes(model.input)
      ? { class_name: "InputLayer", config: inputConfig(model.input), inbound_nodes: [] }
      : { class_name: layer.className, config: configOf(layer), inbound_nodes: outputs.map(node) }),
    registered_name: moduleOf(layer) === OURS ? `${OURS}>${layer.className}` : null,
    name: layer.name,
  }));
  const config = {
    name: model.name,
    trainable: true,
    layers,
    input_layers: history(model.input),
    output_layers: history(model.output),
  };
  const json = {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config,
    registered_name: "Functional",
    build_config: { input_shape: null },
  };
  return { json, layers: kerasLayers(model) };
}

/** The layers of a model as Keras orders them, without those that it does not call layers. */
export function kerasLayers(model: Model): readonly Layer[] {
  const isLayer = (layer: Layer) => !(layer instanceof InputLayer || layer instanceof ChannelSlice);
  return [...stepsByLayer(model).keys()].filter(isLayer);
}

/** What a layer takes, as Keras 3 writes it; `history` says which layer's which use made it. */
export function kerasTensor({ shape }: LayerOutput, history: readonly unknown[]): object {
  return {
    class_name: "__keras_tensor__",
    config: { shape: [null, ...shape], dtype: "float32", keras_history: history },
  };
}

/** The module of layers that Keras does not have: it loads them if scripts/kerasLayers.py was imported. */
const OURS = "leukogram";

const moduleOf = (layer: Layer) => formatsOf(layer)?.module ?? "keras.layers";

// An operation of Keras has its arguments with each use, not in its settings.
const configOf = (layer: Layer) => (layer instanceof ChannelSlice ? { name: layer.name } : kerasConfig(layer));

// x[..., start:stop] as Keras writes it.
const lastAxis = ({ start, stop }: ChannelSlice["config"]) => [
  { class_name: "__ellipsis__", config: {} },
  { class_name: "__slice__", config: { start, stop, step: null } },
];

function inputConfig({ layer, shape }: LayerOutput): object {
  return { batch_shape: [null, ...shape], dtype: "float32", sparse: false, ragged: false, name: layer.name };
}

/** The uses of each layer, Keras's nodes, most layers with one; layers in Keras's order. */
export function stepsByLayer(model: Model): ReadonlyMap<Layer, readonly LayerOutput[]> {
  const uses = new Map<Layer, LayerOutput[]>();
  for (const step of inKerasOrder(model)) uses.set(step.layer, [...(uses.get(step.layer) ?? []), step]);
  return uses;
}

// Keras counts layers by their distance from the output, farthest first, equals as met going back from the output
// (keras.src.ops.function.map_graph); the names in the weights file follow from that.
function inKerasOrder({ input, output }: Model): LayerOutput[] {
  const met = new Map<Layer, number>();
  const before: LayerOutput[] = []; // each step after those it follows from
  const seen = new Set<LayerOutput>();
  const visit = (step: LayerOutput): void => {
    if (seen.has(step)) return;
    seen.add(step);
    if (!met.has(step.layer)) met.set(step.layer, met.size);
    if (step !== input) for (const previous of step.inputs) visit(previous);
    before.push(step);
  };
  visit(output);
  const layerDepth = new Map<Layer, number>();
  const depths = new Map<LayerOutput, number>();
  for (const step of before.toReversed()) {
    const depth = Math.max(depths.get(step) ?? 0, layerDepth.get(step.layer) ?? 0);
    layerDepth.set(step.layer, depth);
    if (step !== input)
      for (const previous of step.inputs) depths.set(previous, Math.max(depths.get(previous) ?? 0, depth + 1));
  }
  const place = ({ layer }: LayerOutput) => [layerDepth.get(layer)!, met.get(layer)!] as const;
  return before.sort((a, b) => {
    const [[depthA, metA], [depthB, metB]] = [place(a), place(b)];
    return depthB - depthA || metA - metB;
  });
}
