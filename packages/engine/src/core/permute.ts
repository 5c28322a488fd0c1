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
  const result = data.slice() as Data;
  const [source, out] = [data as Float32Array, result as Float32Array]; // or of another type, entry by entry
  const { sizes, from, to } = merged(shape, order);
  const last = sizes.length - 1;
  if (last < 1) return result;
  // What is read one after the other, and what is written so.
  const near = from.indexOf(1);
  const outer = [...sizes.keys()].filter((axis) => axis !== last && axis !== near);
  const [rows, columns] = near === last ? [1, sizes[last]!] : [sizes[near]!, sizes[last]!];
  const [rowTo, columnFrom] = [to[near]!, from[last]!];
  const at = new Array<number>(sizes.length).fill(0);
  for (let [read, write] = [0, 0]; ; ) {
    for (let r0 = 0; r0 < rows; r0 += BLOCK)
      for (let c0 = 0; c0 < columns; c0 += BLOCK) {
        const [rowEnd, columnEnd] = [Math.min(rows, r0 + BLOCK), Math.min(columns, c0 + BLOCK)];
        for (let r = r0; r < rowEnd; r++)
          for (let c = c0; c < columnEnd; c++) out[write + r * rowTo + c] = source[read + r + c * columnFrom]!;
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
