// Reshape, in a file that may have been written for one image: its sizes are read as those of a batch.
import { type Dim, timesOf } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type NodeFacts, timesBatch } from "./nodeFacts.ts";

/** The shape that a node gives a batch of open size, found when the graph is read. */
const FOUND = new WeakMap<NodeFacts, readonly Dim[]>();

/** The operator. @throws ERR_FORMAT if entries of different images would be mixed. */
export function reshape([x]: readonly Tensor[], facts: NodeFacts, batch: Dim): Tensor {
  const known = FOUND.get(facts);
  if (known !== undefined && typeof batch === "number")
    return ops.reshape(
      x!,
      known.map((size) => (typeof size === "string" ? batch * timesOf(size) : size)),
    );
  const sizes = sizesFor(x!.shape, facts);
  FOUND.set(facts, sizes);
  return ops.reshape(x!, sizes);
}

const isBatch = (size: Dim | undefined): size is string => typeof size === "string";
const product = (sizes: readonly Dim[]) => (sizes as readonly number[]).reduce((all, size) => all * size, 1);

// 0 keeps a size, -1 is what is left.
function sizesFor(shape: readonly Dim[], facts: NodeFacts): readonly Dim[] {
  const given = facts.list("shape", 1);
  if (given === undefined) throw facts.refuse("has a shape that is not fixed");
  const keepsZero = facts.int("allowzero", 0) === 0;
  const wanted = given.map((size, i) => (size === 0 && keepsZero ? (shape[i] ?? 0) : size));
  const from = shape.findIndex(isBatch);
  if (from < 0) return withRest(wanted, product(shape), facts);
  // The batch may be joined with the axes behind it, or parted from them, so long as as much stands before it.
  const before = product(shape.slice(0, from));
  const entries = timesOf(shape[from] as string) * product(shape.slice(from + 1));
  const said = wanted.findIndex(isBatch);
  const to = said >= 0 ? said : placeBehind(wanted, before);
  if (to < 0 || product(wanted.slice(0, to)) !== before)
    throw facts.refuse(`mixes the images of a batch: ${JSON.stringify(shape)} to ${JSON.stringify(given)}`);
  const own = wanted[to]!;
  const count = isBatch(own) ? timesOf(own) : own;
  const [times, ...rest] = withRest([count, ...wanted.slice(to + 1)], entries, facts) as readonly number[];
  return [...wanted.slice(0, to), timesBatch(times!), ...rest];
}

function placeBehind(wanted: readonly Dim[], before: number): number {
  let all = 1;
  return wanted.findIndex((size) => {
    if (all === before) return true;
    all *= size as number;
    return false;
  });
}

function withRest(sizes: readonly Dim[], entries: number, facts: NodeFacts): readonly Dim[] {
  const known = product(sizes.filter((size) => size !== -1));
  const filled = sizes.map((size) => (size === -1 ? entries / known : size));
  const isFitting = filled.every((size) => Number.isInteger(size) && (size as number) >= 0);
  if (!isFitting || product(filled) !== entries)
    throw facts.refuse(`does not fit: ${entries} entries an image to ${JSON.stringify(sizes)}`);
  return filled;
}
