/**
 * Pointwise and depthwise convolutions with the batch folded into the height: images [N, C, H, W] lie as
 * [1, C, N * H, W]. A pointwise convolution and both of its gradients are then one matrix product each, statistics a
 * channel are means over what lies together, and a depthwise convolution sees C * N channels.
 */
import { sameShape } from "../../core/shape.ts";
import * as ops from "../ops/index.ts";
import { Tensor, topologicalOrder } from "../tensor.ts";
import { type BatchOptions, batchedNodes } from "./batched.ts";
import { isDepthwise, isPointwise } from "./convolutionKinds.ts";
import { depthwise, depthwiseInputGradient, depthwiseKernelGradient } from "./depthwise.ts";
import type { Conv } from "./phaseLayout.ts";

/** What {@link foldBatch} takes beside the outputs. */
export interface FoldBatchOptions extends BatchOptions {
  /** Whether ONNX Runtime's operators on blocks of channels may be used. */
  readonly blocks: boolean;
}

type Outputs = Readonly<Record<string, Tensor>>;
type Shape4 = [number, number, number, number];

/** Rewrites the parts of a graph around pointwise and depthwise convolutions. */
export function foldBatch(outputs: Outputs, options: FoldBatchOptions): Outputs {
  if (options.batchSize === 1) return outputs;
  const order = topologicalOrder(Object.values(outputs));
  const batched = batchedNodes(order, options);
  const trained = dependents(order, options.inputs);
  const possible = new Set(order.filter((t) => batched.has(t) && trained.has(t) && isFoldable(t, batched)));
  const foldable = worthFolding(order, possible, batched);
  if (foldable.size === 0) return outputs;
  const folder = new Folder(foldable, batched, options);
  for (const node of order) folder.add(node);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, folder.whole(tensor)]));
}

