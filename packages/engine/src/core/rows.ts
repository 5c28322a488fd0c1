/** Rows of `size` entries of a flat array, by index, one after the other. */
export function takeRows<T extends Float32Array | Uint8Array>(data: T, size: number, indices: readonly number[]): T {
  const out = new (data.constructor as new (length: number) => T)(indices.length * size);
  for (const [i, index] of indices.entries()) out.set(data.subarray(index * size, (index + 1) * size), i * size);
  return out;
}
