import type { Dim, Shape } from "../core/shape.ts";
import type { Emitter } from "./onnx/emitter.ts";
import type * as Ops from "./ops/index.ts";

/** Types of a tensor's entries. */
export type DType = "float32" | "uint8" | "int8" | "int32" | "int64" | "bool";

/** Entries of a constant, row-major. */
export type TensorData = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** The type of entries that an array of that kind holds. */
export function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}

/** Shape and type of a tensor. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What an op is set to; plain data, so that equal settings compare equal. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** One setting of an op. */
export type Attribute = number | string | boolean | undefined | readonly Dim[] | TensorData;

/** What the gradient of an op is written from. */
export interface GradientContext<A extends Attributes = Attributes> {
  /** The node whose gradient is wanted. */
  readonly node: Tensor;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  /** Gradient of the loss with respect to the node's output, of the output's shape. */
  readonly dy: Tensor;
  /** All ops, handed over so that op files need not import each other. */
  readonly ops: typeof Ops;
}

/** One operator: how its type follows from its inputs, how it becomes ONNX, how its gradient is written. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** @throws ERR_SHAPE or ERR_DTYPE if the inputs do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): TensorType;
  /** Adds the ONNX nodes and returns the name of the output. Absent where the op is written in others. */
  emit?(emitter: Emitter, node: Tensor, attributes: A): string;
  /** The same result written in simpler ops. */
  lower?(node: Tensor, attributes: A, ops: typeof Ops): Tensor;
  /**
   * Gradients by input; undefined if there is none. An op that is flat almost everywhere gives none at all, as its
   * gradient is zero; absent on an op that nothing may be learned through.
   */
  gradient?(context: GradientContext<A>): readonly (Tensor | undefined)[];
  /** The result as numbers, for constant folding. */
  evaluate?(inputs: readonly Constant[], attributes: A, type: TensorType): TensorData | undefined;
  /**
   * Whether the node computes each image of the batch by itself; `isBatched` says which inputs are such images. Absent
   * on an op that is never taken apart by images.
   */
  perImage?(node: Tensor, attributes: A, isBatched: (t: Tensor) => boolean): boolean;
  /** Whether the result over all images of the batch is the sum of the results over parts of them. */
  readonly sumsImages?: boolean;
  /** Whether each entry is computed from those at the same place alone. */
  readonly elementwise?: boolean;
  /**
   * Whether 0 becomes 0: said by an op of one tensor that is finite for every number, so that it can be computed past
   * an image's border as well.
   */
  keepsZero?(attributes: A): boolean;
  /** Whether the op stands between two convolutions that may share their phases: bias, normalisation, ReLU. */
  readonly sharesPhases?: boolean;
}

/** A constant's shape and entries. */
export interface Constant {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A node of the graph and its single output: immutable data, no numbers are computed here. */
export class Tensor implements TensorType {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(op: Op, inputs: readonly Tensor[], attributes: Attributes) {
    const { shape, dtype } = op.infer(inputs, attributes);
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** Makes a node of the graph. */
export function apply<A extends Attributes>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return new Tensor(op as unknown as Op, inputs, attributes);
}

/** The tensors that `outputs` follow from, inputs first, each once. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const done = new Set<Tensor>();
  // An explicit stack: deep networks overflow the call stack.
  const stack = [...outputs].reverse().map((tensor) => ({ tensor, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const input = top.tensor.inputs[top.next++];
    if (done.has(top.tensor)) stack.pop();
    else if (input === undefined) {
      done.add(top.tensor);
      order.push(top.tensor);
      stack.pop();
    } else if (!done.has(input)) stack.push({ tensor: input, next: 0 });
  }
  return order;
}
