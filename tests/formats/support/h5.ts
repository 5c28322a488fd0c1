import { readFile, writeFile } from "node:fs/promises";
import type { Model } from "@leukogram/engine/nn/model";
import h5wasm, { type Group } from "h5wasm";

let made = 0;

/** Bytes of an HDF5 file that `write` fills. */
export async function h5Bytes(write: (root: Group) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const name = `/test-${made++}.h5`;
  const file = new h5wasm.File(name, "w");
  write(file);
  file.flush();
  file.close();
  const bytes = FS.readFile(name) as Uint8Array;
  FS.unlink(name);
  return bytes;
}

/** A layer of a weights file in the layout by names: paths of its weights below the layer's group, and values. */
export type NamedLayer = Readonly<Record<string, { readonly shape: readonly number[]; readonly value: Float32Array }>>;

/** Writes layers as Keras 1 and 2 do: layer_names, a group a layer, weight_names in it. Names are cut to fixed length. */
export function writeNamed(root: Group, layers: Readonly<Record<string, NamedLayer>>): void {
  const list = (group: Group, attribute: string, names: readonly string[]) =>
    names.length === 0
      ? group.create_attribute(attribute, new Float64Array(0), [0], "<d")
      : group.create_attribute(attribute, [...names], [names.length], `S${Math.max(...names.map((n) => n.length))}`);
  list(root, "layer_names", Object.keys(layers));
  for (const [name, weights] of Object.entries(layers)) {
    const group = root.create_group(name);
    list(group, "weight_names", Object.keys(weights));
    for (const [path, { shape, value }] of Object.entries(weights)) writeArray(group, path, { shape, value });
  }
}

/** Writes an array below a group, and the groups on the way to it. */
export function writeArray(root: Group, path: string, array: NamedLayer[string]): void {
  const parts = path.split("/");
  let group = root;
  for (const part of parts.slice(0, -1)) group = (group.get(part) as Group | null) ?? group.create_group(part);
  group.create_dataset({ name: parts.at(-1)!, data: array.value, shape: [...array.shape], dtype: "<f" });
}

/** Bytes of a model's weights as Keras 2 saves them: names end in `:0`, depthwise kernels have their old name. */
export function modelBytes(model: Model): Promise<Uint8Array> {
  const layers = model.layers.map(({ name, className, weights }) => {
    const entries = weights.map((weight) => {
      const short = className === "DepthwiseConv2D" && weight.name === "kernel" ? "depthwise_kernel" : weight.name;
      return [`${name}/${short}:0`, weight] as const;
    });
    return [name, Object.fromEntries(entries)] as const;
  });
  return h5Bytes((root) => writeNamed(root, Object.fromEntries(layers)));
}

/** Copies a file, its bytes changed on the way. Returns the copy's path. */
export async function copyWith(from: string, to: string, change: (bytes: Buffer) => Uint8Array): Promise<string> {
  await writeFile(to, change(await readFile(from)));
  return to;
}
