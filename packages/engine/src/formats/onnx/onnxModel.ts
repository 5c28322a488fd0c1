// A classification network in ONNX, read as a model of layers, which can be trained, explained and written in other formats.
import { LeukogramError } from "../../core/errors.ts";
import type { Dim } from "../../core/shape.ts";
import { type DecodedModel, type DecodedValue, decodeModel } from "../../graph/onnx/decode.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Input } from "../../nn/layers/index.ts";
import { Model } from "../../nn/model.ts";
import { metadataList } from "../../runtime/metadata.ts";
import { checkImage } from "../imageSize.ts";
import { checkKnown, GraphReader } from "./graphReader.ts";

/** A model that was read from ONNX. */
export interface OnnxModel {
  readonly model: Model;
  /** What was passed over, in words. */
  readonly notes: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** What {@link onnxModelOf} takes beside the file. */
export interface OnnxModelOptions {
  /** The file, for messages. */
  readonly source: string;
  /** Height and width where the file leaves them open. */
  readonly imageSize?: number | undefined;
}

/** ONNX's oldest operators that mean what they do today, but for what is looked at here. */
const OLDEST = 6;

/**
 * Reads an ONNX file of a network that classifies images; nothing in it is run. Convolutions, dense layers, normalisations,
 * activations and the like become layers of Keras, all else layers of class OnnxOperators, which every format but Keras's
 * and TensorFlow.js's can hold. Float weights are trainable; half precision and quantised weights are read as float32. It ends
 * as the file does, in probabilities or scores: `withProbabilities` tells.
 *
 * @throws LeukogramError ERR_FORMAT if it is no ONNX model, is damaged, keeps weights in other files, has an operator that
 * is not supported, or does not take one image and give one row.
 */
export function onnxModelOf(bytes: Uint8Array, { source, imageSize }: OnnxModelOptions): OnnxModel {
  const decoded = decodeModel(bytes, source);
  return modelOfDecoded(() => decoded, { source, imageSize, name: "onnx" });
}

/**
 * The model of layers in a graph of ONNX's operators, whatever file they were in.
 *
 * @param decode gives the graph.
 * @throws LeukogramError ERR_FORMAT as {@link onnxModelOf}, and if `decode` does; `source` is named in all.
 */
export function modelOfDecoded(
  decode: () => DecodedModel,
  { source, imageSize, name }: OnnxModelOptions & { readonly name: string },
): OnnxModel {
  let producer = "";
  try {
    const decoded = decode();
    producer = decoded.producer;
    return { ...build(decoded, { imageSize, name }), metadata: decoded.metadata };
  } catch (cause) {
    if (cause instanceof LeukogramError) {
      // Ours may find the cell and average views before and behind their layers.
      const hint = producer === "leukogram" ? "Give the run folder or .keras file it was made from." : cause.hint;
      throw new LeukogramError("ERR_FORMAT", `${source}: ${cause.reason}`, {
        ...(hint !== undefined && { hint }),
        cause,
      });
    }
    // Nested so deep, or sizes so large, that no engine would take them; inputs left out, or of another kind than they must be.
    throw new LeukogramError("ERR_FORMAT", `${source}: its graph can't be read (${(cause as Error).message})`, {
      cause,
    });
  }
}

function build(
  decoded: DecodedModel,
  { imageSize, name }: { readonly imageSize: number | undefined; readonly name: string },
): Pick<OnnxModel, "model" | "notes"> {
  // Said first: a file of other operators alone has no opset of ONNX's own.
  for (const node of decoded.nodes) checkKnown(node);
  if (decoded.opset < OLDEST)
    throw new LeukogramError("ERR_FORMAT", `uses opset ${decoded.opset}; the oldest supported opset is ${OLDEST}`, {
      hint: "Convert it: onnx.version_converter.convert_version(model, 13).",
    });
  const entry = entryOf(decoded, imageSize);
  const reader = new GraphReader(decoded);
  reader.bindInput(entry.value, entry.input, entry.isChannelsLast);
  for (const node of decoded.nodes) reader.add(node);
  const output = reader.row(decoded.outputs);
  return { model: new Model({ input: entry.input, output, name }), notes: [...reader.notes] };
}

interface Entry {
  readonly value: DecodedValue;
  readonly input: LayerOutput;
  readonly isChannelsLast: boolean;
}

function entryOf(decoded: DecodedModel, imageSize: number | undefined): Entry {
  const [entry, ...others] = decoded.inputs;
  if (entry === undefined || others.length > 0)
    throw new LeukogramError("ERR_FORMAT", `has ${decoded.inputs.length} inputs`, {
      hint: "Give a classifier of images.",
    });
  if (entry.shape.length !== 4)
    throw new LeukogramError("ERR_FORMAT", `takes ${show(entry)}, not images`, {
      hint: "Give a classifier of images.",
    });
  const isChannels = (size: Dim | undefined) => size === 1 || size === 3;
  const [, second, , last] = entry.shape;
  if (!isChannels(second) && !isChannels(last))
    throw new LeukogramError("ERR_FORMAT", `takes ${show(entry)}, which has no axis of 1 or 3 channels`);
  const isChannelsLast = isChannels(last) && !(isChannels(second) && second !== 1);
  const [height, width] = isChannelsLast ? entry.shape.slice(1, 3) : entry.shape.slice(2);
  // A file of ours takes images of any size, and says to which it brings them.
  const own = metadataList(decoded.metadata, "imageSize") as readonly number[] | undefined;
  const known = imageSize === undefined ? own : [imageSize, imageSize];
  const side = (size: Dim | undefined, i: number) => (typeof size === "number" && size > 0 ? size : known?.[i]);
  const [h, w] = [side(height, 0), side(width, 1)];
  if (h === undefined || w === undefined)
    throw new LeukogramError("ERR_FORMAT", `does not fix the image size: ${show(entry)}`, {
      hint: "Export it for one size, or use --image-size 224.",
    });
  const channels = (isChannelsLast ? last : second) as number;
  checkImage([h, w, channels]);
  return { value: entry, isChannelsLast, input: Input([h, w, channels], { name: "images" }) };
}

const show = ({ name, shape }: DecodedValue) => `"${name}" [${shape.map((size) => size || "?").join(", ")}]`;
