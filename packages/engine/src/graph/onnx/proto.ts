// Writes the few messages of onnx.proto that a graph needs (field numbers: onnx/onnx.proto, IR version 9).
import protobuf from "protobufjs/minimal.js";
import type { Shape } from "../../core/shape.ts";
import type { DType, TensorData } from "../tensor.ts";

type Writer = protobuf.Writer;

/** ONNX's numbers of the types of entries (TensorProto.DataType). */
export const ELEMENT_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** A value that an ONNX attribute can have; whole numbers are given as `{ int }`, real ones as `{ float }`. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** A node as ONNX spells it. */
export interface OnnxNode {
  readonly type: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A named type: an input or output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A constant of the graph. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A whole model. */
export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of an .onnx file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = encodeGraph(model);
  const domains = new Set(model.nodes.flatMap(({ domain }) => domain ?? []));
  const head = written((writer) => {
    writer.uint32(8).int64(9);
    writer.uint32(18).string(model.producer.name);
    writer.uint32(26).string(model.producer.version);
    writer.uint32(58).uint32(sizeOf(graph));
  });
  const rest = written((writer) => {
    for (const [domain, version] of [["", model.opset], ...[...domains].map((name) => [name, 1])] as [string, number][])
      message(writer, 8, (w) => {
        w.uint32(10).string(domain);
        w.uint32(16).int64(version);
      });
    for (const [key, value] of Object.entries(model.metadata))
      message(writer, 14, (w) => {
        w.uint32(10).string(key);
        w.uint32(18).string(value);
      });
  });
  return joined([head, ...graph, rest]);
}

// In pieces, so that large weights are copied once.
function encodeGraph(model: OnnxModel): Uint8Array[] {
  const head = written((writer) => {
    for (const node of model.nodes) message(writer, 1, (w) => encodeNode(w, node));
    writer.uint32(18).string(model.name);
  });
  const rest = written((writer) => {
    for (const input of model.inputs) message(writer, 11, (w) => encodeValue(w, input));
    for (const output of model.outputs) message(writer, 12, (w) => encodeValue(w, output));
  });
  return [head, ...model.initializers.flatMap(encodeInitializer), rest];
}

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return writer.finish();
}

const sizeOf = (pieces: readonly Uint8Array[]) => pieces.reduce((sum, { length }) => sum + length, 0);

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(sizeOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

// A node needs no name beside that of its output.
function encodeNode(writer: Writer, node: OnnxNode): void {
  for (const name of node.inputs) writer.uint32(10).string(name);
  for (const name of node.outputs) writer.uint32(18).string(name);
  writer.uint32(34).string(node.type);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, (w) => encodeAttribute(w, name, value));
  if (node.domain !== undefined) writer.uint32(58).string(node.domain);
}

function encodeAttribute(writer: Writer, name: string, value: OnnxAttribute): void {
  writer.uint32(10).string(name);
  if ("float" in value) writer.uint32(21).float(value.float).uint32(160).int32(1);
  else if ("int" in value) writer.uint32(24).int64(value.int).uint32(160).int32(2);
  else if ("string" in value) writer.uint32(34).string(value.string).uint32(160).int32(3);
  else {
    for (const entry of value.ints) writer.uint32(64).int64(entry);
    writer.uint32(160).int32(7);
  }
}

function encodeInitializer({ name, dtype, shape, data }: OnnxInitializer): Uint8Array[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const fields = written((writer) => {
    for (const size of shape) writer.uint32(8).int64(size);
    writer.uint32(16).int32(ELEMENT_TYPE[dtype]);
    writer.uint32(66).string(name);
    writer.uint32(74).uint32(raw.length);
  });
  const head = written((writer) => writer.uint32(42).uint32(fields.length + raw.length));
  return [head, fields, raw];
}

function encodeValue(writer: Writer, { name, dtype, shape }: OnnxValue): void {
  writer.uint32(10).string(name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.uint32(8).int32(ELEMENT_TYPE[dtype]);
      message(tensor, 2, (dims) => {
        for (const dim of shape)
          message(dims, 1, (w) => {
            if (typeof dim === "number") w.uint32(8).int64(dim);
            else w.uint32(18).string(dim);
          });
      });
    }),
  );
}

function message(writer: Writer, field: number, write: (writer: Writer) => void): void {
  writer.uint32((field << 3) | 2).fork();
  write(writer);
  writer.ldelim();
}
