import { crc32, gzipSync } from "node:zlib";
import { Rng } from "@leukogram/engine/core/rng";
import { strToU8, zipSync } from "fflate";
import sharp from "sharp";
import tar from "tar-stream";

/** Files of an archive by their names. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A zip of the files, names as they are. */
export const zipOf = (files: Files): Uint8Array => zipSync({ ...files });

/** A tar of the files; with `zipped` a tar.gz. */
export async function tarOf(files: Files, { zipped = false } = {}): Promise<Uint8Array> {
  const pack = tar.pack();
  for (const [name, data] of Object.entries(files)) pack.entry({ name }, Buffer.from(data));
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  return zipped ? gzipSync(all) : all;
}

/** A zip that says of all its files that they are encrypted. */
export function encryptedZipOf(files: Files): Uint8Array {
  const zip = Buffer.from(zipOf(files));
  for (const [head, flags] of [
    ["PK\x03\x04", 6],
    ["PK\x01\x02", 8],
  ] as const)
    for (let at = zip.indexOf(head, 0, "latin1"); at >= 0; at = zip.indexOf(head, at + 1, "latin1"))
      zip[at + flags]! |= 1;
  return zip;
}

/** A rar (version 4 of the format, stored without compression), as no free program writes it. */
export function rarOf(files: Files, { isEncrypted = false } = {}): Uint8Array {
  const block = (type: number, flags: number, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(type, 0);
    head.writeUInt16LE(flags, 1);
    head.writeUInt16LE(7 + body.length, 3);
    const whole = Buffer.concat([head, body]);
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(crc32(whole) & 0xffff);
    return Buffer.concat([sum, whole]);
  };
  const parts = [Buffer.from([0x52, 0x61, 0x72, 0x21, 0x1a, 7, 0]), block(0x73, 0, Buffer.alloc(6))];
  for (const [name, data] of Object.entries(files)) {
    const label = Buffer.from(name, "latin1");
    const body = Buffer.alloc(25);
    body.writeUInt32LE(data.length, 0); // packed
    body.writeUInt32LE(data.length, 4);
    body.writeUInt8(3, 8); // Unix
    body.writeUInt32LE(crc32(data), 9);
    body.writeUInt32LE(0x5a000000, 13);
    body.writeUInt8(20, 17);
    body.writeUInt8(0x30, 18); // stored
    body.writeUInt16LE(label.length, 19);
    body.writeUInt32LE(0o100644, 21);
    parts.push(block(0x74, isEncrypted ? 0x8004 : 0x8000, Buffer.concat([body, label])), Buffer.from(data));
  }
  parts.push(block(0x7b, 0x4000, Buffer.alloc(0)));
  return Buffer.concat(parts);
}

/** A .npy file of unsigned bytes. */
export function npyOf(shape: readonly number[], data: Uint8Array): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const header = strToU8(`${text.padEnd(117)}\n`);
  return Buffer.concat([
    Buffer.from([0x93, ...strToU8("NUMPY"), 1, 0, header.length & 255, header.length >> 8]),
    header,
    data,
  ]);
}

/** A small picture of one colour as a PNG. */
export const png = async (red: number): Promise<Uint8Array> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: red, g: 80, b: 120 } } })
    .png()
    .toBuffer();

/** Bytes that do not pack. */
export function noise(length: number): Uint8Array {
  const rng = new Rng(1);
  return Uint8Array.from({ length }, () => rng.integer(256));
}
