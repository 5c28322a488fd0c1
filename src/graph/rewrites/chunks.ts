/**
 * Works through the batch in chunks where tensors are large, so that what one op writes is still in the cache when
 * the next reads it. Sums over the batch become sums over the chunks.
 */
import * as ops from "../ops/index.ts";
import { Tensor, topologicalOrder } from "../tensor.ts";

/** What {@link chunkBatch} takes beside the outputs. */
export interface ChunkOptions {
  /** Number of images in the batch. */
  readonly batchSize: number;
  /** Inputs whose first axis is the batch. */
  readonly inputs: ReadonlySet<string>;
  /** Ops that read or write a tensor of this many bytes or more are chunked. */
  readonly largeBytes: number;
  /** Bytes that the largest tensor of a chunk should have at most. */
  readonly chunkBytes: number;
}

/** The result of {@link chunkBatch}. */
export interface Chunked {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Images in each chunk; inputs that are chunked are named `name.0`, `name.1`, ... */
  readonly sizes: readonly number[];
  readonly chunkedInputs: ReadonlySet<string>;
}

/** Rewrites the large part of a graph in chunks of the batch. */
export function chunkBatch(outputs: Readonly<Record<string, Tensor>>, options: ChunkOptions): Chunked {
  const order = topologicalOrder(Object.values(outputs));
  const batched = batchedNodes(order, options);
  const largest = Math.max(0, ...order.filter((t) => batched.has(t)).map(bytes));
  const count = Math.min(options.batchSize, Math.ceil(largest / options.chunkBytes));
  const sizes = chunkSizes(options.batchSize, largest < options.largeBytes ? 1 : count);
  if (sizes.length === 1) return { outputs, sizes, chunkedInputs: new Set() };
  const chunker = new Chunker(sizes, batched, options);
  for (const node of order) chunker.add(node);
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, chunker.whole(tensor)])),
    sizes,
    chunkedInputs: chunker.chunkedInputs,
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

const PER_IMAGE = new Set([
  "conv2d",
  "conv2dInputGradient",
  "channelAffine",
  "toPhases",
  "fromPhases",
  "maxPool",
  "averagePool",
  "resize",
]);
const ELEMENTWISE = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "relu",
  "step",
  "clip",
  "sigmoid",
  "tanh",
  "exp",
  "neg",
  "cast",
  "sqrt",
  "minimum",
  "maximum",
  "equal",
  "abs",
  "sign",
  "erf",
  "pow",
  "log",
  "reciprocal",
  "softmax",
  "logSoftmax",
]);

// The nodes whose first axis is the batch, each image computed by itself.
function batchedNodes(order: readonly Tensor[], { batchSize, inputs }: ChunkOptions): Set<Tensor> {
  const batched = new Set<Tensor>();
  const isBatched = (node: Tensor): boolean => {
    const { name } = node.op;
    const [x, y] = node.inputs;
    if (node.shape[0] !== batchSize) return false;
    if (name === "input") return inputs.has(node.attributes.name as string);
    // A constant that is repeated for each image.
    if (name === "expand") return batched.has(x!) || (x!.rank === node.rank && x!.shape[0] === 1);
    if (PER_IMAGE.has(name)) return batched.has(x!);
    if (ELEMENTWISE.has(name))
      return (
        node.inputs.every((t) => batched.has(t) || t.rank < node.rank || t.shape[0] === 1) &&
        node.inputs.some((t) => batched.has(t))
      );
    const axis = node.attributes.axis as number;
    if (name === "concat") return axis > 0 && node.inputs.every((t) => batched.has(t));
    if (name === "slice" || name === "pad" || name === "gather") return axis > 0 && batched.has(x!);
    if (name === "reshape") return batched.has(x!);
    if (name === "transpose") return batched.has(x!) && (node.attributes.order as number[])[0] === 0;
    if (name === "matMul" && node.rank === 2) return batched.has(x!) && !batched.has(y!);
    if (name === "matMul")
      return (
        node.rank === 3 && [x!, y!].every((t) => batched.has(t) || t.rank === 2) && [x!, y!].some((t) => batched.has(t))
      );
    if (name.startsWith("reduce")) return batched.has(x!) && !(node.attributes.axes as number[]).includes(0);
    return false;
  };
  for (const node of order) if (isBatched(node)) batched.add(node);
  return batched;
}

class Chunker {
  readonly #sizes: readonly number[];
  readonly #batched: ReadonlySet<Tensor>;
  readonly #largeBytes: number;
  readonly #wholes = new Map<Tensor, Tensor>();
  readonly #parts = new Map<Tensor, readonly Tensor[]>();
  readonly chunkedInputs = new Set<string>();

  constructor(sizes: readonly number[], batched: ReadonlySet<Tensor>, { largeBytes }: ChunkOptions) {
    this.#sizes = sizes;
    this.#batched = batched;
    this.#largeBytes = largeBytes;
  }

  add(node: Tensor): void {
    const large = [node, ...node.inputs].some((t) => this.#batched.has(t) && this.#float(t) >= this.#largeBytes);
    if (this.#batched.has(node) && large) this.#parts.set(node, this.#chunk(node));
    else if (this.#isBatchSum(node)) this.#wholes.set(node, this.#sum(node));
    else
      this.#wholes.set(
        node,
        rebuilt(
          node,
          node.inputs.map((input) => this.whole(input)),
        ),
      );
  }

  // Pixels count as what they become.
  #float(t: Tensor): number {
    return t.dtype === "uint8" ? 4 * bytes(t) : bytes(t);
  }

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
    if (node.op.name === "input") this.chunkedInputs.add(node.attributes.name as string);
    const inputs = node.inputs.map((t) =>
      this.#batched.has(t) ? this.#partsOf(t) : this.#sizes.map(() => this.whole(t)),
    );
    return this.#sizes.map((size, k) => {
      const own = inputs.map((parts) => parts[k]!);
      const { shape, name } = node.attributes as { shape?: readonly number[]; name?: string };
      if (node.op.name === "input")
        return rebuilt(node, own, { ...node.attributes, name: `${name}.${k}`, shape: shape!.with(0, size) });
      if (node.op.name === "expand" || node.op.name === "reshape")
        return rebuilt(node, own, { ...node.attributes, shape: shape!.with(0, size) });
      return rebuilt(node, own);
    });
  }

  #isBatchSum(node: Tensor): boolean {
    const { name } = node.op;
    return (
      (name === "reduceSum" || name === "reduceMean") &&
      this.#parts.has(node.inputs[0]!) &&
      (node.attributes.axes as number[]).includes(0)
    );
  }

  #sum(node: Tensor): Tensor {
    const batch = this.#sizes.reduce((a, b) => a + b);
    return this.#partsOf(node.inputs[0]!)
      .map((part, k) => {
        const own = rebuilt(node, [part]);
        return node.op.name === "reduceSum" ? own : ops.mul(own, ops.scalar(this.#sizes[k]! / batch));
      })
      .reduce(ops.add);
  }
}

function rebuilt(node: Tensor, inputs: readonly Tensor[], attributes = node.attributes): Tensor {
  const same = attributes === node.attributes && inputs.every((input, i) => input === node.inputs[i]);
  return same ? node : new Tensor(node.op, inputs, attributes);
}
