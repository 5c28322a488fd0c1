// Reads the messages of onnx.proto that a network for inference is made of (field numbers: onnx/onnx.proto).
import type protobuf from "protobufjs/minimal.js";
import { LeukogramError } from "../../core/errors.ts";
import { type DecodedTensor, decodeTensor } from "./decodeTensor.ts";
import { eachField, packed } from "./fields.ts";

/** An attribute of a node, by what it holds; a graph within a node is only said to be there. */
export interface DecodedAttribute {
  readonly float?: number;
  readonly int?: number;
  readonly string?: string;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly tensor?: DecodedTensor;
  readonly graph?: true;
}

/** A node as a file has it. */
export interface DecodedNode {
  readonly name: string;
  readonly type: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, DecodedAttribute>;
}

/** An input or output as a file has it; a size that is not fixed is its name, or "". */
export interface DecodedValue {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly elementType: number;
  readonly shape: readonly (number | string)[];
}

/** A whole model as a file has it. */
export interface DecodedModel {
  readonly producer: string;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  readonly nodes: readonly DecodedNode[];
  readonly initializers: ReadonlyMap<string, DecodedTensor>;
  readonly inputs: readonly DecodedValue[];
  readonly outputs: readonly DecodedValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The model in the bytes of an .onnx file. Nothing beside the file is opened.
 *
 * @param source the file, for messages.
 * @throws LeukogramError ERR_FORMAT if the bytes are no ONNX model, are cut or damaged, or keep weights in another file.
 */
export function decodeModel(bytes: Uint8Array, source: string): DecodedModel {
  try {
    return modelOf(bytes);
  } catch (cause) {
    if (cause instanceof LeukogramError)
      throw new LeukogramError(cause.code, `${source}: ${cause.reason}`, {
        ...(cause.hint !== undefined && { hint: cause.hint }),
        cause,
      });
    throw new LeukogramError("ERR_FORMAT", `${source}: not an ONNX model, or damaged`, {
      hint: "Export or copy it again.",
      cause,
    });
  }
}

function modelOf(bytes: Uint8Array): DecodedModel {
  let producer = "";
  let opset = 1;
  let graph: Uint8Array | undefined;
  const metadata: [string, string][] = [];
  eachField(bytes, {
    2: (r) => {
      producer = r.string();
    },
    7: (r) => {
      graph = r.bytes();
    },
    8: (r) => {
      const { domain, version } = opsetOf(r.bytes());
      if (domain === "" || domain === "ai.onnx") opset = version;
    },
    14: (r) => metadata.push(pairOf(r.bytes())),
  });
  if (graph === undefined)
    throw new LeukogramError("ERR_FORMAT", "this is not an ONNX model: it has no graph", {
      hint: "Give an .onnx file.",
    });
  return { producer, opset, ...graphOf(graph), metadata: Object.fromEntries(metadata) };
}

function graphOf(bytes: Uint8Array): Pick<DecodedModel, "nodes" | "initializers" | "inputs" | "outputs"> {
  const nodes: DecodedNode[] = [];
  const initializers = new Map<string, DecodedTensor>();
  const inputs: DecodedValue[] = [];
  const outputs: DecodedValue[] = [];
  eachField(bytes, {
    1: (r) => nodes.push(nodeOf(r.bytes())),
    5: (r) => {
      const tensor = decodeTensor(r.bytes());
      initializers.set(tensor.name, tensor);
    },
    11: (r) => inputs.push(valueInfo(r.bytes())),
    12: (r) => outputs.push(valueInfo(r.bytes())),
    15: () => {
      throw new LeukogramError("ERR_FORMAT", "has sparse weights, which are not supported");
    },
  });
  // Before IR version 4 every weight was an input too.
  return { nodes, initializers, inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs };
}

function nodeOf(bytes: Uint8Array): DecodedNode {
  const node = { name: "", type: "", domain: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, DecodedAttribute>();
  eachField(bytes, {
    1: (r) => inputs.push(r.string()),
    2: (r) => outputs.push(r.string()),
    3: (r) => {
      node.name = r.string();
    },
    4: (r) => {
      node.type = r.string();
    },
    5: (r) => attributes.set(...attributeOf(r.bytes())),
    7: (r) => {
      node.domain = r.string();
    },
  });
  return { ...node, domain: node.domain === "ai.onnx" ? "" : node.domain, inputs, outputs, attributes };
}

function attributeOf(bytes: Uint8Array): [string, DecodedAttribute] {
  let name = "";
  const value: { -readonly [K in keyof DecodedAttribute]: DecodedAttribute[K] } = {};
  const floats: number[] = [];
  const ints: number[] = [];
  let type = 0;
  eachField(bytes, {
    1: (r) => {
      name = r.string();
    },
    2: (r) => {
      value.float = r.float();
    },
    3: (r) => {
      value.int = Number(r.int64());
    },
    4: (r) => {
      value.string = r.string();
    },
    5: (r) => {
      value.tensor = decodeTensor(r.bytes());
    },
    6: (r) => {
      r.skipType(2);
      value.graph = true;
    },
    7: (r, wire) => packed(r, wire, () => floats.push(r.float())),
    8: (r, wire) => packed(r, wire, () => ints.push(Number(r.int64()))),
    20: (r) => {
      type = r.int32();
    },
  });
  if (floats.length > 0 || type === 6) value.floats = floats;
  if (ints.length > 0 || type === 7) value.ints = ints;
  // A number that is 0 may be left out.
  if (type === 1) value.float ??= 0;
  if (type === 2) value.int ??= 0;
  return [name, value];
}

function valueInfo(bytes: Uint8Array): DecodedValue {
  const value: { name: string; elementType: number } = { name: "", elementType: 0 };
  const shape: (number | string)[] = [];
  const readShape = (r: protobuf.Reader) =>
    eachField(r.bytes(), {
      1: (dim) => {
        let size: number | string = "";
        eachField(dim.bytes(), {
          1: (d) => {
            size = Number(d.int64());
          },
          2: (d) => {
            size = d.string();
          },
        });
        shape.push(size);
      },
    });
  const readTensor = (r: protobuf.Reader) =>
    eachField(r.bytes(), {
      1: (t) => {
        value.elementType = t.int32();
      },
      2: readShape,
    });
  eachField(bytes, {
    1: (r) => {
      value.name = r.string();
    },
    2: (r) => eachField(r.bytes(), { 1: readTensor }),
  });
  return { ...value, shape };
}

function opsetOf(bytes: Uint8Array): { readonly domain: string; readonly version: number } {
  const opset = { domain: "", version: 1 };
  eachField(bytes, {
    1: (r) => {
      opset.domain = r.string();
    },
    2: (r) => {
      opset.version = Number(r.int64());
    },
  });
  return opset;
}

function pairOf(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ["", ""];
  eachField(bytes, {
    1: (r) => {
      pair[0] = r.string();
    },
    2: (r) => {
      pair[1] = r.string();
    },
  });
  return pair;
}
