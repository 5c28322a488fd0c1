import { strToU8, zipSync } from "fflate";
import type { Group } from "h5wasm/node";
import type { Layer } from "../../nn/layer.ts";
import type { Model } from "../../nn/model.ts";
import type { Weight } from "../../nn/weight.ts";
import { hdf5Bytes } from "../hdf5/hdf5.ts";
import { ATTENTION_PARTS } from "../weights/attentionWeights.ts";
import { writeFileWhole } from "../writeFile.ts";
import { kerasModelConfig } from "./kerasConfig.ts";
import { snakeCase } from "./storedLayers.ts";

/** The Keras whose format is written. */
const KERAS_VERSION = "3.15.1";

/**
 * Writes a model as a `.keras` file, which Keras 3 loads: `keras.saving.load_model(path)`. It takes what the model takes,
 * uint8 or float images channels last. Equal models give equal bytes.
 *
 * @throws ERR_OUTPUT if the file can't be written.
 */
export async function writeKeras(model: Model, path: string): Promise<void> {
  await writeFileWhole(path, await kerasBytes(model));
}

/** The bytes of the `.keras` file of {@link writeKeras}. */
export async function kerasBytes(model: Model): Promise<Uint8Array> {
  const { json, layers } = kerasModelConfig(model);
  const metadata = { keras_version: KERAS_VERSION, date_saved: "1980-01-01@00:00:00" };
  const files = {
    "metadata.json": strToU8(JSON.stringify(metadata)),
    "config.json": strToU8(JSON.stringify(json)),
    "model.weights.h5": await weightsBytes(layers),
  };
  // Keras reads the weights in place, so they are not compressed. No time of writing: equal models, equal bytes.
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

function writeVars(group: Group, weights: readonly Weight[], name: string): void {
  const vars = group.create_group("vars");
  vars.create_attribute("name", name);
  for (const [i, { shape, value }] of weights.entries())
    vars.create_dataset({ name: String(i), data: value, shape: [...shape], dtype: "<f" });
}

/** The bytes of a weights file: layers/conv2d_1/vars/0 is the first weight of the second Conv2D (keras.src.saving.saving_lib). */
export function weightsBytes(layers: readonly Layer[]): Promise<Uint8Array> {
  return hdf5Bytes((file) => {
    const container = file.create_group("layers");
    const counts = new Map<string, number>();
    for (const layer of layers) {
      const className = snakeCase(layer.className);
      const count = counts.get(className) ?? 0;
      counts.set(className, count + 1);
      const group = container.create_group(count === 0 ? className : `${className}_${count}`);
      const own = layer.weights.filter(({ name }) => !name.includes("/"));
      writeVars(group, own, layer.name);
      for (const [name, place] of ATTENTION_PARTS) {
        const part = layer.weights.filter((weight) => weight.name.startsWith(`${name}/`));
        if (part.length > 0) writeVars(group.create_group(place), part, name);
      }
    }
  });
}
