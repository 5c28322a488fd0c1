// The layout of Keras 3: layers/conv2d_1/vars/0 is the first weight of the second Conv2D, whatever its name.
import type { Group } from "h5wasm";
import { LeukogramError } from "../../core/errors.ts";
import { groupAt, textAttribute, weightAt } from "../hdf5/hdf5.ts";
import { ATTENTION_PARTS } from "../weights/attentionWeights.ts";
import { addLayer, type StoredLayers, type StoredWeight, snakeCase } from "./storedLayers.ts";

/** A layer in a model's config.json. */
export interface LayerConfig {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly layers?: readonly LayerConfig[] };
}

/** Options of {@link layersByVars}. */
export interface VarsOptions {
  /** The file, for messages. */
  readonly path: string;
  /** The model; gives the layers' order and settings. */
  readonly model?: LayerConfig;
}

// The second is what tf.keras 2.13 wrote.
const CONTAINERS = ["layers", "_layer_checkpoint_dependencies"];

/** Whether the file is laid out by classes and numbers. */
export function hasVars(root: Group): boolean {
  return containerOf(root) !== undefined;
}

/**
 * The weights of a file laid out by classes and numbers. Without `model`, layers are in order within each class, and
 * bear the names that the file remembers.
 *
 * @throws ERR_FORMAT if a layer of the model has no place in the file.
 */
export function layersByVars(root: Group, { path, model }: VarsOptions): StoredLayers {
  const layers = new Map<string, readonly StoredWeight[]>();
  const classes = new Map<string, string>();
  const visit = (group: Group, prefix: string, children: readonly LayerConfig[] | undefined): void => {
    const container = containerOf(group);
    if (container === undefined) return;
    const there = new Set(container.keys());
    for (const { key, className, layer } of members([...there], children)) {
      const member = there.has(key) ? groupAt(container, key) : undefined;
      if (member === undefined) {
        // A Normalization that is told mean and variance has no weights.
        if (layer !== undefined && WEIGHT_NAMES[className] !== undefined && !Array.isArray(layer.config.mean))
          throw new LeukogramError(
            "ERR_FORMAT",
            `${path}: layer "${nameOf(layer)}" of config.json has no weights (${key})`,
          );
        continue;
      }
      const vars = partOf(member, ["vars"]);
      const name = (layer && nameOf(layer)) ?? (vars && textAttribute(vars, "name")) ?? key;
      visit(member, `${prefix}${name}/`, layer?.config.layers);
      const weights = vars === undefined ? [] : readVars(vars, { className, layer, path });
      if (className === ATTENTION) weights.push(...attentionVars(member, path));
      const added = addLayer(layers, { name, path: `${prefix}${name}` }, weights);
      if (added !== undefined) classes.set(added, prefix === "" ? className : `${prefix}${className}`);
    }
  };
  visit(root, "", model?.config.layers);
  return model === undefined ? Object.assign(layers, { classes }) : layers;
}

function containerOf(group: Group): Group | undefined {
  return partOf(group, CONTAINERS);
}

// Each question to a file takes its time: a list of all names is one, and most layers hold no others.
function partOf(group: Group, names: readonly string[]): Group | undefined {
  const there = new Set(group.keys());
  return names.flatMap((name) => (there.has(name) ? (groupAt(group, name) ?? []) : []))[0];
}

interface Member {
  /** Name of its group. */
  readonly key: string;
  readonly className: string;
  readonly layer?: LayerConfig | undefined;
}

// As Keras counts when it saves: per container, each class separately.
function members(keys: readonly string[], children: readonly LayerConfig[] | undefined): Member[] {
  if (children === undefined)
    return keys
      .map((key) => ({ key, className: key.replace(/_\d+$/, ""), index: Number(/_(\d+)$/.exec(key)?.[1] ?? 0) }))
      .sort((a, b) => (a.className === b.className ? a.index - b.index : a.className < b.className ? -1 : 1));
  const counts = new Map<string, number>();
  return children.map((layer) => {
    const className = snakeCase(layer.class_name);
    const count = counts.get(className) ?? 0;
    counts.set(className, count + 1);
    return { key: count === 0 ? className : `${className}_${count}`, className, layer };
  });
}

/** The class whose weights lie in layers within it. */
const ATTENTION = "multi_head_attention";

function attentionVars(member: Group, path: string): StoredWeight[] {
  return ATTENTION_PARTS.flatMap(([name, place]) => {
    // tf_keras has them under names of its own.
    const vars = groupAt(member, `${place}/vars`) ?? groupAt(member, `_${place}/vars`);
    const keys = vars?.keys().sort() ?? [];
    return keys.map((key, i) =>
      weightAt(vars!, key, { name: `${name}/${["kernel", "bias"][i] ?? key}`, source: path }),
    );
  });
}

// The order in which each class makes its weights (keras.src.layers); those of a setting that is off are not there.
const WEIGHT_NAMES: Readonly<Record<string, readonly (readonly [name: string, setting?: string])[]>> = {
  conv2d: [["kernel"], ["bias", "use_bias"]],
  conv2d_transpose: [["kernel"], ["bias", "use_bias"]],
  depthwise_conv2d: [["kernel"], ["bias", "use_bias"]],
  separable_conv2d: [["depthwise_kernel"], ["pointwise_kernel"], ["bias", "use_bias"]],
  dense: [["kernel"], ["bias", "use_bias"]],
  batch_normalization: [["gamma", "scale"], ["beta", "center"], ["moving_mean"], ["moving_variance"]],
  layer_normalization: [
    ["gamma", "scale"],
    ["beta", "center"],
  ],
  group_normalization: [
    ["gamma", "scale"],
    ["beta", "center"],
  ],
  layer_scale: [["gamma"]],
  class_token: [["cls"]],
  add_position_embs: [["pe"]],
  [ATTENTION]: [],
  normalization: [["mean"], ["variance"], ["count"]],
  p_re_lu: [["alpha"]],
};

function readVars(vars: Group, { className, layer, path }: Omit<Member, "key"> & { path: string }): StoredWeight[] {
  const keys = vars.keys().sort((a, b) => Number(a) - Number(b));
  const all = WEIGHT_NAMES[className] ?? [];
  const used = all.filter(([, setting]) => setting === undefined || layer?.config[setting] !== false);
  // Without settings a batch normalisation of three weights is one without gamma, which is the usual saving.
  const names = className === "batch_normalization" ? used.slice(-keys.length) : used;
  return keys.map((key, i) => weightAt(vars, key, { name: names[i]?.[0] ?? key, source: path }));
}

function nameOf({ config }: LayerConfig): string {
  return typeof config.name === "string" ? config.name : "";
}
