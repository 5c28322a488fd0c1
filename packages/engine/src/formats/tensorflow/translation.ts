// The nodes of ONNX that those of TensorFlow become, and how images lie in them.
import { LeukogramError } from "../../core/errors.ts";
import type { DecodedAttribute, DecodedNode } from "../../graph/onnx/decode.ts";
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";

/** A tensor of TensorFlow by what it is in ONNX. */
export interface Translated {
  readonly name: string;
  readonly rank: number;
  /** Whether what is [N, H, W, C] in TensorFlow is kept as [N, C, H, W]. */
  readonly isTurned: boolean;
  /** Whole numbers of a shape, as far as they are known. */
  readonly whole?: readonly (number | undefined)[];
  /** Numbers of the file. */
  readonly constant?: DecodedTensor;
  /** An image whose pixels were dealt out to several, for a convolution with gaps. */
  readonly dealt?: Dealt;
}

/** Between SpaceToBatchND and BatchToSpaceND. */
export interface Dealt {
  readonly image: Translated;
  readonly dilations: readonly number[];
  /** Top, bottom, left, right. */
  readonly pads: readonly number[];
  /** The convolution in between, once it is known; given top, left, bottom and right. */
  convolve?(pads: readonly number[]): Translated;
}

/** What {@link Translation.emit} takes beside type and inputs. */
export interface EmitOptions {
  /** For messages and layers. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, DecodedAttribute>>;
}

/** Where each axis of [N, H, W, C] is in [N, C, H, W]. */
const TURNED = [0, 2, 3, 1];
/** The axes of [N, H, W, C] in the order of [N, C, H, W], and back. */
const TO_FRONT = [0, 3, 1, 2];
const TO_BACK = [0, 2, 3, 1];

/** Collects nodes and weights of an ONNX graph. */
export class Translation {
  readonly nodes: DecodedNode[] = [];
  readonly initializers = new Map<string, DecodedTensor>();
  #count = 0;

  /** Adds a node of one output, and gives that output's name. Inputs that are left out are "". */
  emit(type: string, inputs: readonly (Translated | undefined)[], options: EmitOptions): string {
    return this.emitSeveral(type, inputs, { ...options, count: 1 })[0]!;
  }

  /** Adds a node of `count` outputs. */
  emitSeveral(
    type: string,
    inputs: readonly (Translated | undefined)[],
    { name, attributes = {}, count }: EmitOptions & { readonly count: number },
  ): readonly string[] {
    const outputs = Array.from({ length: count }, () => this.#free(name));
    this.nodes.push({
      name,
      type,
      domain: "",
      inputs: inputs.map((input) => (input === undefined ? "" : this.nameOf(input))),
      outputs,
      attributes: new Map(Object.entries(attributes)),
    });
    return outputs;
  }

  /** The name by which nodes of ONNX read a tensor. */
  nameOf({ name, constant, dealt }: Translated): string {
    if (dealt !== undefined)
      throw new LeukogramError(
        "ERR_FORMAT",
        `"${name}" (SpaceToBatchND) is not followed by a convolution and BatchToSpaceND`,
      );
    if (constant !== undefined && !this.initializers.has(name)) this.initializers.set(name, { ...constant, name });
    return name;
  }

  /** A constant under a name of its own. */
  constant(tensor: DecodedTensor): Translated {
    const name = this.#free(tensor.name);
    return { name, rank: tensor.shape.length, isTurned: false, constant: tensor };
  }

  /** A tensor with its axes in another order, as it lies in ONNX. */
  transposed(x: Translated, order: readonly number[]): Translated {
    if (x.constant !== undefined) return this.constant(transposedTensor(x.constant, order));
    const name = this.emit("Transpose", [x], { name: "turn", attributes: { perm: { ints: order } } });
    return { name, rank: x.rank, isTurned: false };
  }

  /** An image as [N, C, H, W]; what has fewer axes than an image is broadcast to one. */
  turned(x: Translated): Translated {
    if (x.isTurned) return x;
    return { ...this.transposed(this.#imageLike(x), TO_FRONT), isTurned: true };
  }

  /** A tensor as it lies in TensorFlow. */
  plain(x: Translated): Translated {
    return x.isTurned ? { ...this.transposed(x, TO_BACK), isTurned: false } : x;
  }

  /** Tensors that are broadcast to each other, all of them turned or none. */
  together(values: readonly Translated[]): readonly Translated[] {
    if (!values.some(({ isTurned }) => isTurned)) return values;
    return values.map((value) => (value.rank === 0 ? value : this.turned(value)));
  }

  #imageLike(x: Translated): Translated {
    const missing = 4 - x.rank;
    if (missing === 0) return x;
    if (missing < 0) throw new LeukogramError("ERR_FORMAT", `"${x.name}" has ${x.rank} axes; images have 4`);
    const { constant } = x;
    if (constant !== undefined)
      return { ...x, rank: 4, constant: { ...constant, shape: [...new Array(missing).fill(1), ...constant.shape] } };
    const attributes = { axes: { ints: [...new Array(missing).keys()] } };
    return { name: this.emit("Unsqueeze", [x], { name: "unsqueeze", attributes }), rank: 4, isTurned: false };
  }

  #free(name: string): string {
    return `${name}#${this.#count++}`;
  }
}

/** Where an axis of TensorFlow is in ONNX. @throws ERR_FORMAT if there is no such axis. */
export function axisOf(x: Translated, axis: number): number {
  const front = axis < 0 ? axis + x.rank : axis;
  if (!(front >= 0 && front < x.rank))
    throw new LeukogramError("ERR_FORMAT", `"${x.name}" has no axis ${axis}: it has ${x.rank}`);
  return x.isTurned ? TURNED[front]! : front;
}

/** Entries for each axis of TensorFlow in the order of ONNX. */
export function inOrder<T>(x: Translated, entries: readonly T[]): readonly T[] {
  return x.isTurned ? TO_FRONT.map((axis) => entries[axis]!) : entries;
}

function transposedTensor(tensor: DecodedTensor, order: readonly number[]): DecodedTensor {
  const strides = tensor.shape.map((_, axis) => tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const shape = order.map((axis) => tensor.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const data = tensor.data.slice();
  const place = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < data.length; i++) {
    data[i] = tensor.data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      place[axis]! += 1;
      if (place[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return { ...tensor, shape, data };
}
