// The layers model of TensorFlow.js: model.json and files of weights beside it.
import { dirname, isAbsolute, join, win32 } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { numElements } from "../core/shape.ts";
import { fromHalf } from "../graph/onnx/half.ts";
import { type DescribedModel, type LayerJson, modelFromJson } from "./kerasModel.ts";
import { loadWeights } from "./loadWeights.ts";
import { orDamaged } from "./orDamaged.ts";
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
  const json = parse(bytes, path) ?? {};
  if (json.format === "graph-model")
    throw new LeukogramError("ERR_FORMAT", `${path}: is a graph model, whose layers are no longer there`, {
      hint: "Give the layers model, or the Keras file that it was made of.",
    });
  const topology = json.modelTopology?.model_config ?? json.modelTopology;
  if (topology?.class_name === undefined || !Array.isArray(json.weightsManifest))
    throw new LeukogramError("ERR_FORMAT", `${path}: is no model.json of TensorFlow.js`);
  const what = `${path}: its description of the model`;
  const described = orDamaged(what, () => modelFromJson(topology as LayerJson, path));
  const groups = orDamaged(what, () => filesOf(json.weightsManifest as readonly GroupJson[], path));
  const layers = new Map<string, readonly StoredWeight[]>();
  for (const { paths, weights } of groups) {
    const parts = await Promise.all(paths.map((name) => readBytes(join(dirname(path), name))));
    orDamaged(`${path}: its list of weights`, () => readGroup(Buffer.concat(parts), { path, weights }, layers));
  }
  orDamaged(what, () => loadWeights(described.model, layers, { source: path }));
  return described;
}

// Each file once, as memory for one named a thousand times would be that of a thousand.
function filesOf(groups: readonly GroupJson[], path: string): readonly GroupJson[] {
  if (!groups.every(({ paths }) => Array.isArray(paths))) throw new TypeError("its weights have no list of files");
  const names = groups.flatMap(({ paths }) => paths);
  const outside = names.find(
    (name) => isAbsolute(name) || win32.isAbsolute(name) || name.split(/[/\\]/).includes(".."),
  );
  if (outside !== undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: names weights outside its folder, ${outside}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new LeukogramError("ERR_FORMAT", `${path}: names the weights ${twice} twice`);
  return groups;
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

function readGroup(
  bytes: Buffer,
  { path, weights }: { readonly path: string; readonly weights: readonly WeightJson[] },
  layers: Map<string, readonly StoredWeight[]>,
): void {
  const byLayer = new Map<string, StoredWeight[]>();
  let at = 0;
  for (const weight of weights) {
    const width = WIDTHS[weight.quantization?.dtype ?? weight.dtype];
    const count = numElements(weight.shape);
    const end = at + count * (width ?? 0);
    if (width === undefined || !weight.shape.every(isSize) || !(end <= bytes.length))
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
  for (const [parent, own] of byLayer) addLayer(layers, { name: parent.split("/").at(-1)!, path: parent }, own);
}

const isSize = (size: number) => Number.isSafeInteger(size) && size >= 0;

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
