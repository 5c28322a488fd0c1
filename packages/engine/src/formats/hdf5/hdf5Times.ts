// HDF5 notes in every object when it was made. Files of equal contents shall be of equal bytes.

const TIMES = 0x20; // flag of an object header that holds four times of 4 bytes
const TIMES_AT = 6;

/** Sets all times in the bytes of an HDF5 file to 0, and the checksums over them again (HDF5 format, IV.A.1.b). */
export function zeroTimes(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = found.indexOf("OHDR"); at >= 0; at = found.indexOf("OHDR", at + 4)) {
    const end = headerEnd(view, at);
    // Weights may spell OHDR by chance; their next bytes then are no checksum.
    if (end === undefined || view.getUint32(end, true) !== lookup3(bytes.subarray(at, end))) continue;
    bytes.fill(0, at + TIMES_AT, at + TIMES_AT + 16);
    view.setUint32(end, lookup3(bytes.subarray(at, end)), true);
  }
}

// Where the checksum of a header begins; undefined if it is none that holds times.
function headerEnd(view: DataView, at: number): number | undefined {
  if (at + 32 > view.byteLength || view.getUint8(at + 4) !== 2) return undefined;
  const flags = view.getUint8(at + 5);
  if ((flags & TIMES) === 0) return undefined;
  const sizeAt = at + TIMES_AT + 16 + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  if (width === 8) return undefined;
  const size = [1, 2].includes(width)
    ? width === 1
      ? view.getUint8(sizeAt)
      : view.getUint16(sizeAt, true)
    : view.getUint32(sizeAt, true);
  const end = sizeAt + width + size;
  return end + 4 <= view.byteLength ? end : undefined;
}

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));

/** Bob Jenkins's hashlittle of 2006, from 0: the checksum of HDF5's metadata. */
export function lookup3(bytes: Uint8Array): number {
  let a = (0xdeadbeef + bytes.length) | 0;
  let [b, c] = [a, a];
  const padded = new Uint8Array(Math.max(12, Math.ceil(bytes.length / 12) * 12));
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  if (bytes.length === 0) return c >>> 0;
  for (let at = 0; at < padded.length; at += 12) {
    a = (a + view.getUint32(at, true)) | 0;
    b = (b + view.getUint32(at + 4, true)) | 0;
    c = (c + view.getUint32(at + 8, true)) | 0;
    [a, b, c] = at + 12 < padded.length ? mix(a, b, c) : finish(a, b, c);
  }
  return c >>> 0;
}

function mix(a: number, b: number, c: number): [number, number, number] {
  a = ((a - c) ^ rotate(c, 4)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 6)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 8)) | 0;
  b = (b + a) | 0;
  a = ((a - c) ^ rotate(c, 16)) | 0;
  c = (c + b) | 0;
  b = ((b - a) ^ rotate(a, 19)) | 0;
  a = (a + c) | 0;
  c = ((c - b) ^ rotate(b, 4)) | 0;
  b = (b + a) | 0;
  return [a, b, c];
}

function finish(a: number, b: number, c: number): [number, number, number] {
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return [a, b, c];
}
