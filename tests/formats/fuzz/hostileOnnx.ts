// Damage to ONNX message by message, lengths made right again: sizes, names, weights elsewhere, graphs that go round.

import type { Rng } from "@leukogram/engine/core/rng";
import protobuf from "protobufjs/minimal.js";
import { damaged, HOSTILE_NUMBERS, HOSTILE_TEXTS, pick } from "./hostile.ts";

interface Field {
  readonly number: number;
  readonly wire: number;
  content: Uint8Array | Field[];
}

type Schema = { readonly [field: number]: Schema };

// Which fields of ModelProto hold messages (onnx/onnx.proto).
const TENSOR: Schema = {};
const SCHEMA: Schema = {
  7: { 1: { 5: { 5: TENSOR } }, 5: TENSOR, 11: { 2: { 1: { 2: { 1: {} } } } }, 12: { 2: { 1: { 2: { 1: {} } } } } },
  8: {},
  14: {},
};

const WORDS = [
  "Conv",
  "Relu",
  "Reshape",
  "Shape",
  "Gather",
  "ConstantOfShape",
  "Range",
  "Expand",
  "Tile",
  "If",
  "Loop",
  "Pad",
  "Slice",
  "y",
  "x",
];

/** The model, damaged in one to four of its fields. */
export function damagedOnnx(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.integer(5) === 0) return damaged(bytes, rng, WORDS);
  const root = parse(bytes, SCHEMA);
  for (let i = 1 + (rng.integer(3) === 0 ? rng.integer(4) : 0); i > 0; i--) change(root, rng);
  return write(root);
}

function parse(bytes: Uint8Array, schema: Schema): Field[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const inner = schema[tag >>> 3];
    const start = reader.pos;
    if ((tag & 7) === 2) {
      const content = reader.bytes();
      fields.push({ number: tag >>> 3, wire: 2, content: inner === undefined ? content : parse(content, inner) });
    } else {
      reader.skipType(tag & 7);
      fields.push({ number: tag >>> 3, wire: tag & 7, content: bytes.slice(start, reader.pos) });
    }
  }
  return fields;
}

function write(fields: readonly Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { number, wire, content } of fields) {
    writer.uint32((number << 3) | wire);
    const bytes = Array.isArray(content) ? write(content) : content;
    if (wire === 2) writer.bytes(bytes);
    else writer.raw(bytes);
  }
  return writer.finish();
}

/** All messages within, the outermost with a share of its own. */
function messages(fields: Field[], found: Field[][] = []): Field[][] {
  found.push(fields);
  for (const { content } of fields) if (Array.isArray(content)) messages(content, found);
  return found;
}

const varint = (value: number) => protobuf.Writer.create().int64(value).finish();

function change(root: Field[], rng: Rng): void {
  const all = messages(root).filter((fields) => fields.length > 0);
  const message = pick(rng, all);
  const field = pick(rng, message);
  const other = pick(rng, pick(rng, all));
  const choice = rng.integer(12);
  if (choice === 0) message.splice(message.indexOf(field), 1);
  else if (choice === 1) message.splice(rng.integer(message.length), 0, structuredClone(other));
  else if (choice === 2) message.push(...new Array(pick(rng, [1, 50, 2000])).fill(field));
  else if (choice === 3) message.sort(() => rng.integer(3) - 1);
  else if (choice === 4) external(pick(rng, all), rng);
  else if (choice === 5) message.push(nested(rng));
  else if (choice <= 8) replaceNumber(all, rng);
  else replaceText(all, field, rng);
}

function replaceNumber(all: Field[][], rng: Rng): void {
  const numbers = all.flat().filter(({ wire }) => wire === 0);
  if (numbers.length > 0) pick(rng, numbers).content = varint(pick(rng, HOSTILE_NUMBERS));
}

// By another of the file, so that nodes read their own result; or by one that means harm.
function replaceText(all: Field[][], field: Field, rng: Rng): void {
  const texts = all.flat().filter(({ wire, content }) => wire === 2 && !Array.isArray(content) && content.length < 40);
  const target = texts.length > 0 && rng.integer(4) > 0 ? pick(rng, texts) : field;
  const choice = rng.integer(4);
  if (Array.isArray(target.content)) target.content = rng.integer(2) === 0 ? [] : structuredClone(pick(rng, all));
  else if (choice <= 1 && texts.length > 0) target.content = (pick(rng, texts).content as Uint8Array).slice();
  else if (choice === 2)
    target.content = Buffer.from(rng.integer(2) === 0 ? pick(rng, WORDS) : pick(rng, HOSTILE_TEXTS));
  else target.content = damaged(target.content, rng, WORDS);
}

/** Fields of TensorProto that say that its numbers lie elsewhere. */
function external(message: Field[], rng: Rng): void {
  const entry = (key: string, value: string) =>
    protobuf.Writer.create().uint32(10).string(key).uint32(18).string(value).finish();
  message.push({ number: 13, wire: 2, content: entry("location", pick(rng, HOSTILE_TEXTS)) });
  message.push({ number: 13, wire: 2, content: entry("length", String(pick(rng, HOSTILE_NUMBERS))) });
  message.push({ number: 14, wire: 0, content: varint(1) });
}

// Groups within groups, graphs within graphs, or a very long list.
function nested(rng: Rng): Field {
  const depth = pick(rng, [50, 5000, 100_000]);
  const choice = rng.integer(3);
  if (choice === 0) {
    const content = Buffer.concat([
      Buffer.alloc(depth, ((99 << 3) & 127) | 3),
      Buffer.alloc(depth, ((99 << 3) & 127) | 4),
    ]);
    return { number: 12, wire: 3, content };
  }
  if (choice === 1) return { number: pick(rng, [1, 4, 5, 7, 8]), wire: 2, content: Buffer.alloc(depth * 10, 1) };
  let content: Uint8Array = Buffer.from([8, 1]);
  for (let i = 0; i < Math.min(depth, 3000); i++) content = protobuf.Writer.create().uint32(50).bytes(content).finish();
  return { number: 6, wire: 2, content };
}