/** Nodes that depend on more than the images: with fixed weights, ONNX Runtime has faster layouts of its own. */
function dependents(order: readonly Tensor[], images: ReadonlySet<string>): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  for (const node of order) {
    const isParameter = node.op === ops.inputOp && !images.has(node.attributes.name as string);
    if (isParameter || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

const isPhases = (t: Tensor) => t.op === ops.phaseOp || t.op === ops.weaveOp;
const isConvolution = (t: Tensor) => t.op.name.startsWith("conv2d");

/** Whether a node on images can be computed on folded images. */
function isFoldable(node: Tensor, batched: ReadonlySet<Tensor>): boolean {
  if (node.rank !== 4 || node.dtype !== "float32") return false;
  if (isConvolution(node)) return isPointwise(node) || isDepthwise(node);
  if (node.op === ops.channelAffineOp || isPhases(node)) return true;
  if (!node.op.elementwise) return false;
  // A map that is the same for each image has no place on folded images.
  const fits = (t: Tensor) => batched.has(t) || t.rank === 0 || (t.shape[2] === 1 && t.shape[3] === 1);
  return node.inputs.every((t) => (t.rank === 4 || t.rank === 0) && fits(t));
}

/** Of the nodes that may be folded, those that hang together with more convolutions than there are ways in and out. */
function worthFolding(order: readonly Tensor[], nodes: ReadonlySet<Tensor>, batched: ReadonlySet<Tensor>) {
  const root = connected(order, nodes);
  const gain = new Map<Tensor, number>();
  const count = (t: Tensor, change: number) => gain.set(root(t), (gain.get(root(t)) ?? 0) + change);
  for (const node of nodes) if (isConvolution(node)) count(node, 1);
  for (const [from, to] of crossings(order, nodes, batched)) count(nodes.has(from) ? from : to, -1);
  return new Set([...nodes].filter((t) => gain.get(root(t))! > 0));
}

/** Pairs of a node and its reader of which one can be folded and the other not, one for each tensor to be laid again. */
function crossings(order: readonly Tensor[], nodes: ReadonlySet<Tensor>, batched: ReadonlySet<Tensor>) {
  const found = new Map<Tensor, readonly [Tensor, Tensor]>();
  for (const node of order)
    for (const input of node.inputs) {
      const isImages = node.op.elementwise ? sameShape(input.shape, node.shape) : input === node.inputs[0];
      const isEntering = nodes.has(node) && !nodes.has(input) && batched.has(input) && isImages;
      const isLeaving = !nodes.has(node) && nodes.has(input) && !isSum(node);
      if (isEntering || isLeaving) found.set(input, [input, node]);
    }
  return found.values();
}

/** Whether a node that can't be folded itself can still be computed from folded images. */
function isSum(node: Tensor): boolean {
  if (node.op === ops.conv2dKernelGradientOp) return isPointwise(node) || isDepthwise(node);
  return node.op === ops.reduceSumOp || node.op === ops.reduceMeanOp;
}

/** For each of some nodes, the one that stands for all that it hangs together with. */
function connected(order: readonly Tensor[], nodes: ReadonlySet<Tensor>): (t: Tensor) => Tensor {
  const group = new Map<Tensor, Tensor>();
  const root = (t: Tensor): Tensor => {
    let at = t;
    while (group.get(at)! !== at) at = group.get(at)!;
    group.set(t, at);
    return at;
  };
  for (const node of order) {
    if (!nodes.has(node)) continue;
    group.set(node, node);
    for (const input of node.inputs) if (nodes.has(input)) group.set(root(input), root(node));
  }
  return root;
}

/** Entries of an image's plane from which on they are added up separately. */
const LONG = 256;

class Folder {
  readonly #foldable: ReadonlySet<Tensor>;
  readonly #batched: ReadonlySet<Tensor>;
  readonly #options: FoldBatchOptions;
  readonly #wholes = new Map<Tensor, Tensor>();
  readonly #folded = new Map<Tensor, Tensor>();

  constructor(foldable: ReadonlySet<Tensor>, batched: ReadonlySet<Tensor>, options: FoldBatchOptions) {
    this.#foldable = foldable;
    this.#batched = batched;
    this.#options = options;
  }

  /** Takes the next node; those that it reads were taken before. */
  add(node: Tensor): void {
    if (this.#foldable.has(node)) this.#folded.set(node, this.#fold(node));
    else
      this.#wholes.set(
        node,
        this.#reduced(node) ??
          rebuilt(
            node,
            node.inputs.map((t) => this.whole(t)),
          ),
      );
  }

  /** What stands for a node, as it lay before. */
  whole(node: Tensor): Tensor {
    const known = this.#wholes.get(node);
    if (known !== undefined) return known;
    const [n, c, h, w] = node.shape as Shape4;
    const made = ops.transpose(ops.reshape(this.#folded.get(node)!, [c, n, h, w]), [1, 0, 2, 3]);
    this.#wholes.set(node, made);
    return made;
  }

  /** Images as they lie folded: [1, C, N * H, W]. */
  #foldedImages(node: Tensor): Tensor {
    const known = this.#folded.get(node);
    if (known !== undefined) return known;
    const [n, c, h, w] = node.shape as Shape4;
    const made = ops.reshape(ops.transpose(this.whole(node), [1, 0, 2, 3]), [1, c, n * h, w]);
    this.#folded.set(node, made);
    return made;
  }

  #fold(node: Tensor): Tensor {
    if (isConvolution(node)) return isPointwise(node) ? this.#pointwise(node) : this.#depthwise(node);
    const [n, c, h, w] = node.shape as Shape4;
    const inputs = node.inputs.map((t) => {
      // With an even height, rows of one phase stay so where images lie below each other.
      if (isPhases(node)) return this.#foldedImages(t);
      if (sameShape(t.shape, node.shape)) return this.#foldedImages(t);
      const whole = this.whole(t);
      if (t.rank < 4 || t.shape[0] === 1) return whole;
      // One number an image and channel.
      const swapped = ops.transpose(whole, [1, 0, 2, 3]);
      return ops.reshape(ops.expand(swapped, [c, n, h, w]), [1, c, n * h, w]);
    });
    return new Tensor(node.op, inputs, node.attributes);
  }

  #pointwise(node: Tensor): Tensor {
    const x = this.#foldedImages(node.inputs[0]!);
    const [kernel, bias] = node.inputs.slice(1).map((t) => this.whole(t)) as [Tensor, Tensor?];
    if (node.op === ops.conv2dOp) return ops.conv2d(x, kernel, { bias });
    return ops.conv2d(x, ops.transpose(kernel, [1, 0, 2, 3]));
  }

  #depthwise(node: Tensor): Tensor {
    const [x, other] = node.inputs as [Tensor, Tensor];
    const n = this.#options.batchSize;
    const [, c, h, w] = x.shape as Shape4;
    const apart = ops.reshape(this.#foldedImages(x), [1, c * n, h, w]);
    const kernel = this.whole(other);
    const { blocks } = this.#options;
    const conv = node.attributes as Conv;
    const result =
      node.op === ops.conv2dOp
        ? depthwise(apart, kernel, conv, blocks)
        : depthwiseInputGradient(apart, kernel, conv as Conv & { inputSize: [number, number] }, blocks);
    const [, , oh, ow] = node.shape as Shape4;
    const folded = ops.reshape(result, [1, c, n * oh, ow]);
    const bias = node.inputs[2];
    return bias === undefined ? folded : ops.add(folded, ops.reshape(this.whole(bias), [1, c, 1, 1]));
  }

  /** A sum over the batch of folded images, or undefined for any other node. */
  #reduced(node: Tensor): Tensor | undefined {
    const [x, other] = node.inputs;
    if (node.op === ops.conv2dKernelGradientOp) {
      const reads = [x!, other!];
      const isFolded = reads.some((t) => this.#foldable.has(t)) && reads.every((t) => this.#batched.has(t));
      return isFolded ? this.#kernelGradient(node, x!, other!) : undefined;
    }
    if (x === undefined || !this.#foldable.has(x)) return undefined;
    if (node.op !== ops.reduceSumOp && node.op !== ops.reduceMeanOp) return undefined;
    const { axes } = node.attributes as { axes: readonly number[] };
    const [n, c, h, w] = x.shape as Shape4;
    const isWhole = String(axes) === "0,2,3";
    if (!isWhole && String(axes) !== "2,3") return undefined;
    const folded = this.#foldedImages(x);
    const sumOf = (t: Tensor, count: number) => (node.op === ops.reduceSumOp ? ops.mul(t, ops.scalar(count)) : t);
    if (isWhole && h * w < LONG) return ops.reshape(sumOf(ops.reduceMean(folded, [0, 2, 3]), n * h * w), node.shape);
    // First within each image, then over images: long sums lose digits.
    const perImage = sumOf(ops.reduceMean(ops.reshape(folded, [c, n, h, w]), [2, 3]), h * w); // [C, N]
    const result = isWhole
      ? new Tensor(node.op, [perImage], { axes: [1], keepDims: false })
      : ops.transpose(perImage, [1, 0]);
    return ops.reshape(result, node.shape);
  }

  #kernelGradient(node: Tensor, x: Tensor, dz: Tensor): Tensor | undefined {
    const n = this.#options.batchSize;
    const [folded, gradient] = [this.#foldedImages(x), this.#foldedImages(dz)];
    const apart = (t: Tensor, like: Tensor) => {
      const [, c, h, w] = like.shape as Shape4;
      return ops.reshape(t, [1, c * n, h, w]);
    };
    if (isPointwise(node)) return pointwiseKernelGradient(folded, gradient);
    if (!isDepthwise(node)) return undefined;
    const found = depthwiseKernelGradient(
      apart(folded, x),
      apart(gradient, dz),
      node.attributes as never,
      this.#options.blocks,
    );
    const [c, , kh, kw] = node.shape as Shape4;
    return ops.reshape(ops.reduceSum(ops.reshape(found, [c, n, kh * kw]), [1]), [c, 1, kh, kw]);
  }
}

/** One matrix product over all positions: x [1, C, H, W] and dz [1, O, H, W] give [O, C, 1, 1]. */
function pointwiseKernelGradient(x: Tensor, dz: Tensor): Tensor {
  const [, c, h, w] = x.shape as Shape4;
  const o = dz.shape[1] as number;
  const [images, gradients] = [ops.reshape(x, [c, h * w]), ops.reshape(dz, [o, h * w])];
  // The larger operand goes first (measured).
  const product =
    o >= c
      ? ops.matMul(gradients, ops.transpose(images, [1, 0]))
      : ops.transpose(ops.matMul(images, ops.transpose(gradients, [1, 0])), [1, 0]);
  return ops.reshape(product, [o, c, 1, 1]);
}

function rebuilt(node: Tensor, inputs: readonly Tensor[]): Tensor {
  return inputs.every((input, i) => input === node.inputs[i]) ? node : new Tensor(node.op, inputs, node.attributes);
}
