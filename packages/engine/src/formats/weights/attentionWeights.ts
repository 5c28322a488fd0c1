// keras.layers.MultiHeadAttention holds four layers of its own, each with a kernel and a bias.
import type { StoredWeight } from "../keras/storedLayers.ts";

/** The layers within an attention, in Keras's order: what their weights are called, and their place in a Keras 3 file. */
export const ATTENTION_PARTS: readonly (readonly [name: string, group: string])[] = [
  ["query", "query_dense"],
  ["key", "key_dense"],
  ["value", "value_dense"],
  ["attention_output", "output_dense"],
];

/**
 * Weights by the path before their name, the parts of an attention brought together: `attn/query` with kernel, and its
 * three siblings, become `attn` with query/kernel.
 */
export function joinAttention(
  parts: ReadonlyMap<string, readonly StoredWeight[]>,
): ReadonlyMap<string, readonly StoredWeight[]> {
  const joined = new Map<string, StoredWeight[]>();
  for (const [path, weights] of parts) {
    const [parent, last] = splitLast(path);
    const isPart = isOneOf(last) && ATTENTION_PARTS.every(([name]) => parts.has(`${parent}/${name}`));
    const own = isPart ? weights.map((weight) => ({ ...weight, name: `${last}/${weight.name}` })) : weights;
    const key = isPart ? parent : path;
    joined.set(key, [...(joined.get(key) ?? []), ...own]);
  }
  return joined;
}

const isOneOf = (name: string) => ATTENTION_PARTS.some(([part]) => part === name);

function splitLast(path: string): [parent: string, last: string] {
  const at = path.lastIndexOf("/");
  return at < 0 ? ["", path] : [path.slice(0, at), path.slice(at + 1)];
}
