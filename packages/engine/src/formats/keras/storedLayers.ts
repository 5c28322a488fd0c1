import { LeukogramError } from "../../core/errors.ts";

/** An array in a weights file. */
export interface StoredWeight {
  /** Name within its layer: kernel, bias, gamma, ... */
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

/** The weights of a file, by layer; layers without weights are left out. In the model's order, but for `classes`. */
export interface StoredLayers extends ReadonlyMap<string, readonly StoredWeight[]> {
  /**
   * Class of each layer in snake case, where the file has an order within each class only: the `.weights.h5` of Keras 3
   * says "third conv2d", and not what stood between.
   */
  readonly classes?: ReadonlyMap<string, string>;
}

/** A class's name as Keras writes it in files (keras.src.utils.naming.to_snake_case). */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Adds a layer's weights, if it has any, under its name, or under the longer one where the name is taken. */
export function addLayer(
  layers: Map<string, readonly StoredWeight[]>,
  { name, path }: { readonly name: string; readonly path: string },
  weights: readonly StoredWeight[],
): string | undefined {
  if (weights.length === 0) return undefined;
  const key = freeName({ name, path }, (taken) => layers.has(taken));
  layers.set(key, weights);
  return key;
}

/** Layers of one name beyond which a file is no model's: each is looked for among those before it. */
const MOST_OF_A_NAME = 100;

/**
 * A name that is free: the layer's, its path where that is taken, or that with `_` behind it.
 *
 * @throws ERR_FORMAT if a hundred of them are taken.
 */
export function freeName(
  { name, path }: { readonly name: string; readonly path: string },
  isTaken: (name: string) => boolean,
): string {
  let free = isTaken(name) ? path : name;
  for (let i = 0; isTaken(free); i++, free += "_")
    if (i === MOST_OF_A_NAME)
      throw new LeukogramError("ERR_FORMAT", `the file has more than ${MOST_OF_A_NAME} layers named "${name}"`);
  return free;
}
