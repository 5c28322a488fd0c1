// Requests of the Open Inference Protocol v2 (REST), with its extension for binary tensors.

import { LeukogramError } from "@leukogram/engine/core/errors";
import { numElements, show } from "@leukogram/engine/core/shape";
import { parseScale, type Scale } from "leukogram/data/scale/scale";
import { z } from "zod";

/** A request may be so large, bytes. */
export const MOST_BYTES = 64 * 2 ** 20;
/** JSON may be so large, bytes: it is parsed in one go, and everybody else waits. */
export const MOST_JSON_BYTES = 4 * 2 ** 20;
/** Images a request, and pixels along their sides. */
const MOST_IMAGES = 512;
const LONGEST_SIDE = 4096;

const HINT = "See the Open Inference Protocol v2; GET /v2/models/MODEL describes the model's inputs.";

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const inferJson = z.object({
  id: z.string().max(1000).optional(),
  parameters: parameters.optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().nonnegative()),
        datatype: z.string(),
        parameters: parameters.optional(),
        data: z.array(z.unknown()).optional(),
      }),
    )
    .min(1),
  outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
});

type Input = z.infer<typeof inferJson>["inputs"][number];

/** What was asked of a model. */
export interface InferRequest {
  readonly id: string | undefined;
  /** uint8 [N, H, W, 3] */
  readonly images: Uint8Array;
  readonly shape: readonly [number, number, number, number];
  /** How large the pictures show a cell, where the request tells it. */
  readonly scale: Scale | undefined;
  /** Whether the answer is to be binary. */
  readonly isBinary: boolean;
}

/**
 * Reads a request's body: JSON, or JSON of `headerLength` bytes and tensors behind it.
 *
 * @param headerLength the header Inference-Header-Content-Length; undefined if all is JSON.
 * @throws ERR_USAGE if it is no such request; ERR_SHAPE, ERR_DTYPE if its tensor is none that a model takes.
 */
export function parseInferRequest(body: Uint8Array, headerLength: string | undefined): InferRequest {
  const length = headerLength === undefined ? body.length : Number(headerLength);
  if (!Number.isInteger(length) || length < 0 || length > body.length)
    throw fault(`Inference-Header-Content-Length is ${headerLength}, but the body has ${body.length} bytes`);
  if (length > MOST_JSON_BYTES)
    throw fault(
      `the JSON has ${length} bytes; at most ${MOST_JSON_BYTES} are allowed`,
      "Send the tensor as binary data.",
    );
  const { id, parameters: wishes, inputs, outputs } = parseJson(body.subarray(0, length));
  const [input, other] = inputs;
  if (other !== undefined || input!.name !== "images")
    throw fault(`expected the input "images", received "${inputs.map(({ name }) => name).join('", "')}"`);
  const wrong = outputs?.find(({ name }) => name !== "probabilities");
  if (wrong !== undefined) throw fault(`unknown output "${wrong.name}"; use "probabilities"`);
  const shape = imageShape(input!);
  const isBinary = (outputs?.[0]?.parameters?.binary_data ?? wishes?.binary_data_output) === true;
  return {
    id,
    shape,
    isBinary,
    scale: scaleOf(wishes),
    images: tensorOf(input!, body.subarray(length), numElements(shape)),
  };
}

// `scale` as on the command line, or `red_cell_pixels`.
function scaleOf(wishes: z.infer<typeof parameters> | undefined): Scale | undefined {
  const { scale, red_cell_pixels: pixels } = wishes ?? {};
  if (scale !== undefined && pixels !== undefined) throw fault("scale and red_cell_pixels can't be combined");
  if (scale === undefined && pixels === undefined) return undefined;
  return parseScale(scale === undefined ? `${pixels}px` : String(scale));
}

function parseJson(bytes: Uint8Array): z.infer<typeof inferJson> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new LeukogramError("ERR_USAGE", `the request is not valid JSON: ${(cause as Error).message}`, {
      hint: HINT,
      cause,
    });
  }
  const parsed = inferJson.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw fault(`${path.join(".") || "the request"}: ${message}`);
}

function imageShape({ shape, datatype }: Input): InferRequest["shape"] {
  if (datatype !== "UINT8")
    throw new LeukogramError("ERR_DTYPE", `input "images": expected UINT8, received ${datatype}`, { hint: HINT });
  const [n, h, w, c] = shape;
  const fits = shape.length === 4 && c === 3 && n! > 0 && h! > 0 && w! > 0;
  if (!fits)
    throw new LeukogramError("ERR_SHAPE", `input "images": expected [N, H, W, 3], received ${show(shape)}`, {
      hint: HINT,
    });
  if (n! > MOST_IMAGES || h! > LONGEST_SIDE || w! > LONGEST_SIDE || numElements(shape) > MOST_BYTES)
    throw new LeukogramError(
      "ERR_SHAPE",
      `input "images": ${show(shape)} is more than ${MOST_IMAGES} images, ${LONGEST_SIDE} pixels a side or ${MOST_BYTES} bytes`,
      { hint: "Send fewer images at a time, or crop the single cells." },
    );
  return [n!, h!, w!, 3];
}

function tensorOf({ data, parameters: own }: Input, behind: Uint8Array, size: number): Uint8Array {
  const bytes = own?.binary_data_size;
  if (bytes === undefined) {
    if (data === undefined) throw fault('input "images": has neither data nor binary_data_size');
    if (behind.length > 0) throw fault(`${behind.length} bytes follow the JSON, but no input uses them`);
    return flatten(data, size);
  }
  if (data !== undefined) throw fault('input "images": has both data and binary_data_size');
  if (bytes !== size || behind.length !== size)
    throw new LeukogramError(
      "ERR_SHAPE",
      `input "images": its shape takes ${size} bytes, binary_data_size is ${bytes}, and ${behind.length} follow the JSON`,
      { hint: HINT },
    );
  return behind;
}

// Nested as the shape says, or flat: both are allowed, row-major.
function flatten(data: readonly unknown[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let count = 0;
  const walk = (items: readonly unknown[], depth: number) => {
    for (const item of items) {
      if (Array.isArray(item) && depth < 4) walk(item, depth + 1);
      else if (typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= 255) out[count++] = item;
      else throw new LeukogramError("ERR_DTYPE", 'input "images": data must be whole numbers from 0 to 255');
    }
  };
  walk(data, 1);
  if (count === size) return out;
  throw new LeukogramError("ERR_SHAPE", `input "images": its shape takes ${size} numbers, received ${count}`, {
    hint: HINT,
  });
}

function fault(reason: string, hint = HINT): LeukogramError {
  return new LeukogramError("ERR_USAGE", reason, { hint });
}
