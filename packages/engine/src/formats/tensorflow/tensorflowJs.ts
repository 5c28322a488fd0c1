// Models of TensorFlow.js: model.json and files of weights beside it.
import { LeukogramError } from "../../core/errors.ts";
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";
import type { LayerJson } from "../keras/json.ts";
import { type DescribedModel, modelFromJson } from "../keras/kerasModel.ts";
import { fromOlderLayers } from "../keras/olderLayers.ts";
import { addLayer, type StoredWeight } from "../keras/storedLayers.ts";
import { orDamaged } from "../orDamaged.ts";
import { joinAttention } from "../weights/attentionWeights.ts";
import { loadWeights } from "../weights/loadWeights.ts";
import { type GraphJson, graphModelOf, type SignatureJson } from "./tensorflowGraph.ts";
import { readTensorflowWeights, type WeightGroupJson } from "./tensorflowWeights.ts";

interface ModelJson {
  readonly format?: string;
  readonly modelTopology?: { readonly model_config?: LayerJson } & Partial<LayerJson> & Partial<GraphJson>;
  readonly weightsManifest?: readonly WeightGroupJson[];
  readonly signature?: SignatureJson;
  /** Where the signature was kept before. */
  readonly userDefinedMetadata?: { readonly signature?: SignatureJson };
}

/** A model that was read from a model.json, and what that is, in words. */
export interface TensorflowJsModel extends DescribedModel {
  readonly kind: "TensorFlow.js layers model" | "TensorFlow.js graph model";
}

/** The Keras whose words TensorFlow.js has. */
const VERSION = "2.15";

/** Whether bytes may be a model.json. */
export function isJson(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString("utf8"));
}

/** What {@link tensorflowJsOf} takes beside the file. */
export interface TensorflowJsOptions {
  /** Where the model.json lies; the files of weights lie beside it. */
  readonly path: string;
  /** Height and width where the model leaves them open. */
  readonly imageSize?: number | undefined;
  /** Which of several outputs of a layers model is the class. */
  readonly output?: string | undefined;
}

/**
 * Reads a layers model or graph model of TensorFlow.js with its weights, quantised ones too.
 *
 * @param bytes of its model.json.
 * @throws ERR_FORMAT if a file is missing, cut or names something outside its folder, or a layer or operator is not
 * supported; ERR_WEIGHTS if weights and layers do not fit each other.
 */
export async function tensorflowJsOf(
  bytes: Uint8Array,
  { path, imageSize, output }: TensorflowJsOptions,
): Promise<TensorflowJsModel> {
  const json = parse(bytes, path) ?? {};
  const { modelTopology, weightsManifest } = json;
  const topology = modelTopology?.model_config ?? modelTopology;
  const isGraph = Array.isArray(modelTopology?.node);
  if (json.format === "graph-model" && !isGraph)
    throw new LeukogramError("ERR_FORMAT", `${path}: a graph model without a graph`, { hint: "Copy it again." });
  if ((topology?.class_name === undefined && !isGraph) || !Array.isArray(weightsManifest))
    throw new LeukogramError("ERR_FORMAT", `${path}: not a TensorFlow.js model.json`);
  if (isGraph) {
    const weights = await readTensorflowWeights(path, weightsManifest);
    const signature = json.signature ?? json.userDefinedMetadata?.signature;
    const graph = { graph: modelTopology as GraphJson, weights, signature };
    const read = orDamaged(`${path}: its graph`, () => graphModelOf(graph, { source: path, imageSize }));
    return { ...read, kind: "TensorFlow.js graph model" };
  }
  const what = `${path}: its description of the model`;
  const described = orDamaged(what, () =>
    modelFromJson(topology as LayerJson, path, { imageSize, output, kerasVersion: VERSION }),
  );
  const weights = await readTensorflowWeights(path, weightsManifest);
  const model = orDamaged(what, () => {
    loadWeights(described.model, layersOf(weights), { source: path });
    return fromOlderLayers(described.model);
  });
  return { ...described, model, kind: "TensorFlow.js layers model" };
}

function parse(bytes: Uint8Array, path: string): ModelJson {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as ModelJson;
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: damaged JSON`, { hint: "Copy or download it again.", cause });
  }
}

function layersOf(weights: readonly DecodedTensor[]): Map<string, readonly StoredWeight[]> {
  const byLayer = new Map<string, StoredWeight[]>();
  for (const { name: path, shape, data } of weights) {
    const names = path.split("/");
    const parent = names.slice(0, -1).join("/");
    const value = data instanceof Float32Array ? data : Float32Array.from(data);
    byLayer.set(parent, [...(byLayer.get(parent) ?? []), { name: names.at(-1)!, shape, value }]);
  }
  const layers = new Map<string, readonly StoredWeight[]>();
  for (const [parent, own] of joinAttention(byLayer))
    addLayer(layers, { name: parent.split("/").at(-1)!, path: parent }, own);
  return layers;
}
