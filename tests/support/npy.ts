import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";

/** An array as numpy saved it, C order; `data` is flat, of `shape.reduce((a, b) => a * b, 1)` elements. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
}

const ARRAYS = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "|u1": Uint8Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
  "|b1": Uint8Array, // 0 or 1
} as const;

/**
 * Reads the bytes of a .npy file (numpy.lib.format, versions 1 to 3).
 *
 * @throws Error where the bytes are no .npy file, or of Fortran order, or of a type not in the table.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  if (bytes.length < 10 || bytes[0] !== 0x93 || Buffer.from(bytes.subarray(1, 6)).toString("latin1") !== "NUMPY") {
    throw new Error("readNpy: these bytes do not start as a .npy file does");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! > 1;
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = Buffer.from(bytes.subarray(wide ? 12 : 10, start)).toString("latin1");
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const ArrayType = ARRAYS[descr as keyof typeof ARRAYS];
  if (ArrayType === undefined) throw new Error(`readNpy: no reader for dtype ${descr}`);
  if (/'fortran_order':\s*True/.test(header)) throw new Error("readNpy: expected C order, received Fortran order");
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").flatMap((part) => {
    return part.trim() === "" ? [] : [Number(part)];
  });
  const count = shape.reduce((product, size) => product * size, 1);
  // A copy, because a typed array must start at a multiple of its element's size (and a Buffer's own slice copies nothing).
  const body = new Uint8Array(bytes.subarray(start, start + count * ArrayType.BYTES_PER_ELEMENT));
  if (body.length < count * ArrayType.BYTES_PER_ELEMENT) throw new Error("readNpy: the file is incomplete");
  return { shape, data: new ArrayType(body.buffer, 0, count) };
}

/** Reads all arrays of the .npz file at `path`, by name without `.npy`. */
export function readNpz(path: string): Record<string, NpyArray> {
  const entries = Object.entries(unzipSync(readFileSync(path)));
  return Object.fromEntries(entries.map(([name, bytes]) => [name.replace(/\.npy$/, ""), readNpy(bytes)]));
}
