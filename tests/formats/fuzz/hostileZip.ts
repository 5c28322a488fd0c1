// Damage to zip archives: bombs, sizes that lie, names that reach outside, thousands of entries.

import type { Rng } from "@leukogram/engine/core/rng";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { damaged, HOSTILE_NUMBERS, HOSTILE_TEXTS, pick } from "./hostile.ts";

/** A change to the content of an entry. */
export type EntryChange = (name: string, bytes: Uint8Array, rng: Rng) => Uint8Array;

// A record of files can't have the name of every object's prototype.
const NAMES = HOSTILE_TEXTS.filter((text) => text !== "" && text.length < 1000 && !(text in {}));

const bombs = new Map<number, Uint8Array>();

/** A zip entry of so many MB of zeros, of a thousandth of that. */
function zeros(megabytes: number): Uint8Array {
  const known = bombs.get(megabytes);
  if (known !== undefined) return known;
  const made = zipSync({ x: new Uint8Array(megabytes * 2 ** 20) }, { level: 9 });
  bombs.set(megabytes, made);
  return made;
}

/** The archive, damaged in its structure, or one entry by `change`. */
export function damagedZip(zip: Uint8Array, rng: Rng, change: EntryChange): Uint8Array {
  const files = unzipSync(zip);
  const names = Object.keys(files);
  const name = pick(rng, names);
  const choice = rng.integer(12);
  if (choice <= 4)
    return zipSync({ ...files, [name]: change(name, files[name]!, rng) }, { level: choice === 0 ? 6 : 0 });
  if (choice === 5) return bomb(files, name, rng);
  if (choice === 6) return lying(Buffer.from(rng.integer(2) === 0 ? zip : zipSync(files)), rng);
  if (choice === 7) return twice(files, name, rng);
  if (choice === 8) return many(files, rng);
  if (choice === 9) {
    const { [name]: moved, ...rest } = files;
    return zipSync({ ...rest, [pick(rng, NAMES)]: moved! }, { level: 0 });
  }
  if (choice === 10)
    return zipSync(Object.fromEntries(names.map((key, i) => [key, files[names[(i + 1) % names.length]!]!])));
  return damaged(zip, rng, ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", ...names]);
}

// An entry of zeros, put in the place of a real one.
function bomb(files: Record<string, Uint8Array>, name: string, rng: Rng): Uint8Array {
  const size = pick(rng, [8, 64, 200]);
  const marker = "x";
  const { [name]: _, ...rest } = files;
  const others = Buffer.from(zipSync({ ...rest }, { level: 0 }));
  const packed = Buffer.from(zeros(size));
  return renamed(joined(packed, others), marker, name);
}

// Two archives of one, entries behind each other.
function joined(a: Buffer, b: Buffer): Buffer {
  const ends = [a, b].map((zip) => ({ zip, end: zip.length - 22 }));
  const parts = ends.map(({ zip, end }) => {
    const start = zip.readUInt32LE(end + 16);
    return {
      local: zip.subarray(0, start),
      central: Buffer.from(zip.subarray(start, end)),
      count: zip.readUInt16LE(end + 10),
    };
  });
  const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]];
  for (let at = 0; at < second.central.length; ) {
    second.central.writeUInt32LE(second.central.readUInt32LE(at + 42) + first.local.length, at + 42);
    at +=
      46 +
      second.central.readUInt16LE(at + 28) +
      second.central.readUInt16LE(at + 30) +
      second.central.readUInt16LE(at + 32);
  }
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(first.count + second.count, 8);
  tail.writeUInt16LE(first.count + second.count, 10);
  tail.writeUInt32LE(first.central.length + second.central.length, 12);
  tail.writeUInt32LE(first.local.length + second.local.length, 16);
  return Buffer.concat([first.local, second.local, first.central, second.central, tail]);
}

// The first entry under another name, in both of its headers.
function renamed(zip: Buffer, from: string, to: string): Buffer {
  const start = zip.readUInt32LE(zip.length - 6);
  const named = (header: Buffer, lengthAt: number, nameAt: number) => {
    const head = Buffer.from(header.subarray(0, nameAt));
    head.writeUInt16LE(to.length, lengthAt);
    return Buffer.concat([head, strToU8(to), header.subarray(nameAt + from.length)]);
  };
  const local = named(zip.subarray(0, start), 26, 30);
  const central = named(zip.subarray(start, zip.length - 22), 28, 46);
  for (let at = 46 + to.length + central.readUInt16LE(30) + central.readUInt16LE(32); at < central.length; ) {
    central.writeUInt32LE(central.readUInt32LE(at + 42) + to.length - from.length, at + 42);
    at += 46 + central.readUInt16LE(at + 28) + central.readUInt16LE(at + 30) + central.readUInt16LE(at + 32);
  }
  const tail = Buffer.from(zip.subarray(zip.length - 22));
  tail.writeUInt32LE(central.length, 12);
  tail.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, tail]);
}

// Sizes, offsets, methods and counts of the directory.
function lying(zip: Buffer, rng: Rng): Buffer {
  const end = zip.length - 22;
  const start = zip.readUInt32LE(end + 16);
  const heads: number[] = [];
  for (let at = start; at < end; ) {
    heads.push(at);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  for (let i = 1 + rng.integer(3); i > 0; i--) {
    const value = Number(BigInt.asUintN(32, BigInt(pick(rng, HOSTILE_NUMBERS))));
    const head = pick(rng, heads);
    const wide = pick(rng, [head + 20, head + 24, head + 24, head + 42, end + 12, end + 16]);
    if (rng.integer(4) > 0) zip.writeUInt32LE(value, wide);
    else zip.writeUInt16LE(value & 0xffff, pick(rng, [head + 8, head + 10, head + 28, head + 30, end + 8, end + 10]));
  }
  return zip;
}

// One name, several times.
function twice(files: Record<string, Uint8Array>, name: string, rng: Rng): Uint8Array {
  let zip: Buffer = Buffer.from(zipSync(files, { level: 0 }));
  const more = Buffer.from(zipSync({ [name]: files[name]! }, { level: 0 }));
  for (let i = pick(rng, [1, 5, 200]); i > 0; i--) zip = joined(zip, more);
  return zip;
}

function many(files: Record<string, Uint8Array>, rng: Rng): Uint8Array {
  const others = Array.from({ length: pick(rng, [100, 5000]) }, (_, i) => [
    `junk/${i}`,
    strToU8(strFromU8(strToU8(`${i}`))),
  ]);
  return zipSync({ ...Object.fromEntries(others), ...files }, { level: 0 });
}
