// What the mutators of all formats share: hostile values, and damage to bytes without regard to their meaning.
import type { Rng } from "@leukogram/engine/core/rng";

/** One of a list. */
export const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.integer(list.length)]!;

/** Whole numbers at which sizes overflow, turn negative or fill the memory. */
export const HOSTILE_NUMBERS = [
  0,
  -1,
  1,
  2,
  7,
  255,
  256,
  65535,
  65536,
  1e6,
  2 ** 24,
  2 ** 28,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  -(2 ** 31),
  -(2 ** 53) + 1,
];

/** Texts that reach outside, name what every object has, or confuse a terminal. */
export const HOSTILE_TEXTS = [
  "",
  "..",
  "../../../../etc/passwd",
  "/etc/passwd",
  "..\\..\\secret.bin",
  "C:\\secret.bin",
  "file:///etc/passwd",
  "/dev/zero",
  "/dev/stdin",
  "\\\\server\\share",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "a\nb\n    at x (y:1:1)",
  "\u001b[2J\u001b]0;owned\u0007",
  "\0",
  "nul\0byte",
  "x".repeat(100_000),
  "\ud800",
  "layers",
  "vars",
  "images",
  "probabilities",
];

type Damage = (bytes: Buffer, rng: Rng, words: readonly Uint8Array[]) => Uint8Array;

const at = (bytes: Uint8Array, rng: Rng) => rng.integer(Math.max(1, bytes.length));

const splice = (bytes: Buffer, from: number, to: number, middle: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

const flip: Damage = (bytes, rng) => {
  for (let i = 1 + rng.integer(8); i > 0; i--) {
    const place = at(bytes, rng);
    bytes[place] = bytes[place]! ^ (1 << rng.integer(8));
  }
  return bytes;
};

const overwrite: Damage = (bytes, rng) => {
  const [from, count, same] = [at(bytes, rng), 1 + rng.integer(16), pick(rng, [0, 255, 127, 128, undefined])];
  for (let i = from; i < Math.min(bytes.length, from + count); i++) bytes[i] = same ?? rng.integer(256);
  return bytes;
};

const cut: Damage = (bytes, rng) => bytes.subarray(0, at(bytes, rng));

const hole: Damage = (bytes, rng) => {
  const from = at(bytes, rng);
  return splice(bytes, from, Math.min(bytes.length, from + 1 + rng.integer(64)), new Uint8Array());
};

const insertion: Damage = (bytes, rng) => {
  const from = at(bytes, rng);
  return splice(
    bytes,
    from,
    from,
    Uint8Array.from({ length: 1 + rng.integer(64) }, () => rng.integer(256)),
  );
};

const duplication: Damage = (bytes, rng) => {
  const from = at(bytes, rng);
  const part = bytes.subarray(from, from + 1 + rng.integer(512));
  const to = at(bytes, rng);
  return splice(bytes, to, to, part);
};

/** A length, count or address, as it may stand anywhere. */
const lengthField: Damage = (bytes, rng) => {
  const [place, width, value] = [at(bytes, rng), pick(rng, [1, 2, 4, 8]), pick(rng, HOSTILE_NUMBERS)];
  const field = Buffer.alloc(8);
  field.writeBigInt64LE(BigInt(value));
  field.copy(bytes, place, 0, Math.min(width, bytes.length - place));
  return bytes;
};

const word: Damage = (bytes, rng, words) => {
  const place = at(bytes, rng);
  const found = words.length > 0 ? pick(rng, words) : Buffer.from(pick(rng, HOSTILE_TEXTS));
  return splice(bytes, place, rng.integer(2) === 0 ? place : place + found.length, found);
};

const DAMAGES: readonly Damage[] = [flip, overwrite, cut, hole, insertion, duplication, lengthField, word];

/** The bytes, damaged in one to three ways. @param words what a file of this kind is made of. */
export function damaged(bytes: Uint8Array, rng: Rng, words: readonly string[] = []): Uint8Array {
  let result: Uint8Array = bytes;
  const dictionary = words.map((text) => Buffer.from(text, "latin1"));
  for (let i = 1 + (rng.integer(4) === 0 ? rng.integer(3) : 0); i > 0; i--)
    result = pick(rng, DAMAGES)(Buffer.from(result), rng, dictionary);
  return result;
}
