// Damage to HDF5 within what holds it together: headers, trees, heaps and tables, their checksums made right again.

import { Rng } from "@leukogram/engine/core/rng";
import { lookup3 } from "@leukogram/engine/formats/hdf5/hdf5Times";
import type { Group } from "h5wasm";
import { h5Bytes } from "../support/h5.ts";
import { damaged, HOSTILE_NUMBERS, pick } from "./hostile.ts";

const SIGNATURES = [
  "OHDR",
  "OCHK",
  "TREE",
  "HEAP",
  "SNOD",
  "GCOL",
  "FRHP",
  "FHDB",
  "FHIB",
  "BTHD",
  "BTLF",
  "BTIN",
  "FADB",
  "FAHD",
  "\x89HDF",
];
const WORDS = [
  ...SIGNATURES,
  "layers",
  "vars",
  "weight_names",
  "layer_names",
  "model_config",
  "\xff".repeat(8),
  "\0".repeat(8),
];

/** The file, damaged near its structures, or anywhere. */
export function damagedHdf5(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.integer(4) === 0) return damaged(bytes, rng, WORDS);
  const copy = Buffer.from(bytes);
  const starts = structures(copy);
  for (let i = 1 + rng.integer(3); i > 0; i--)
    hit(copy, pick(rng, starts) + rng.integer(pick(rng, [16, 64, 300])), rng);
  if (rng.integer(5) > 0) repairChecksums(copy);
  return rng.integer(20) === 0 ? copy.subarray(0, rng.integer(copy.length)) : copy;
}

const known = new Map<string, number[]>();

function structures(bytes: Buffer): number[] {
  const key = `${bytes.length} ${lookup3(bytes.subarray(0, 4096))}`;
  const found = known.get(key) ?? SIGNATURES.flatMap((signature) => allOf(bytes, signature));
  known.set(key, found);
  return found;
}

function allOf(bytes: Buffer, word: string): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(word, 0, "latin1"); at >= 0; at = bytes.indexOf(word, at + 1, "latin1")) found.push(at);
  return found;
}

function hit(bytes: Buffer, at: number, rng: Rng): void {
  if (at + 8 > bytes.length) return;
  const choice = rng.integer(4);
  if (choice === 0) bytes[at] = bytes[at]! ^ (1 << rng.integer(8));
  else if (choice === 1) bytes[at] = pick(rng, [0, 1, 2, 3, 4, 8, 16, 127, 128, 255]);
  else if (choice === 2) {
    const value = Buffer.alloc(8);
    value.writeBigInt64LE(BigInt(pick(rng, [...HOSTILE_NUMBERS, bytes.length, at, rng.integer(bytes.length)])));
    value.copy(bytes, at, 0, pick(rng, [1, 2, 4, 8]));
  } else bytes.copyWithin(at, rng.integer(bytes.length - 8), undefined);
}

/** Object headers of the second version have a checksum behind them. */
function repairChecksums(bytes: Buffer): void {
  for (const at of allOf(bytes, "OHDR")) {
    if (at + 40 > bytes.length) continue;
    const flags = bytes[at + 5]!;
    const sizeAt = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const width = 1 << (flags & 3);
    if (width === 8) continue;
    const end = sizeAt + width + bytes.readUIntLE(sizeAt, width);
    if (end + 4 <= bytes.length) bytes.writeUInt32LE(lookup3(bytes.subarray(at, end)), end);
  }
  const tableEnd = bytes[8]! >= 2 ? 44 : 0;
  if (tableEnd > 0) bytes.writeUInt32LE(lookup3(bytes.subarray(0, tableEnd)), tableEnd);
}

/** Files that are whole and hostile: sizes without data, links that go round or outside, text where numbers are due. */
async function madeHostile(rng: Rng): Promise<Uint8Array> {
  const length = pick(rng, [2 ** 20, 2 ** 26, 2 ** 29, 2 ** 31, 2 ** 40]);
  const kinds: readonly ((vars: Group, root: Group) => void)[] = [
    // Reserved and never written: of a few bytes.
    (vars) => {
      const dataset = vars.create_dataset({
        name: "0",
        data: new Float32Array(4),
        shape: [4],
        maxshape: [null],
        chunks: [4096],
      });
      dataset.resize([length]);
    },
    (vars) => {
      const data = new Float32Array(2 ** 20);
      vars.create_dataset({ name: "0", data, shape: [2 ** 20], chunks: [2 ** 18], compression: 9 });
      for (let i = 1; i < 40; i++) vars.create_hard_link("/layers/dense/vars/0", String(i));
    },
    (_, root) =>
      root.create_external_link(pick(rng, ["/dev/stdin", "/dev/random", "/etc/passwd"]), "/", "model_weights"),
    (vars) => vars.create_external_link(pick(rng, ["/dev/stdin", "/dev/random", "leukogram-0.h5"]), "/x", "0"),
    (vars) => vars.create_soft_link(pick(rng, ["/layers", "/nowhere", "/layers/dense/vars/0", "0"]), "0"),
    (vars) => vars.create_dataset({ name: "0", data: ["text", "where numbers are due"] }),
    (vars) => vars.create_attribute("name", "x".repeat(60_000)),
  ];
  return h5Bytes((root) => {
    const vars = root.create_group("layers").create_group("dense").create_group("vars");
    pick(rng, kinds)(vars, root);
  });
}

// Made before any is read: the HDF5 library may be left unable to write by a damaged file.
const hostile: Uint8Array[] = [];
for (let i = 0; i < 60; i++) hostile.push(await madeHostile(new Rng(`hostile HDF5 ${i}`)));

/** One of the files that are whole and hostile. */
export const hostileHdf5 = (rng: Rng): Uint8Array => pick(rng, hostile);
