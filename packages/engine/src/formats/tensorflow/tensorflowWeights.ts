// The files of weights beside a model.json, which layers models and graph models of TensorFlow.js have alike.
import { dirname, isAbsolute, join, win32 } from "node:path";
import { LeukogramError } from "../../core/errors.ts";
import { numElements } from "../../core/shape.ts";
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";
import { fromHalf } from "../../graph/onnx/half.ts";
import { readBytes } from "../keras/readKeras.ts";
import { orDamaged } from "../orDamaged.ts";

interface WeightJson {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** Files that lie one behind the other, and the weights that are in them. */
export interface WeightGroupJson {
  readonly paths: readonly string[];
  readonly weights: readonly WeightJson[];
}

/**
 * Reads the weights that a model.json lists, in their order; quantised ones as real numbers.
 *
 * @param path of the model.json, in whose folder the files of weights lie.
 * @throws ERR_FORMAT if a file is missing, too short or outside the folder, or a weight's type is not supported.
 */
export async function readTensorflowWeights(
  path: string,
  manifest: readonly WeightGroupJson[],
): Promise<readonly DecodedTensor[]> {
  const groups = orDamaged(`${path}: its description of the model`, () => filesOf(manifest, path));
  const weights: DecodedTensor[] = [];
  for (const { paths, weights: listed } of groups) {
    const bytes = Buffer.concat(await Promise.all(paths.map((name) => readBytes(join(dirname(path), name)))));
    weights.push(...orDamaged(`${path}: its list of weights`, () => weightsIn(bytes, listed, path)));
  }
  return weights;
}

// Each file once, as memory for one named a thousand times would be that of a thousand.
function filesOf(groups: readonly WeightGroupJson[], path: string): readonly WeightGroupJson[] {
  if (!groups.every(({ paths }) => Array.isArray(paths))) throw new TypeError("its weights list no files");
  const names = groups.flatMap(({ paths }) => paths);
  const outside = names.find(
    (name) => isAbsolute(name) || win32.isAbsolute(name) || name.split(/[/\\]/).includes(".."),
  );
  if (outside !== undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: refers to weights outside its folder, ${outside}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new LeukogramError("ERR_FORMAT", `${path}: lists the weights ${twice} twice`);
  return groups;
}

function weightsIn(bytes: Buffer, weights: readonly WeightJson[], path: string): DecodedTensor[] {
  let at = 0;
  return weights.map((weight) => {
    const width = WIDTHS[weight.quantization?.dtype ?? weight.dtype];
    const end = at + numElements(weight.shape) * (width ?? 0);
    if (width === undefined || !weight.shape.every(isSize) || !(end <= bytes.length))
      throw new LeukogramError(
        "ERR_FORMAT",
        `${path}: weight "${weight.name}" ${width === undefined ? `has type ${weight.dtype}` : "is longer than its files"}`,
        { hint: "Copy all files of the model again." },
      );
    const own = bytes.subarray(at, end);
    at = end;
    return tensorOf(own, weight);
  });
}

const isSize = (size: number) => Number.isSafeInteger(size) && size >= 0;

/** Bytes of an entry. */
const WIDTHS: Readonly<Record<string, number>> = { float32: 4, float16: 2, int32: 4, uint16: 2, uint8: 1, bool: 1 };

function tensorOf(bytes: Buffer, { name, shape, dtype, quantization }: WeightJson): DecodedTensor {
  const stored = quantization?.dtype ?? dtype;
  const { scale = 1, min = 0 } = quantization ?? {};
  const width = WIDTHS[stored]!;
  const read: Readonly<Record<string, (at: number) => number>> = {
    float32: (at) => bytes.readFloatLE(at),
    float16: (at) => fromHalf(bytes.readUInt16LE(at)),
    int32: (at) => bytes.readInt32LE(at),
    uint16: (at) => bytes.readUInt16LE(at),
    uint8: (at) => bytes[at]!,
    bool: (at) => bytes[at]!,
  };
  const isScaled = quantization !== undefined && stored !== "float16";
  const isReal = dtype === "float32" || dtype === "float16";
  const numberAt = read[stored]!;
  // Whole numbers beyond 2 ** 24 are none in float32.
  const data = new (isReal ? Float32Array : Float64Array)(bytes.length / width);
  for (let i = 0; i < data.length; i++) {
    const value = numberAt(i * width);
    data[i] = isScaled ? value * scale + min : value;
  }
  return { name, shape, isReal, data: isReal || !isScaled ? data : data.map(Math.round) };
}
