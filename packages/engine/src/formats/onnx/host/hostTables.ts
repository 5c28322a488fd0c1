// Whole numbers with several axes, which are known when a file is read: tables of indices, pads in pairs.
import { commonShape, type Dim } from "../../../core/shape.ts";
import type { HostValue, NodeFacts } from "../nodeFacts.ts";

/** More whole numbers than this are no shape, and no table of indices. */
export const MOST_WHOLE = 1_000_000;

const count = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1);

/** A table whose entry at each index is that of `x` at the index that `from` gives; row-major. */
export function picked(
  x: HostValue,
  shape: readonly number[],
  from: (index: readonly number[]) => readonly number[],
): HostValue {
  const index = shape.map(() => 0);
  const data = Array.from({ length: count(shape) }, () => {
    const entry = x.data[flatPlace(from(index), x.shape)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
    return entry;
  });
  return { shape, data };
}

/** Where an index stands in the row-major entries of a table. */
export const flatPlace = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((place, at, axis) => place * shape[axis]! + at, 0);

/** The shape that shapes broadcast to, as NumPy has it; undefined if they do not. */
export const broadcastShape = (shapes: readonly (readonly number[])[]): readonly number[] | undefined =>
  shapes.reduce<readonly number[] | undefined>((all, shape) => all && commonShape(all, shape), []);

/**
 * The flat places that the rows of an index name, each by its first axes of these sizes.
 *
 * @param verb what the node does to an entry, for the message of one that is not there: `takes`.
 * @throws LeukogramError ERR_FORMAT for an entry that is not there.
 */
export function rowPlaces(
  facts: NodeFacts,
  { data }: HostValue,
  { sizes, verb }: { readonly sizes: readonly number[]; readonly verb: string },
): readonly number[] {
  const depth = sizes.length;
  return Array.from({ length: data.length / depth }, (_, row) =>
    flatPlace(
      sizes.map((size, axis) => {
        const at = data[row * depth + axis] as number;
        const place = at < 0 ? at + size : at;
        if (!(place >= 0 && place < size)) throw facts.refuse(`${verb} entry ${at} of ${size}`);
        return place;
      }),
      sizes,
    ),
  );
}

/** A table repeated to a shape that it broadcasts to. */
export function broadcast(x: HostValue, shape: readonly number[]): HostValue {
  if (x.shape.join() === shape.join()) return x;
  const left = shape.length - x.shape.length;
  return picked(x, shape, (index) => x.shape.map((size, axis) => (size === 1 ? 0 : index[axis + left]!)));
}

/** Tables one behind the other along an axis; undefined if their other sizes differ. */
export function joinedTables(tables: readonly HostValue[], axis: number): HostValue | undefined {
  const [first] = tables;
  const others = ({ shape }: HostValue) => shape.toSpliced(axis, 1).join();
  if (tables.some((table) => others(table) !== others(first!))) return undefined;
  const inner = count(first!.shape.slice(axis + 1));
  const outer = count(first!.shape.slice(0, axis));
  const data: Dim[] = [];
  for (let i = 0; i < outer; i++)
    for (const table of tables) {
      const length = table.shape[axis]! * inner;
      for (let j = i * length; j < (i + 1) * length; j++) data.push(table.data[j]!);
    }
  const size = tables.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  return { shape: first!.shape.toSpliced(axis, 1, size), data };
}
