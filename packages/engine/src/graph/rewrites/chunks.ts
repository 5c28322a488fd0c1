/**
 * Works through the batch in chunks where tensors are large, so that what one op writes is still in the cache when
 * the next reads it. Sums over the batch become sums over the chunks.
 */
import * as ops from "../ops/index.ts";
import { chunkName } from "../stepNames.ts";
import { Tensor, topologicalOrder } from "../tensor.ts";
import { batchedNodes } from "./batched.ts";

/** What {@link chunkBatch} takes beside the outputs. */
export interface ChunkOptions {
  /** Number of images in the batch. */
  readonly batchSize: number;
  /** Inputs whose first axis is the batch. */
  readonly inputs: ReadonlySet<string>;
  /** The one of them that is handed over in chunks where it is large; the others stay whole. */
  readonly split: string;
  /** Ops that read or write a tensor of this many bytes or more are chunked. */
  readonly largeBytes: number;
  /** Bytes that the largest tensor of a chunk should have at most. */
  readonly chunkBytes: number;
}

/** The result of {@link chunkBatch}. */
export interface Chunked {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Images in each chunk. */
  readonly sizes: readonly number[];
  /** Whether the input `split` is handed over as `split.0`, `split.1`, ... */
  readonly isSplit: boolean;
}

/** Rewrites the large part of a graph in chunks of the batch. */
export function chunkBatch(outputs: Readonly<Record<string, Tensor>>, options: ChunkOptions): Chunked {
  const order = topologicalOrder(Object.values(outputs));
  const batched = batchedNodes(order, options);
  const largest = Math.max(0, ...order.filter((t) => batched.has(t)).map(bytes));
  const count = Math.min(options.batchSize, Math.ceil(largest / options.chunkBytes));
  const sizes = chunkSizes(options.batchSize, largest < options.largeBytes ? 1 : count);
  if (sizes.length === 1) return { outputs, sizes, isSplit: false };
  const chunker = new Chunker(sizes, batched, options);
  for (const node of order) chunker.add(node);
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, chunker.whole(tensor)])),
    sizes,
    isSplit: chunker.isSplit,
  };
}

function chunkSizes(batch: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * batch) / count) - Math.floor((i * batch) / count),
  );
}

function bytes(t: Tensor): number {
  const entries = (t.shape as number[]).reduce((product, size) => product * size, 1);
  return entries * (t.dtype === "uint8" ? 1 : t.dtype === "int64" ? 8 : 4);
}

class Chunker {
  readonly #sizes: readonly number[];
  readonly #batched: ReadonlySet<Tensor>;
  readonly #largeBytes: number;
  readonly #split: string;
  readonly #wholes = new Map<Tensor, Tensor>();
  readonly #parts = new Map<Tensor, readonly Tensor[]>();
  isSplit = false;

  constructor(sizes: readonly number[], batched: ReadonlySet<Tensor>, { largeBytes, split }: ChunkOptions) {
    this.#sizes = sizes;
    this.#batched = batched;
    this.#largeBytes = largeBytes;
    this.#split = split;
  }

  /** Takes the next node; those that it reads were taken before. */
  add(node: Tensor): void {
    const large = [node, ...node.inputs].some((t) => this.#batched.has(t) && this.#float(t) >= this.#largeBytes);
    const fixed = node.op.name === "input" && node.attributes.name !== this.#split;
    if (this.#batched.has(node) && large && !fixed) this.#parts.set(node, this.#chunk(node));
    else if (this.#isBatchSum(node)) this.#wholes.set(node, this.#sum(node));
    else {
      const inputs = node.inputs.map((input) => this.whole(input));
      this.#wholes.set(node, rebuilt(node, inputs));
    }
  }

  // Pixels count as what they become.
  #float(t: Tensor): number {
    return t.dtype === "uint8" ? 4 * bytes(t) : bytes(t);
  }

  /** What stands for a node, all chunks together. */
  whole(node: Tensor): Tensor {
    const known = this.#wholes.get(node);
    if (known !== undefined) return known;
    const made = ops.concat(this.#parts.get(node)!, 0);
    this.#wholes.set(node, made);
    return made;
  }

  #partsOf(node: Tensor): readonly Tensor[] {
    const known = this.#parts.get(node);
    if (known !== undefined) return known;
    const whole = this.whole(node);
    let start = 0;
    const made = this.#sizes.map((size) => {
      start += size;
      return ops.slice(whole, 0, start - size, start);
    });
    this.#parts.set(node, made);
    return made;
  }

  #chunk(node: Tensor): readonly Tensor[] {
    if (node.op.name === "input") this.isSplit = true;
    const inputs = node.inputs.map((t) =>
      this.#batched.has(t) ? this.#partsOf(t) : this.#sizes.map(() => this.whole(t)),
    );
    const { shape, name } = node.attributes as { shape?: readonly number[]; name?: string };
    return this.#sizes.map((size, k) => {
      const attributes = {
        ...node.attributes,
        ...(shape && { shape: shape.with(0, size) }),
        ...(node.op.name === "input" && { name: chunkName(name!, k) }),
      };
      return rebuilt(
        node,
        inputs.map((parts) => parts[k]!),
        shape ? attributes : node.attributes,
      );
    });
  }

  #isBatchSum(node: Tensor): boolean {
    const { name } = node.op;
    if (node.op.sumsImages)
      return node.inputs.some((t) => this.#parts.has(t)) && node.inputs.every((t) => this.#batched.has(t));
    return (
      (name === "reduceSum" || name === "reduceMean") &&
      this.#parts.has(node.inputs[0]!) &&
      (node.attributes.axes as number[]).includes(0)
    );
  }

  #sum(node: Tensor): Tensor {
    if (node.op.sumsImages) {
      const inputs = node.inputs.map((t) => this.#partsOf(t));
      const sums = this.#sizes.map((_, k) =>
        rebuilt(
          node,
          inputs.map((parts) => parts[k]!),
        ),
      );
      return sums.reduce(ops.add);
    }
    const batch = this.#sizes.reduce((a, b) => a + b);
    return this.#partsOf(node.inputs[0]!)
      .map((part, k) => {
        const { axes } = node.attributes as { axes: readonly number[] };
        // Over one image there is nothing to add up.
        const own = part.shape[0] === 1 && axes.length === 1 ? ops.reshape(part, node.shape) : rebuilt(node, [part]);
        return node.op.name === "reduceSum" ? own : ops.mul(own, ops.scalar(this.#sizes[k]! / batch));
      })
      .reduce(ops.add);
  }
}

function rebuilt(node: Tensor, inputs: readonly Tensor[], attributes = node.attributes): Tensor {
  const same = attributes === node.attributes && inputs.every((input, i) => input === node.inputs[i]);
  return same ? node : new Tensor(node.op, inputs, attributes);
}
