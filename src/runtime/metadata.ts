import protobuf from "protobufjs/minimal.js";
import { LeukogramError } from "../core/errors.ts";

/**
 * The metadata of an ONNX file (ModelProto field 14), read without decoding the graph.
 *
 * @throws ERR_FORMAT where the bytes are no ONNX file.
 */
export function readMetadata(model: Uint8Array): Readonly<Record<string, string>> {
  try {
    return readEntries(model);
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", "model: these bytes are no ONNX file", { cause });
  }
}

function readEntries(model: Uint8Array): Record<string, string> {
  const reader = protobuf.Reader.create(model);
  const entries: [string, string][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 !== 14) reader.skipType(tag & 7);
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
