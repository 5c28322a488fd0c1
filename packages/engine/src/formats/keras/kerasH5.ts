import type { Group } from "h5wasm";
import { LeukogramError } from "../../core/errors.ts";
import { groupAt, textAttribute, textListAttribute, weightAt, withHdf5 } from "../hdf5/hdf5.ts";
import { joinAttention } from "../weights/attentionWeights.ts";
import { hasVars, layersByVars } from "./kerasVars.ts";
import { addLayer, type StoredLayers, type StoredWeight } from "./storedLayers.ts";

/** What a file of weights holds. */
export type { StoredLayers, StoredWeight } from "./storedLayers.ts";

/**
 * The weights in the bytes of a Keras .h5 file: a whole model or weights alone of Keras 1, 2 or 3 (by layer names), or
 * the `.weights.h5` of Keras 3. The layers of models within the model stand for themselves.
 *
 * @param path the file, for messages
 * @throws ERR_FORMAT if they are no HDF5, damaged, or not laid out as Keras does.
 */
export function h5Layers(bytes: Uint8Array, path: string): Promise<StoredLayers> {
  return withHdf5(bytes, { path }, (file) => layersIn(file, path));
}

/** The layers in an open .h5 file, as {@link h5Layers} gives them. */
export function layersIn(file: Group, path: string): StoredLayers {
  const root = groupAt(file, "model_weights") ?? file;
  const names = textListAttribute(root, "layer_names");
  if (names !== undefined) return layersByName(root, { names, config: textAttribute(file, "model_config"), path });
  if (hasVars(file)) return layersByVars(file, { path });
  throw new LeukogramError("ERR_FORMAT", `${path}: an HDF5 file without Keras layers`, {
    hint: "Give a file written by Keras: model.save(...) or model.save_weights(...).",
  });
}

interface NamedLayout {
  readonly names: readonly string[];
  /** The model as JSON, in files that have it. */
  readonly config: string | undefined;
  readonly path: string;
}

function layersByName(root: Group, { names, config, path }: NamedLayout): StoredLayers {
  const inner = innerLayers(config);
  const layers = new Map<string, readonly StoredWeight[]>();
  for (const name of names) {
    const group = groupAt(root, name);
    const paths = group && textListAttribute(group, "weight_names");
    if (group === undefined || paths === undefined)
      throw new LeukogramError("ERR_FORMAT", `${path}: layer "${name}" is listed but missing`);
    const found = new Map<string, StoredWeight[]>();
    for (const weightPath of paths) {
      const weight = weightAt(group, weightPath, { name: weightName(weightPath, name), source: path });
      const parent = parentOf(weightPath);
      found.set(parent, [...(found.get(parent) ?? []), weight]);
    }
    const parts = joinAttention(found);
    const order = inner?.get(name);
    const nested = inner === undefined ? parts.size > 1 : order !== undefined;
    if (!nested) addLayer(layers, { name, path: name }, [...parts.values()].flat());
    else
      for (const part of inOrder(parts, order))
        addLayer(layers, { ...part, path: `${name}/${part.path}` }, part.weights);
  }
  return layers;
}

// Keras lists what is trained before what is not, so that frozen layers of an inner model come last.
function inOrder(parts: ReadonlyMap<string, readonly StoredWeight[]>, order: readonly string[] | undefined) {
  const list = [...parts].map(([path, weights]) => ({ path, name: path.split("/").at(-1)!, weights }));
  if (order === undefined) return list;
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return list.sort((a, b) => place(a.name) - place(b.name));
}

interface LayerJson {
  readonly name?: string;
  readonly config: { readonly name?: string; readonly layers?: readonly LayerJson[] } | readonly LayerJson[];
}

/** Names of the layers within each layer that is a model; undefined if the file does not say. */
function innerLayers(json: string | undefined): ReadonlyMap<string, readonly string[]> | undefined {
  if (json === undefined) return undefined;
  try {
    const models = childrenOf(JSON.parse(json) as LayerJson)!.filter((layer) => childrenOf(layer) !== undefined);
    return new Map(models.map((model) => [nameOf(model), leaves(model)]));
  } catch {
    return undefined;
  }
}

// The config of a Sequential of Keras 1 and early 2 is the list itself.
function childrenOf({ config }: LayerJson): readonly LayerJson[] | undefined {
  return Array.isArray(config) ? config : (config as { layers?: readonly LayerJson[] }).layers;
}

function leaves(layer: LayerJson): string[] {
  return childrenOf(layer)?.flatMap(leaves) ?? [nameOf(layer)];
}

function nameOf(layer: LayerJson): string {
  return layer.name ?? (layer.config as { name?: string }).name ?? "";
}

const parentOf = (path: string) => path.split("/").slice(0, -1).join("/");

const KERAS_1_NAMES: Readonly<Record<string, string>> = {
  W: "kernel",
  b: "bias",
  gamma: "gamma",
  beta: "beta",
  running_mean: "moving_mean",
  running_std: "moving_variance", // Keras 1 calls it std, and keeps the variance there
};

// conv2d/kernel:0 -> kernel; Keras 1: convolution2d_1_W -> kernel, block1_conv1_W_1:0 if TensorFlow numbered it
function weightName(path: string, layer: string): string {
  const last = path.split("/").at(-1)!.replace(/:\d+$/, "");
  const short = last.startsWith(`${layer}_`) ? last.slice(layer.length + 1) : last;
  return KERAS_1_NAMES[short] ?? KERAS_1_NAMES[short.replace(/_\d+$/, "")] ?? last;
}
