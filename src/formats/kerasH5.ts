import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import h5wasm, { type Dataset, type File, type Group } from "h5wasm/node";
import { LeukogramError } from "../core/errors.ts";

/** An array in a weights file. */
export interface StoredWeight {
  /** Name within its layer: kernel, bias, gamma, ... */
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

/** The weights of a file, by layer, in the file's order; layers without weights are left out. */
export type StoredLayers = ReadonlyMap<string, readonly StoredWeight[]>;

/**
 * Reads the weights of a Keras .h5 file: a whole model, or weights alone, of Keras 1, 2 or 3's legacy layout.
 *
 * @throws ERR_FORMAT where the file is missing, no HDF5, or not laid out as Keras does.
 */
export async function readKerasH5(path: string): Promise<StoredLayers> {
  const file = await openH5(path);
  try {
    const root = (file.get("model_weights") ?? file) as Group;
    const names = attribute(root, "layer_names");
    if (names === undefined)
      throw new LeukogramError("ERR_FORMAT", `${path}: it holds no Keras layers (attribute layer_names)`);
    const layers = names.map((layer) => [layer, layerWeights(root.get(layer) as Group)] as const);
    return new Map(layers.filter(([, weights]) => weights.length > 0));
  } finally {
    file.close();
  }
}

async function openH5(path: string): Promise<File> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new LeukogramError("ERR_FORMAT", `${path}: can't be read (${cause.code})`, { cause });
  });
  if (bytes.subarray(1, 4).toString("latin1") !== "HDF")
    throw new LeukogramError("ERR_FORMAT", `${path}: is not an HDF5 file`, { hint: "Give a Keras .h5 file." });
  const { FS } = await h5wasm.ready;
  const name = `/${basename(path)}-${bytes.length}`;
  FS.writeFile(name, bytes);
  const file = new h5wasm.File(name, "r");
  FS.unlink(name);
  return file;
}

function layerWeights(group: Group): StoredWeight[] {
  return (attribute(group, "weight_names") ?? []).map((path) => {
    const { shape, value } = group.get(path) as Dataset;
    // conv2d/kernel:0 -> kernel
    const name = path.split("/").at(-1)!.replace(/:\d+$/, "");
    return { name, shape: shape ?? [], value: Float32Array.from(value as Float32Array) };
  });
}

// Long lists of names are cut into chunks: layer_names0, layer_names1, ...
function attribute(group: Group, name: string): string[] | undefined {
  const { attrs } = group;
  if (attrs[name] !== undefined) return attrs[name].value as string[];
  const chunks = Object.keys(attrs).filter((key) => key.startsWith(name) && /^\d+$/.test(key.slice(name.length)));
  const ordered = chunks.sort((a, b) => Number(a.slice(name.length)) - Number(b.slice(name.length)));
  return ordered.length === 0 ? undefined : ordered.flatMap((key) => attrs[key]!.value as string[]);
}
