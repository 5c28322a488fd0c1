// The graph model of TensorFlow.js: its nodes become those of ONNX, in which layers are found.
import { counted } from "../../core/counted.ts";
import { LeukogramError } from "../../core/errors.ts";
import type { DecodedModel, DecodedValue } from "../../graph/onnx/decode.ts";
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";
import type { DescribedModel } from "../keras/kerasModel.ts";
import { modelOfDecoded, type OnnxModelOptions } from "../onnx/onnxModel.ts";
import { type NodeJson, outputNamed, type ShapeJson, TensorflowNode } from "./node.ts";
import { leastInputs, TENSORFLOW_OPERATORS } from "./operators.ts";
import { type Translated, Translation } from "./translation.ts";

/** A GraphDef in JSON. */
export interface GraphJson {
  readonly node: readonly NodeJson[];
}

type Ends = Readonly<Record<string, { readonly name: string; readonly tensorShape?: ShapeJson }>>;

/** What goes into a graph and comes out of it. */
export interface SignatureJson {
  readonly inputs?: Ends;
  readonly outputs?: Ends;
}

/** A graph and its weights. */
export interface TensorflowGraph {
  readonly graph: GraphJson;
  readonly weights: readonly DecodedTensor[];
  readonly signature?: SignatureJson | undefined;
}

/** The newest operators of ONNX that nodes are translated to. */
const OPSET = 18;
/** More whole numbers than this are no shape. */
const MOST_WHOLE = 1000;

/**
 * The layers of a graph of TensorFlow that classifies images; nothing in it is run. What is no layer of Keras becomes
 * a layer of class OnnxOperators, as in an ONNX file.
 *
 * @throws LeukogramError ERR_FORMAT if an operator is not supported, weights are missing, or the graph does not take one
 * image and give one row.
 */
export function graphModelOf(given: TensorflowGraph, options: OnnxModelOptions): DescribedModel {
  const { model, notes } = modelOfDecoded(() => new Translator(given).decoded(), { ...options, name: "graph" });
  return { model, notes };
}

/** Translates the nodes that the outputs depend on, each after those that it reads. */
class Translator {
  readonly #nodes = new Map<string, TensorflowNode>();
  readonly #weights: ReadonlyMap<string, DecodedTensor>;
  readonly #signature: SignatureJson;
  readonly #graph = new Translation();
  readonly #done = new Map<string, readonly Translated[]>();
  readonly #inputs: DecodedValue[] = [];
  readonly #prefix: string;

  constructor({ graph, weights, signature = {} }: TensorflowGraph) {
    for (const node of graph.node) {
      if (typeof node?.name !== "string" || typeof node.op !== "string")
        throw new LeukogramError("ERR_FORMAT", "has a node without name or operator", { hint: "Copy it again." });
      this.#nodes.set(node.name, new TensorflowNode(node));
    }
    this.#weights = new Map(weights.map((tensor) => [tensor.name, tensor]));
    this.#signature = signature;
    this.#prefix = commonScope([...this.#nodes.values()]);
  }

  decoded(): DecodedModel {
    const outputs = this.#ends().map((text) => {
      const { node, output } = outputNamed(text);
      this.#translate(node);
      return this.#graph.nameOf(this.#result(node, output));
    });
    return {
      producer: "TensorFlow",
      opset: OPSET,
      nodes: this.#graph.nodes.map((node) => ({ ...node, name: this.#shortName(node.name) })),
      initializers: this.#graph.initializers,
      inputs: this.#inputs,
      outputs: outputs.map((name) => ({ name, elementType: 1, shape: [] })),
      metadata: {},
    };
  }

  // What the signature says, or what nobody reads.
  #ends(): readonly string[] {
    const named = Object.values(this.#signature.outputs ?? {}).map(({ name }) => name);
    if (named.length > 0) return named;
    const read = new Set([...this.#nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
    return [...this.#nodes.keys()].filter((name) => !read.has(name));
  }

  // Without recursion, as deep graphs have thousands of nodes one behind the other.
  #translate(end: string): void {
    const open = new Set<string>();
    const stack = [end];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const node = this.#nodes.get(name);
      if (node === undefined) throw new LeukogramError("ERR_FORMAT", `has no node "${name}", whose result is needed`);
      const missing = node.inputs.map((input) => input.node).filter((input) => !this.#done.has(input));
      if (missing.length === 0) {
        if (!this.#done.has(name)) this.#done.set(name, this.#results(node));
        stack.pop();
        continue;
      }
      if (open.has(name)) throw node.refuse("depends on its own result");
      open.add(name);
      stack.push(...missing.reverse());
    }
  }

  #results(node: TensorflowNode): readonly Translated[] {
    if (node.op === "Placeholder") return [this.#input(node)];
    if (node.op === "Const") return [this.#constant(node)];
    const operator = TENSORFLOW_OPERATORS[node.op];
    if (operator === undefined)
      throw node.refuse("is not supported", `Supported: ${Object.keys(TENSORFLOW_OPERATORS).sort().join(", ")}.`);
    const inputs = node.inputs.map((input) => this.#result(input.node, input.output));
    const least = leastInputs(node.op);
    if (inputs.length < least) throw node.refuse(`has ${counted(inputs.length, "input")}, but needs ${least}`);
    const result = operator(inputs, node, this.#graph);
    return Array.isArray(result) ? result : [result as Translated];
  }

  #result(node: string, output: number): Translated {
    const found = this.#done.get(node)?.[output];
    if (found === undefined)
      throw this.#nodes.get(node)!.refuse(`is used for its result number ${output + 1}, which is not supported`);
    return found;
  }

  #input(node: TensorflowNode): Translated {
    const ends = Object.values(this.#signature.inputs ?? {});
    const shape = ends.find(({ name }) => outputNamed(name).node === node.name)?.tensorShape ?? node.shape("shape");
    const sizes = (shape?.dim ?? []).map(({ size = 0 }) => (Number(size) > 0 ? Number(size) : ""));
    const isTurned = sizes.length === 4 && (sizes[3] === 1 || sizes[3] === 3);
    const [n, h, w, c] = sizes as [number, number, number, number];
    this.#inputs.push({ name: node.name, elementType: 1, shape: isTurned ? [n, c, h, w] : sizes });
    return { name: node.name, rank: sizes.length, isTurned };
  }

  #constant(node: TensorflowNode): Translated {
    const constant = this.#weights.get(node.name);
    if (constant === undefined)
      throw node.refuse("is not among the weights", "Convert the model again: model.json lists all its weights.");
    const isWhole = !constant.isReal && constant.data.length <= MOST_WHOLE;
    const whole = isWhole ? { whole: [...constant.data] } : {};
    return { name: node.name, rank: constant.shape.length, isTurned: false, constant, ...whole };
  }

  #shortName(name: string): string {
    return name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name;
  }
}

// "StatefulPartitionedCall/model_1/", which is before the names of all nodes that compute.
function commonScope(nodes: readonly TensorflowNode[]): string {
  const names = nodes.filter(({ inputs, name }) => inputs.length > 0 && name.includes("/")).map(({ name }) => name);
  const [first = "", ...others] = names;
  let end = first.lastIndexOf("/") + 1;
  while (end > 0 && !others.every((name) => name.startsWith(first.slice(0, end))))
    end = first.lastIndexOf("/", end - 2) + 1;
  return first.slice(0, end);
}
