import { LeukogramError } from "../../core/errors.ts";
import { sameShape, show } from "../../core/shape.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Model } from "../../nn/model.ts";
import { kerasLayers } from "../keras/kerasConfig.ts";
import { type StoredLayers, type StoredWeight, snakeCase } from "../keras/storedLayers.ts";

/** What {@link loadWeights} takes beside the file's contents. */
export interface LoadWeightsOptions {
  /** The file, for messages. */
  readonly source: string;
  /** Layers that the file need not have, such as a new head. Default: every layer must be there. */
  readonly optional?: ReadonlySet<string>;
  /** Whether layers are matched by name, or one after the other in Keras's order. Default: name. */
  readonly match?: "name" | "order";
}

/**
 * Puts the weights of a file into a model, after checking that every one fits.
 *
 * @throws ERR_WEIGHTS naming the layer and both shapes if one does not fit; the model is then unchanged.
 */
export function loadWeights(model: Model, stored: StoredLayers, options: LoadWeightsOptions): void {
  const { match = "name", optional = new Set<string>(), source } = options;
  const layers = kerasLayers(model).filter(({ weights }) => weights.length > 0);
  const find = match === "order" ? byOrder(layers, stored, options) : (layer: Layer) => stored.get(layer.name);
  const values = new Map<string, Float32Array>();
  for (const layer of layers) {
    const found = find(layer);
    if (found === undefined && optional.has(layer.name)) continue;
    if (found === undefined) throw misfit(source, `it has no layer "${layer.name}" (${layer.className})`);
    for (const [name, value] of fit(layer, found, source)) values.set(`${layer.name}/${name}`, value);
  }
  model.setWeights(values);
}

type Find = (layer: Layer) => readonly StoredWeight[] | undefined;

function byOrder(layers: readonly Layer[], stored: StoredLayers, { source, optional }: LoadWeightsOptions): Find {
  const required = layers.filter(({ name }) => !optional?.has(name));
  const matched = stored.size === required.length ? required : layers;
  if (stored.size !== matched.length)
    throw misfit(source, `it has ${stored.size} layers with weights, but the model has ${layers.length}`);
  if (stored.classes !== undefined) return byClass(matched, stored, source);
  const inOrder = [...stored.values()];
  const found = new Map(matched.map((layer, i) => [layer, inOrder[i]!]));
  return (layer) => found.get(layer);
}

// The n-th Conv2D of the file is the n-th of the model: as Keras itself loads such files.
function byClass(layers: readonly Layer[], stored: StoredLayers, source: string): Find {
  const queues = new Map<string, (readonly StoredWeight[])[]>();
  for (const [name, weights] of stored) {
    const className = stored.classes!.get(name)!;
    queues.set(className, [...(queues.get(className) ?? []), weights]);
  }
  const nested = [...queues.keys()].find((name) => name.includes("/"));
  if (nested !== undefined) throw misfit(source, "it has a nested model without an order of layers");
  const found = new Map<Layer, readonly StoredWeight[]>();
  for (const layer of layers) {
    const next = queues.get(snakeCase(layer.className))?.shift();
    if (next === undefined) throw misfit(source, `it has too few ${layer.className} layers for "${layer.name}"`);
    found.set(layer, next);
  }
  return (layer) => found.get(layer);
}

function fit(layer: Layer, found: readonly StoredWeight[], source: string): (readonly [string, Float32Array])[] {
  const fitted = layer.weights.map(({ name, shape }, place) => {
    const value = pick(found, name) ?? found.find((weight) => weight.name === String(place));
    if (value !== undefined && sameShape(withoutOnes(value.shape), withoutOnes(shape)))
      return [name, value.value] as const;
    const received = value === undefined ? `no such weight, only ${listed(found)}` : show(value.shape);
    throw misfit(source, `layer "${layer.name}" ${name}: expected ${show(shape)}, received ${received}`);
  });
  // A bias left out would change every result without a word.
  if (found.length > fitted.length)
    throw misfit(source, `layer "${layer.name}": expected ${listed(layer.weights)}, received ${listed(found)}`);
  return fitted;
}

const withoutOnes = (shape: readonly number[]) => shape.filter((size) => size !== 1);

function listed(weights: readonly { readonly name: string; readonly shape: readonly number[] }[]): string {
  return weights.map(({ name, shape }) => `${name} ${show(shape)}`).join(", ");
}

// Weights of a class that kerasVars.ts has no names of are called by their place.
// Keras 2 calls a depthwise kernel depthwise_kernel, Keras 3 kernel; so is the gamma of a LayerScale written for programs
// that lack it (olderLayers.ts). An only weight may have no name of its own.
function pick(weights: readonly StoredWeight[], name: string): StoredWeight | undefined {
  return (
    weights.find((weight) => weight.name === name) ??
    (name === "kernel" || name === "gamma"
      ? weights.find((weight) => weight.name === "depthwise_kernel")
      : undefined) ??
    (weights.length === 1 && /^variable/i.test(weights[0]!.name) ? weights[0] : undefined)
  );
}

function misfit(source: string, what: string): LeukogramError {
  return new LeukogramError("ERR_WEIGHTS", `${source} does not fit the model: ${what}`, {
    hint: "Check the model's alpha, image size and classes, or give the weights file that belongs to it.",
  });
}
