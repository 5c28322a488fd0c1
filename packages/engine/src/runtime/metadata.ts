import protobuf from "protobufjs/minimal.js";
import { LeukogramError } from "../core/errors.ts";

/** Field of ModelProto that holds an entry of the metadata. */
const METADATA = 14;

/**
 * The metadata of an ONNX file, read without decoding the graph.
 *
 * @throws ERR_FORMAT if the bytes are no ONNX file.
 */
export function readMetadata(model: Uint8Array): Readonly<Record<string, string>> {
  try {
    return readEntries(model);
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", "model: the bytes are not an ONNX file", { cause });
  }
}

function readEntries(model: Uint8Array): Record<string, string> {
  const reader = protobuf.Reader.create(model);
  const entries: [string, string][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 !== METADATA) reader.skipType(tag & 7);
    else entries.push(readEntry(reader, reader.uint32() + reader.pos));
  }
  return Object.fromEntries(entries);
}

function readEntry(reader: protobuf.Reader, end: number): [string, string] {
  const entry: [string, string] = ["", ""];
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) entry[0] = reader.string();
    else if (tag >>> 3 === 2) entry[1] = reader.string();
    else reader.skipType(tag & 7);
  }
  return entry;
}

/**
 * The same model with entries of its metadata set; its graph stays as it is to the byte.
 *
 * @throws ERR_FORMAT if the bytes are no ONNX file.
 */
export function withMetadata(model: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  readMetadata(model);
  const writer = protobuf.Writer.create();
  const reader = protobuf.Reader.create(model);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const end = tag >>> 3 === METADATA ? reader.uint32() + reader.pos : undefined;
    const isReplaced = end !== undefined && readEntry(reader, end)[0] in entries;
    if (end === undefined) reader.skipType(tag & 7);
    if (!isReplaced) writer.raw(model.subarray(start, reader.pos));
  }
  for (const [key, value] of Object.entries(entries))
    writer
      .uint32((METADATA << 3) | 2)
      .fork()
      .uint32(10)
      .string(key)
      .uint32(18)
      .string(value)
      .ldelim();
  return writer.finish();
}

/** The parts of an ONNX file beside its metadata, in order: what it computes, whatever is said of it. */
export function partsBesideMetadata(model: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const reader = protobuf.Reader.create(model);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    reader.skipType(tag & 7);
    if (tag >>> 3 !== METADATA) parts.push(model.subarray(start, reader.pos));
  }
  return parts;
}

/** A list that the metadata hold as JSON; undefined if there is none, as other programs may write something else under our key. */
export function metadataList(metadata: Readonly<Record<string, string>>, key: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(metadata[key] ?? "");
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
