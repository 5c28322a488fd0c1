// Tables of places that grow with the batch: PyTorch's exporter reads images through such a one where it has `as_strided`.

import type { Dim } from "../../core/shape.ts";
import { broadcast, broadcastShape } from "./host/hostTables.ts";
import { BATCH, type BatchTable, type HostValue, type NodeFacts } from "./nodeFacts.ts";
import { shapeOf, type Value } from "./values.ts";

const table = (step: number, offsets: HostValue): Value => ({ kind: "places", value: { step, offsets } });

/**
 * The table that a node gives, where one enters it or a Range goes to the batch; undefined if none does.
 *
 * @throws LeukogramError ERR_FORMAT if it is computed with in another way than is known.
 */
export function batchTable(facts: NodeFacts, values: readonly (Value | undefined)[]): Value | undefined {
  const { type } = facts.node;
  if (type === "Range") return rangeOfBatch(values);
  const at = values.findIndex((value) => value?.kind === "places");
  const found = values[at];
  if (found?.kind !== "places" || type === "Gather") return undefined;
  const { step, offsets } = found.value;
  const other = values[1 - at];
  if ((type === "Add" || type === "Mul") && other?.kind === "host") {
    const given = numbersOf(other.value);
    const wide = given && belowBatch(given, offsets.shape.length);
    const shape = wide && broadcastShape([offsets.shape, wide.shape]);
    const isNumber = given?.data.length === 1;
    if (shape !== undefined && (type === "Add" || isNumber)) {
      const [a, b] = [broadcast(offsets, shape), broadcast(wide!, shape)] as const;
      const act = (x: number, y: number) => (type === "Add" ? x + y : x * y);
      const data = a.data.map((x, i) => act(x as number, b.data[i] as number));
      return table(type === "Add" ? step : step * (given!.data[0] as number), { shape, data });
    }
  }
  if (type === "Unsqueeze") {
    const axes = facts.numbers("axes", 1) ?? [];
    const rank = offsets.shape.length + 1 + axes.length;
    const front = axes.map((axis) => (axis < 0 ? axis + rank : axis));
    const rest = [...offsets.shape];
    const shape = Array.from({ length: rank - 1 }, (_, i) => (front.includes(i + 1) ? 1 : (rest.shift() ?? 1)));
    if (!front.includes(0)) return table(step, { shape, data: offsets.data });
  }
  throw facts.refuse("depends on the size of the batch");
}

function rangeOfBatch(values: readonly (Value | undefined)[]): Value | undefined {
  const [from, to, by] = values.map((value) => (value?.kind === "host" ? value.value.data[0] : undefined));
  return from === 0 && to === BATCH && by === 1 ? table(1, { shape: [], data: [0] }) : undefined;
}

const numbersOf = (value: HostValue): HostValue | undefined =>
  value.data.every((entry) => typeof entry === "number") ? value : undefined;

// The same for each image: what stands along the batch's axis is one entry.
function belowBatch({ shape, data }: HostValue, rank: number): HostValue | undefined {
  if (shape.length <= rank) return { shape, data };
  return shape.length === rank + 1 && shape[0] === 1 ? { shape: shape.slice(1), data } : undefined;
}

/**
 * How many entries each image has in the row of all that a Gather reads through a table.
 *
 * @throws LeukogramError ERR_FORMAT if an image would read entries of another.
 */
export function entriesOfImage(facts: NodeFacts, x: Value, { step, offsets }: BatchTable): number {
  const [length] = shapeOf(x) as readonly Dim[];
  const isRow = length === (step === 1 ? BATCH : `${BATCH}*${step}`) && shapeOf(x).length === 1;
  if (!isRow || !offsets.data.every((at) => (at as number) >= 0 && (at as number) < step))
    throw facts.refuse("mixes the images of a batch");
  return step;
}
