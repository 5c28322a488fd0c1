// Answers of the Open Inference Protocol v2 (REST).

import type { ClassifierFacts } from "leukogram/evaluation/classifierFacts";
import { VERSION } from "../../version.ts";
import type { CroppedTensors } from "../work/engineJobs.ts";
import type { InferRequest } from "./inferRequest.ts";

/** What an answer is made of. */
export interface Answered {
  readonly model: string;
  /** [N, K] */
  readonly probabilities: Float32Array;
  readonly classes: readonly string[];
  /** How cells were cropped; undefined if the model takes whole pictures. */
  readonly crops?: CroppedTensors | undefined;
}

/** A body with its headers. */
export interface InferBody {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts an answer into JSON, or JSON with its tensor behind it where that was asked for. */
export function inferResponse(
  { id, shape: [count], isBinary }: Pick<InferRequest, "id" | "shape" | "isBinary">,
  { model, probabilities, classes, crops }: Answered,
): InferBody {
  const bytes = littleEndian(probabilities);
  const tensor = { name: "probabilities", shape: [count, classes.length], datatype: "FP32" };
  const told = isBinary
    ? { ...tensor, parameters: { binary_data_size: bytes.length } }
    : { ...tensor, data: Array.from(probabilities) };
  const json = new TextEncoder().encode(
    JSON.stringify({
      model_name: model,
      ...(id !== undefined && { id }),
      ...(crops && { parameters: croppingParameters(crops) }),
      outputs: [told],
    }),
  );
  if (!isBinary) return { body: json, headers: { "content-type": "application/json" } };
  const body = new Uint8Array(json.length + bytes.length);
  body.set(json);
  body.set(bytes, json.length);
  return {
    body,
    headers: {
      "content-type": "application/octet-stream",
      "inference-header-content-length": String(json.length),
    },
  };
}

// Parameters are texts, numbers and booleans: one that is not known is left out.
const croppingParameters = ({ redCell, source, leaving, withoutNucleus }: CroppedTensors) => ({
  ...(redCell !== null && { red_cell_pixels: redCell }),
  scale_source: source,
  crops_leaving_the_picture: leaving,
  pictures_without_nucleus: withoutNucleus,
});

/** What the server says of itself. */
export const serverMetadata = { name: "leukogram", version: VERSION, extensions: ["binary_tensor_data"] } as const;

/**
 * What is said of a model: images of any size in, a probability a class out. `crop_red_cells` says that it crops them at
 * their scale, which the request's parameter `scale` or `red_cell_pixels` tells.
 */
export function modelMetadata(
  name: string,
  { classes, cropRedCells }: Pick<ClassifierFacts, "classes" | "cropRedCells">,
) {
  const crops = cropRedCells !== undefined && { parameters: { crop_red_cells: cropRedCells } };
  return {
    name,
    platform: "onnx_onnxv1",
    inputs: [{ name: "images", datatype: "UINT8", shape: [-1, -1, -1, 3], ...crops }],
    outputs: [
      { name: "probabilities", datatype: "FP32", shape: [-1, classes.length], parameters: { labels: [...classes] } },
    ],
  };
}

// The wire is little-endian, whatever this machine is.
function littleEndian(values: Float32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) out.setFloat32(i * 4, value, true);
  return new Uint8Array(out.buffer);
}
