// The layers model of TensorFlow.js: model.json and files of weights beside it.
import { dirname, isAbsolute, join } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { numElements } from "../core/shape.ts";
import { fromHalf } from "../graph/onnx/half.ts";
import { joinAttention } from "./attentionWeights.ts";
import { type DescribedModel, type LayerJson, modelFromJson } from "./kerasModel.ts";
import { loadWeights } from "./loadWeights.ts";
import { readBytes } from "./readKeras.ts";
import { addLayer, type StoredWeight } from "./storedLayers.ts";

interface WeightJson {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

interface ModelJson {
  readonly format?: string;
  readonly modelTopology?: { readonly model_config?: LayerJson } & Partial<LayerJson>;
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightJson[] }[];
}

/** Whether bytes may be a model.json. */
export function isJson(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString("utf8"));
}

/**
 * Reads a layers model of TensorFlow.js with its weights, quantised ones too.
 *
 * @param bytes of its model.json.
 * @param path where that lies; the files of weights lie beside it.
 * @throws ERR_FORMAT where a file is missing, cut or names something outside its folder, or a layer is not supported;
 * ERR_WEIGHTS where weights and layers do not fit each other.
 */
export async function tensorflowJsOf(bytes: Uint8Array, path: string): Promise<DescribedModel> {
  const json = parse(bytes, path);
  if (json.format === "graph-model")
    throw new LeukogramError("ERR_FORMAT", `${path}: is a graph model, whose layers are no longer there`, {
      hint: "Give the layers model, or the Keras file that it was made of.",
    });
  const topology = json.modelTopology?.model_config ?? json.modelTopology;
  if (topology?.class_name === undefined || !Array.isArray(json.weightsManifest))
    throw new LeukogramError("ERR_FORMAT", `${path}: is no model.json of TensorFlow.js`);
  const described = modelFromJson(topology as LayerJson, path);
  const layers = new Map<string, readonly StoredWeight[]>();
  for (const { paths, weights } of json.weightsManifest) await readGroup(path, { paths, weights }, layers);
  loadWeights(described.model, layers, { source: path });
  return described;
}

function parse(bytes: Uint8Array, path: string): ModelJson {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as ModelJson;
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: is damaged JSON`, { hint: "Copy or download it again.", cause });
  }
}

interface GroupJson {
  readonly paths: readonly string[];
  readonly weights: readonly WeightJson[];
}

async function readGroup(
  path: string,
  { paths, weights }: GroupJson,
  layers: Map<string, readonly StoredWeight[]>,
): Promise<void> {
  const outside = paths.find((name) => isAbsolute(name) || name.split(/[/\\]/).includes(".."));
  if (outside !== undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: names weights outside its folder, ${outside}`);
  const parts = await Promise.all(paths.map((name) => readBytes(join(dirname(path), name))));
  const bytes = Buffer.concat(parts);
  const byLayer = new Map<string, StoredWeight[]>();
  let at = 0;
  for (const weight of weights) {
    const width = WIDTHS[weight.quantization?.dtype ?? weight.dtype];
    const count = numElements(weight.shape);
    const end = at + count * (width ?? 0);
    if (width === undefined || !Number.isSafeInteger(end) || end > bytes.length)
      throw new LeukogramError(
        "ERR_FORMAT",
        `${path}: weight "${weight.name}" ${width === undefined ? `is of type ${weight.dtype}` : "is longer than its files"}`,
        { hint: "Copy all files of the model again." },
      );
    const names = weight.name.split("/");
    const parent = names.slice(0, -1).join("/");
    const value = numbersOf(bytes.subarray(at, end), weight);
    byLayer.set(parent, [...(byLayer.get(parent) ?? []), { name: names.at(-1)!, shape: weight.shape, value }]);
    at = end;
  }
  for (const [parent, own] of joinAttention(byLayer))
    addLayer(layers, { name: parent.split("/").at(-1)!, path: parent }, own);
}

const WIDTHS: Readonly<Record<string, number>> = { float32: 4, float16: 2, int32: 4, uint16: 2, uint8: 1 };

function numbersOf(bytes: Buffer, { dtype, quantization }: WeightJson): Float32Array {
  const stored = quantization?.dtype ?? dtype;
  const { scale = 1, min = 0 } = quantization ?? {};
  const width = WIDTHS[stored]!;
  const read: Readonly<Record<string, (at: number) => number>> = {
    float32: (at) => bytes.readFloatLE(at),
    float16: (at) => fromHalf(bytes.readUInt16LE(at)),
    int32: (at) => bytes.readInt32LE(at),
    uint16: (at) => bytes.readUInt16LE(at),
    uint8: (at) => bytes[at]!,
  };
  const isScaled = quantization !== undefined && stored !== "float16";
  const numberAt = read[stored]!;
  return Float32Array.from({ length: bytes.length / width }, (_, i) => {
    const value = numberAt(i * width);
    return isScaled ? value * scale + min : value;
  });
}
