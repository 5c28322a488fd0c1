// Every reader, what it reads, and how its files are damaged.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rng } from "@leukogram/engine/core/rng";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { readSafeTensors } from "@leukogram/engine/formats/weights/safetensors";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import { readMetadata, withMetadata } from "@leukogram/engine/runtime/metadata";
import { withNpz } from "leukogram/data/archives/npz";
import { parseShippedIndex } from "leukogram/shipped/shipped";
import { damaged, pick } from "./hostile.ts";
import { damagedHdf5, hostileHdf5 } from "./hostileHdf5.ts";
import { damagedJson } from "./hostileJson.ts";
import { damagedOnnx } from "./hostileOnnx.ts";
import { damagedZip } from "./hostileZip.ts";
import { type Files, SEEDS, smallModel } from "./seeds.ts";

/** What is asked of a file, and what comes of damage to it. */
export interface FuzzedReader {
  readonly seed: keyof typeof SEEDS;
  damage(files: Files, rng: Rng): Files | Promise<Files>;
  /** Reads the file at a path; a hostile one ends in a LeukogramError. */
  read(path: string): Promise<unknown>;
}

const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));
const changedJson = (bytes: Uint8Array, rng: Rng) => Buffer.from(damagedJson(json(bytes), rng));

/** Damage to the only file. */
const single = (act: (bytes: Uint8Array, rng: Rng) => Uint8Array | Promise<Uint8Array>) => {
  return async (files: Files, rng: Rng): Promise<Files> => {
    const [name, bytes] = Object.entries(files)[0]!;
    return { [name]: await act(bytes, rng) };
  };
};

const kerasZip = single((bytes, rng) =>
  damagedZip(bytes, rng, (name, content, draw) =>
    name.endsWith(".json") ? changedJson(content, draw) : damagedHdf5(content, draw),
  ),
);

/** The text of model_config, of a length that fits, in its place. */
function configChanged(bytes: Uint8Array, rng: Rng): Uint8Array {
  const copy = Buffer.from(bytes);
  const start = copy.indexOf('{"class_name"');
  const end = start < 0 ? -1 : endOfJson(copy, start);
  if (end < 0) return damagedHdf5(bytes, rng);
  const text = damagedJson(json(copy.subarray(start, end)), rng);
  const room = end - start;
  copy.write(Buffer.byteLength(text) > room ? text.slice(0, room) : text.padEnd(room), start, room, "utf8");
  return copy;
}

function endOfJson(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0x7b) depth++;
    if (bytes[at] === 0x7d && --depth === 0) return at + 1;
  }
  return -1;
}

const hdf5 = single((bytes, rng) => (rng.integer(3) === 0 ? configChanged(bytes, rng) : damagedHdf5(bytes, rng)));
const weightsFile = single((bytes, rng) => (rng.integer(10) === 0 ? hostileHdf5(rng) : damagedHdf5(bytes, rng)));

function tensorflowJs(files: Files, rng: Rng): Files {
  const [[main, model], [other, weights]] = Object.entries(files) as [[string, Uint8Array], [string, Uint8Array]];
  if (rng.integer(4) === 0) return { [main]: model, [other]: damaged(weights, rng) };
  return { [main]: changedJson(model, rng), [other]: weights };
}

async function safetensors(bytes: Uint8Array, rng: Rng): Promise<Uint8Array> {
  const copy = Buffer.from(bytes);
  if (rng.integer(2) === 0) return damaged(copy, rng, ["F32", "I8", "data_offsets", "__metadata__"]);
  const end = 8 + Number(copy.readBigUInt64LE());
  const text = Buffer.from(damagedJson(json(copy.subarray(8, end)), rng));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, copy.subarray(end)]);
}

async function readNpzRows(path: string): Promise<void> {
  await withNpz(path, async (arrays) => {
    for (const array of arrays.values()) for await (const row of array.rows()) if (row.length < 0) return;
  });
}

async function rewritten(path: string): Promise<void> {
  const bytes = readFileSync(path);
  readMetadata(bytes);
  withMetadata(bytes, { classes: "[]" });
  halfWeights(bytes);
}

/** The readers, by name. */
export const READERS: Readonly<Record<string, FuzzedReader>> = {
  "Keras 3 .keras": { seed: "keras3", damage: kerasZip, read: readModel },
  "Keras 2 .h5": { seed: "keras2", damage: hdf5, read: readModel },
  "Keras 1 .h5": { seed: "keras1", damage: hdf5, read: readModel },
  ".h5 of h5py": { seed: "h5py", damage: hdf5, read: readModel },
  ".weights.h5": {
    seed: "weights",
    damage: weightsFile,
    read: async (path) => loadWeights(smallModel(), await readKerasFile(path), { source: path, match: "order" }),
  },
  "TensorFlow.js": { seed: "tensorflowJs", damage: tensorflowJs, read: readModel },
  ONNX: { seed: "onnx", damage: single(damagedOnnx), read: readModel },
  "ONNX of ours": { seed: "ownOnnx", damage: single(damagedOnnx), read: readModel },
  "ONNX, rewritten": { seed: "ownOnnx", damage: single(damagedOnnx), read: rewritten },
  safetensors: { seed: "safetensors", damage: single(safetensors), read: readSafeTensors },
  npz: {
    seed: "npz",
    damage: single((bytes, rng) => damagedZip(bytes, rng, (_, content, draw) => npy(content, draw))),
    read: readNpzRows,
  },
  "models/index.json": {
    seed: "index",
    damage: single(changedJson),
    read: async (path) => parseShippedIndex(readFileSync(path, "utf8"), path),
  },
};

function npy(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.integer(2) === 0) return damaged(bytes, rng);
  const size = pick(rng, [
    "-1",
    "1e9",
    "9007199254740993",
    "4294967296",
    "",
    "x",
    "3, 4294967296, 4294967296",
    "0",
    "1.5",
  ]);
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/'shape': \([^)]*\)/, `'shape': (${size},)`);
  return Buffer.from(text, "latin1");
}

/** Puts files into a fresh folder; the path of the first. */
export function placed(files: Files, folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return join(folder, Object.keys(files)[0]!);
}

export { SEEDS };
