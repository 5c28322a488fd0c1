import { permuted } from "@leukogram/engine/core/permute";
import { numElements, strides } from "@leukogram/engine/core/shape";
import fc from "fast-check";
import { expect, test } from "vitest";

// Each entry by itself.
function byEntry(data: Int32Array, shape: readonly number[], order: readonly number[]): number[] {
  const [from, sizes] = [strides(shape), order.map((axis) => shape[axis]!)];
  const to = strides(sizes);
  return Array.from(data, (_, place) => {
    const at = sizes.map((size, i) => Math.floor(place / to[i]!) % size);
    return data[at.reduce((sum, index, i) => sum + index * from[order[i]!]!, 0)]!;
  });
}

const shapes = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 0, maxLength: 5 });
const tables = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
  }),
);

test("axes come in any order", () => {
  fc.assert(
    fc.property(tables, ({ shape, order }) => {
      const data = Int32Array.from({ length: numElements(shape) }, (_, i) => i);
      expect([...permuted(data, shape, order)]).toEqual(byEntry(data, shape, order));
    }),
    { numRuns: 500 },
  );
});

test("what is larger than a block, of every type of numbers", () => {
  const [shape, order] = [
    [130, 3, 67],
    [2, 1, 0],
  ];
  const data = Int32Array.from({ length: numElements(shape!) }, (_, i) => i % 120);
  const expected = byEntry(data, shape!, order!);
  for (const Kind of [Float32Array, Uint8Array, Int8Array, Int32Array])
    expect([...permuted(Kind.from(data), shape!, order!)]).toEqual(expected);
  expect([...permuted(BigInt64Array.from(data, BigInt), shape!, order!)].map(Number)).toEqual(expected);
});

test("a Buffer is copied as any other bytes", () => {
  const data = Buffer.from([0, 1, 2, 3, 4, 5]);
  expect([...permuted(data, [2, 3], [1, 0])]).toEqual([0, 3, 1, 4, 2, 5]);
  const same = permuted(data, [2, 3], [0, 1]);
  same.fill(9);
  expect([...data]).toEqual([0, 1, 2, 3, 4, 5]);
});
