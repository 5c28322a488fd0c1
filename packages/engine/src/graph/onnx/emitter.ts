import { dtypeOf, type Tensor, type TensorData } from "../tensor.ts";
import type { OnnxAttribute, OnnxInitializer, OnnxNode } from "./proto.ts";

/** Collects the ONNX nodes of a graph; ops add theirs through it. */
export class Emitter {
  readonly #nodes: OnnxNode[] = [];
  readonly #outputs = new Map<string, string>();
  readonly initializers: OnnxInitializer[] = [];
  readonly #names = new Map<Tensor, string>();
  readonly #constants = new Map<string, string>();
  readonly #reserved: ReadonlySet<string>;
  #count = 0;

  /** @param reserved names of the graph's inputs and outputs, which no node may take. */
  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  /** The ONNX name of a tensor that was emitted before. */
  name(tensor: Tensor): string {
    return this.#names.get(tensor)!;
  }

  /** Says under which name a tensor was emitted. */
  bind(tensor: Tensor, name: string): void {
    this.#names.set(tensor, name);
  }

  /** Adds a node with one output and returns the output's name. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain?: string,
  ): string {
    const output = this.#newName(type.toLowerCase());
    this.#nodes.push({ type, inputs, outputs: [output], attributes, ...(domain === undefined ? {} : { domain }) });
    return output;
  }

  /** Adds a node with two outputs, of which the second is left unread, and returns the first one's name. */
  firstOfTwo(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const outputs = [this.#newName(type.toLowerCase()), this.#newName("unread")] as const;
    this.#nodes.push({ type, inputs, outputs, attributes });
    return outputs[0];
  }

  /** Names an output of the graph. */
  output(name: string, tensor: Tensor): void {
    const value = this.name(tensor);
    const made = this.#nodes.some(({ outputs }) => outputs.includes(value));
    if (made && !this.#outputs.has(value)) this.#outputs.set(value, name);
    // An input, a constant, or one tensor under two names: a copy.
    else this.#nodes.push({ type: "Identity", inputs: [value], outputs: [name], attributes: {} });
  }

  /** The nodes, in an order in which they can be computed. */
  get nodes(): readonly OnnxNode[] {
    const rename = (value: string) => this.#outputs.get(value) ?? value;
    return this.#nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  }

  /** Adds a constant and returns its name. */
  initializer(shape: readonly number[], data: TensorData): string {
    const name = this.#newName("constant");
    const dtype = dtypeOf(data);
    this.initializers.push({ name, dtype, shape, data });
    return name;
  }

  /** A vector of whole numbers, as ONNX's shape and axis inputs want it; equal ones are shared. */
  ints(values: readonly number[]): string {
    const key = values.join();
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = this.initializer([values.length], BigInt64Array.from(values, BigInt));
      this.#constants.set(key, name);
    }
    return name;
  }

  /** A real number as a scalar; equal ones are shared. */
  scalar(value: number): string {
    const key = `scalar ${value}`;
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = this.initializer([], Float32Array.of(value));
      this.#constants.set(key, name);
    }
    return name;
  }

  #newName(prefix: string): string {
    const name = `${prefix}_${this.#count++}`;
    return this.#reserved.has(name) ? this.#newName(prefix) : name;
  }
}
