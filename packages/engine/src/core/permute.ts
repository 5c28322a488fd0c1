// Axes in another order: block by block, so that reads and writes both stay near each other.
import { strides } from "./shape.ts";

/** Entries in a row of a block: four lines of a cache. */
const BLOCK = 64;

/**
 * Row-major entries with their axes in another order: axis i of the result is axis `order[i]` of `data`.
 *
 * @param shape of `data`
 */
export function permuted<Data extends Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array>(
  data: Data,
  shape: readonly number[],
  order: readonly number[],
): Data {
  const { sizes, from, to } = merged(shape, order);
  const last = sizes.length - 1;
  // A Buffer of Node is a Uint8Array whose own constructor and slice do otherwise.
  const Kind = (data instanceof Uint8Array ? Uint8Array : data.constructor) as new (given: Data | number) => Data;
  if (last < 1) return new Kind(data);
  const result = new Kind(data.length);
  const [source, out] = [data as Float32Array, result as Float32Array]; // or of another type, entry by entry
  // What is read one after the other, and what is written so.
  const near = from.indexOf(1);
  const outer = [...sizes.keys()].filter((axis) => axis !== last && axis !== near);
  const [rows, columns] = near === last ? [1, sizes[last]!] : [sizes[near]!, sizes[last]!];
  const [rowTo, columnFrom] = [to[near]!, from[last]!];
  const at = new Array<number>(sizes.length).fill(0);
  for (let [read, write] = [0, 0]; ; ) {
    for (let r0 = 0; r0 < rows; r0 += BLOCK)
      for (let c0 = 0; c0 < columns; c0 += BLOCK) {
        const size = { rows: Math.min(rows - r0, BLOCK), columns: Math.min(columns - c0, BLOCK) };
        turn(out, write + r0 * rowTo + c0, rowTo, source, read + r0 + c0 * columnFrom, columnFrom, size);
      }
    let k = outer.length - 1;
    for (; k >= 0; k--) {
      const axis = outer[k]!;
      read += from[axis]!;
      write += to[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      at[axis] = 0;
      read -= from[axis]! * sizes[axis]!;
      write -= to[axis]! * sizes[axis]!;
    }
    if (k < 0) return result;
  }
}

// A function of its own, which the compiler makes fast after a few blocks.
function turn(
  out: Float32Array,
  write: number,
  rowTo: number,
  source: Float32Array,
  read: number,
  columnFrom: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): void {
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[write + r * rowTo + c] = source[read + r + c * columnFrom]!;
}

// Axes of one entry are left out, and those that stay beside each other are one.
function merged(shape: readonly number[], order: readonly number[]) {
  const own = strides(shape);
  const [sizes, from]: [number[], number[]] = [[], []];
  for (const axis of order) {
    const [size, step] = [shape[axis]!, own[axis]!];
    if (size === 1) continue;
    const before = sizes.length - 1;
    if (before >= 0 && from[before] === step * size) {
      sizes[before]! *= size;
      from[before] = step;
    } else {
      sizes.push(size);
      from.push(step);
    }
  }
  return { sizes, from, to: strides(sizes) };
}
