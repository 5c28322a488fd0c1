// How blocks of a TIFF file are packed (TIFF 6.0, sections 9 and 13; Deflate as zlib writes it).

/** Unpacks a block to so many bytes. @throws RangeError or Error if it is damaged. */
type Unpack = (packed: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

/** By the number of the compression. */
export const unpackers: Readonly<Record<number, Unpack>> = {
  1: (packed) => packed,
  5: unpackLzw,
  8: inflate,
  32946: inflate,
  32773: unpackBits,
};

async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let from = 0, to = 0; to < size && from < packed.length; ) {
    const head = packed[from++]!;
    if (head < 128) {
      out.set(packed.subarray(from, Math.min(from + head + 1, from + size - to)), to);
      from += head + 1;
      to += head + 1;
    } else if (head > 128) {
      out.fill(packed[from++]!, to, to + 257 - head);
      to += 257 - head;
    }
  }
  return out;
}

const CLEAR = 256;
const END = 257;

// Codes of 9 to 12 bits, the highest first; the width grows one code before it must.
function unpackLzw(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  // Each entry is a piece of what was written: where it begins, and its length.
  const [begins, lengths] = [new Uint32Array(4096), new Uint16Array(4096)];
  let [to, at, width, next] = [0, 0, 9, END + 1];
  let last: { readonly begin: number; readonly length: number } | undefined;
  while (to < size) {
    if (at + width > packed.length * 8) throw new RangeError("its pixels end too early");
    const code = bitsOf(packed, at, width);
    at += width;
    if (code === END) break;
    if (code === CLEAR) {
      [width, next, last] = [9, END + 1, undefined];
      continue;
    }
    if (last !== undefined && next < 4096) {
      begins[next] = last.begin;
      lengths[next++] = last.length + 1;
    }
    if (code >= next && code > 255) throw new RangeError("a code of its pixels is not known");
    const [begin, length] = [to, code < 256 ? 1 : lengths[code]!];
    // The entry that was just made may reach into what it is about to write, so it is copied byte by byte.
    for (let i = 0; i < length && to < size; i++) out[to++] = code < 256 ? code : out[begins[code]! + i]!;
    last = { begin, length };
    if (next >= 2 ** width - 1 && width < 12) width++;
  }
  return out;
}

function bitsOf(bytes: Uint8Array, at: number, width: number): number {
  const first = at >> 3;
  const three = (bytes[first]! << 16) | ((bytes[first + 1] ?? 0) << 8) | (bytes[first + 2] ?? 0);
  return (three >> (24 - (at & 7) - width)) & (2 ** width - 1);
}
