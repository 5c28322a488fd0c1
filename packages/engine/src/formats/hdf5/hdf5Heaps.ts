import { LeukogramError } from "../../core/errors.ts";

const G = 0x47;
const GCOL = 0x47434f4c;
const HEADER = 16; // of a global heap, and of an object within it
const SIZE_AT = 8; // of either's length, 8 bytes

/**
 * Makes sure that the objects of an HDF5 file's global heaps, which hold its texts, lie one behind the other within their heap
 * (HDF5 format, III.E): where they do not, the HDF5 library can go round for ever.
 *
 * @throws ERR_FORMAT if they do not.
 */
export function checkHeaps(bytes: Uint8Array, path: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.indexOf(G); at >= 0; at = bytes.indexOf(G, at + 1)) {
    // Weights may spell GCOL by chance, hardly with version and zeros behind it.
    const isHeap = at + HEADER <= bytes.length && view.getUint32(at) === GCOL && view.getUint32(at + 4, true) === 1;
    if (isHeap && !isWhole(view, at))
      throw new LeukogramError("ERR_FORMAT", `${path}: damaged or incomplete (strings lie outside their heap)`, {
        hint: "Copy or download it again.",
      });
  }
}

function isWhole(view: DataView, start: number): boolean {
  const end = start + Number(view.getBigUint64(start + SIZE_AT, true));
  if (end > view.byteLength) return false;
  let at = start + HEADER;
  while (at + HEADER <= end) {
    const length = Number(view.getBigUint64(at + SIZE_AT, true));
    // Object 0 is what is free, its header included.
    const step = view.getUint16(at, true) === 0 ? length : HEADER + Math.ceil(length / 8) * 8;
    if (step < HEADER) return false;
    at += step;
  }
  return at <= end;
}
