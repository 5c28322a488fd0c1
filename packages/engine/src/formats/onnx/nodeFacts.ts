import { LeukogramError } from "../../core/errors.ts";
import type { Dim } from "../../core/shape.ts";
import type { DecodedAttribute, DecodedNode } from "../../graph/onnx/decode.ts";
import { samePadding } from "../../graph/ops/convolution.ts";

/** The name of the batch's size. */
export const BATCH = "batch";

/** The size of the batch times a number: "batch", "batch*64". */
export const timesBatch = (count: number): Dim => (count === 1 ? BATCH : `${BATCH}*${count}`);

/** Whole numbers that are known before the graph runs, such as a shape; the batch's size is its name. */
export interface HostValue {
  readonly shape: readonly number[];
  readonly data: readonly Dim[];
}

/** A node of an ONNX graph with what is known about it, for those who say what it means. */
export class NodeFacts {
  readonly node: DecodedNode;
  readonly opset: number;
  /** Inputs that are whole numbers, by place. */
  readonly hosts: ReadonlyMap<number, HostValue>;

  constructor(node: DecodedNode, opset: number, hosts: ReadonlyMap<number, HostValue>) {
    this.node = node;
    this.opset = opset;
    this.hosts = hosts;
  }

  int(name: string, otherwise: number): number {
    return this.#attribute(name, "int", "a whole number") ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, "float", "a number") ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, "ints", "a list of whole numbers");
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, "floats", "a list of numbers");
  }

  text(name: string, otherwise: string): string {
    return this.#attribute(name, "string", "a word") ?? otherwise;
  }

  #attribute<K extends keyof DecodedAttribute>(name: string, kind: K, what: string): DecodedAttribute[K] | undefined {
    const attribute = this.node.attributes.get(name);
    if (attribute !== undefined && attribute[kind] === undefined)
      throw this.refuse(`has ${name}, which is not ${what}`);
    return attribute?.[kind];
  }

  /** Whole numbers that older operators have as an attribute, and newer ones as an input. */
  list(name: string, place: number): readonly Dim[] | undefined {
    return this.ints(name) ?? this.hosts.get(place)?.data;
  }

  /** The same, all of them numbers. */
  numbers(name: string, place: number): readonly number[] | undefined {
    const list = this.list(name, place);
    if (list?.some((dim) => typeof dim !== "number")) throw this.refuse("depends on the size of the batch");
    return list as readonly number[] | undefined;
  }

  /** The node of a window over a line [N, C, L], as it is over an image [N, C, L, 1]. @throws ERR_FORMAT if it is none. */
  ofPlane(): NodeFacts {
    const widen = (name: string, sides: number, filling: number) => {
      const values = this.ints(name);
      if (values === undefined) return [];
      if (values.length !== sides) throw this.refuse(`has ${name} ${JSON.stringify(values)}, but an input of 3 axes`);
      return [[name, { ints: values.flatMap((value) => [value, filling]) }]] as const;
    };
    const windows = ["kernel_shape", "strides", "dilations"].flatMap((name) => widen(name, 1, 1));
    const added = [
      ...windows,
      ...widen("pads", 2, 0),
      ...widen("output_padding", 1, 0),
      ...widen("output_shape", 1, 1),
    ];
    const attributes = new Map([...this.node.attributes, ...added]);
    return new NodeFacts({ ...this.node, attributes }, this.opset, this.hosts);
  }

  /** The error that says what of the node is not supported. */
  refuse(what: string, options: { readonly hint?: string; readonly cause?: unknown } = {}): LeukogramError {
    const { name, type, outputs } = this.node;
    return new LeukogramError("ERR_FORMAT", `node "${name || outputs[0]}" (${type}) ${what}`, options);
  }
}

/** An axis counted from the front. */
export function frontAxis(axis: number, rank: number, facts: NodeFacts): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!(positive >= 0 && positive < rank)) throw facts.refuse(`has no axis ${axis}: its input has ${rank} axes`);
  return positive;
}

/** A window that moves over an image. */
export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** How much of the padding at the bottom and right is there only for a last window that hangs over the edge. */
  readonly hanging: readonly [number, number];
}

/** How the window of a Conv or pool lies over an image of height and width `image`. */
export function windowOf(
  facts: NodeFacts,
  image: readonly Dim[],
  kernel: readonly number[] | undefined = undefined,
): Window {
  const pairOf = (name: string, otherwise: readonly number[]) => {
    const values = facts.ints(name) ?? otherwise;
    if (values.length !== 2 || !values.every((v) => Number.isInteger(v) && v > 0))
      throw facts.refuse(`has ${name} ${JSON.stringify(values)}; only two whole numbers above 0 are supported`);
    return values as readonly [number, number];
  };
  if (image.length !== 2 || image.some((side) => typeof side !== "number"))
    throw facts.refuse(`has an input of ${image.length + 2} axes; only [N, C, H, W] is supported`);
  const size = pairOf("kernel_shape", kernel ?? []);
  if (kernel !== undefined && kernel.join() !== size.join())
    throw facts.refuse(`has kernel_shape ${JSON.stringify(size)}, but a kernel of ${JSON.stringify(kernel)}`);
  const strides = pairOf("strides", [1, 1]);
  const dilations = pairOf("dilations", [1, 1]);
  const extent = size.map((side, i) => (side - 1) * dilations[i]! + 1) as [number, number];
  const pads = [...padsOf(facts, image as readonly number[], extent, strides)] as [number, number, number, number];
  // ceil_mode counts a last window that hangs over the edge: as if there were more padding.
  const over: [number, number] = [0, 0];
  if (facts.int("ceil_mode", 0) === 1)
    for (const i of [0, 1] as const) {
      const room = (image[i] as number) + pads[i] + pads[i + 2]! - extent[i]!;
      const hanging = room % strides[i] === 0 ? 0 : strides[i] - (room % strides[i]);
      const startsInside = Math.ceil(room / strides[i]) * strides[i] < (image[i] as number) + pads[i];
      if (!startsInside) continue;
      pads[i + 2]! += hanging;
      over[i] = hanging;
    }
  return { size, strides, dilations, pads, hanging: over };
}

function padsOf(
  facts: NodeFacts,
  image: readonly number[],
  extent: readonly [number, number],
  strides: readonly [number, number],
): readonly number[] {
  const automatic = facts.text("auto_pad", "NOTSET");
  if (automatic === "VALID") return [0, 0, 0, 0];
  if (automatic === "NOTSET") {
    const pads = facts.ints("pads") ?? [0, 0, 0, 0];
    if (pads.length !== 4 || !pads.every((pad) => Number.isInteger(pad) && pad >= 0))
      throw facts.refuse(`has pads ${JSON.stringify(pads)}; only four whole numbers are supported`);
    return pads;
  }
  const sides = [0, 1].map((i) => samePadding(image[i]!, extent[i]!, strides[i]!));
  const ordered = sides.map(([small, large]) => (automatic === "SAME_LOWER" ? [large, small] : [small, large]));
  return [ordered[0]![0]!, ordered[1]![0]!, ordered[0]![1]!, ordered[1]![1]!];
}

/** Whole numbers [batch, ...offsets]: of image b its number times `step`, and the offsets. */
export interface BatchTable {
  readonly step: number;
  readonly offsets: HostValue;
}
