// Keras's HDF5 files, whole models and weights alone, and the layers model of TensorFlow.js.
import { basename, dirname, join } from "node:path";
import type { Group } from "h5wasm";
import { LeukogramError } from "../../core/errors.ts";
import { numElements } from "../../core/shape.ts";
import { formatsOf } from "../../nn/layer.ts";
import type { Model } from "../../nn/model.ts";
import { VERSION } from "../../version.ts";
import { hdf5Bytes } from "../hdf5/hdf5.ts";
import { writeFileWhole } from "../writeFile.ts";
import { kerasModelConfig } from "./kerasConfig.ts";
import { LEGACY_VERSION, legacyModel, legacyWeightName } from "./kerasLegacy.ts";
import { weightsBytes } from "./kerasV3.ts";
import { inOlderLayers } from "./olderLayers.ts";

/**
 * Writes a whole model as `.h5`, which Keras 2, Keras 3 and tf_keras load. Equal models give equal bytes.
 *
 * @throws ERR_OUTPUT if the file can't be written; ERR_FORMAT if a layer can't be said in this format.
 */
export async function writeKerasH5(model: Model, path: string): Promise<void> {
  const { json, layers } = legacyModel(inOlderLayers(model, "keras2"));
  const bytes = await hdf5Bytes((file) => {
    file.create_attribute("backend", "tensorflow");
    file.create_attribute("keras_version", LEGACY_VERSION);
    file.create_attribute("model_config", JSON.stringify(json));
    const root = file.create_group("model_weights");
    root.create_attribute("backend", "tensorflow");
    root.create_attribute("keras_version", LEGACY_VERSION);
    const listed = layers.map((layer) => layer.name);
    for (const [key, names] of chunks("layer_names", listed)) root.create_attribute(key, names);
    for (const layer of layers) {
      const group = root.create_group(layer.name);
      const names = layer.weights.map((weight) => `${legacyWeightName(layer, weight)}:0`);
      group.create_attribute("weight_names", names);
      const made = new Map<string, Group>();
      for (const [i, { shape, value }] of layer.weights.entries()) {
        const [folder, last] = splitLast(names[i]!);
        madeGroup(group, folder, made).create_dataset({ name: last, data: value, shape: [...shape], dtype: "<f" });
      }
    }
  });
  await writeFileWhole(path, bytes);
}

/** Bytes that a list of names may take in one attribute of HDF5. */
const MOST_BYTES = 64_000;

// Keras cuts longer lists into layer_names0, layer_names1, ...
function chunks(key: string, names: readonly string[]): [string, string[]][] {
  const width = Math.max(1, ...names.map((name) => Buffer.byteLength(name)));
  const each = Math.floor(MOST_BYTES / width);
  if (names.length <= each) return [[key, [...names]]];
  return Array.from({ length: Math.ceil(names.length / each) }, (_, i) => [
    `${key}${i}`,
    names.slice(i * each, (i + 1) * each),
  ]);
}

function splitLast(path: string): [folder: string, last: string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

// The group at a path below another, made where it is not there.
function madeGroup(group: Group, path: string, made: Map<string, Group>): Group {
  const names = path.split("/").filter(Boolean);
  return names.reduce((parent, name) => {
    const key = `${parent.path}/${name}`;
    const known = made.get(key) ?? parent.create_group(name);
    made.set(key, known);
    return known;
  }, group);
}

/** Writes a model's weights alone as `.weights.h5` of Keras 3. @throws ERR_OUTPUT if the file can't be written. */
export async function writeWeightsH5(model: Model, path: string): Promise<void> {
  await writeFileWhole(path, await weightsBytes(kerasModelConfig(model).layers));
}

/** Bytes of weights in one file of a TensorFlow.js model, as its own converter cuts them. */
const SHARD_BYTES = 4 * 1024 * 1024;

function requireTensorflowJs({ layers }: Model): void {
  // A layer that is made of operators is none of Keras's either, and is refused for that.
  const other = layers.find((layer) => formatsOf(layer)?.tensorflowJs === false);
  if (other === undefined) return;
  throw new LeukogramError("ERR_FORMAT", `layer "${other.name}": TensorFlow.js has no ${other.className}`, {
    hint: "Use .keras or .onnx.",
  });
}

/**
 * Writes a layers model of TensorFlow.js: `path`, its model.json, and the weights in files beside it.
 *
 * @throws ERR_OUTPUT if a file can't be written; ERR_FORMAT if a layer can't be said in this format.
 */
export async function writeTensorflowJs(model: Model, path: string): Promise<void> {
  const older = inOlderLayers(model, "tensorflowJs");
  requireTensorflowJs(older);
  const { json, layers } = legacyModel(older);
  const weights = layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      name: legacyWeightName(layer, weight),
      shape: weight.shape,
      value: weight.value,
    })),
  );
  const bytes = new Uint8Array(4 * weights.reduce((sum, { shape }) => sum + numElements(shape), 0));
  let at = 0;
  for (const { value } of weights) {
    bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
    at += value.byteLength;
  }
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  const prefix = basename(path) === "model.json" ? "" : `${basename(path, ".json")}-`;
  const paths = Array.from({ length: count }, (_, i) => `${prefix}group1-shard${i + 1}of${count}.bin`);
  for (const [i, name] of paths.entries())
    await writeFileWhole(join(dirname(path), name), bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES));
  const manifest = [{ paths, weights: weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" })) }];
  await writeFileWhole(
    path,
    JSON.stringify({
      format: "layers-model",
      generatedBy: `Leukogram ${VERSION}`,
      convertedBy: null,
      modelTopology: { keras_version: LEGACY_VERSION, backend: "tensorflow", model_config: json },
      weightsManifest: manifest,
    }),
  );
}
