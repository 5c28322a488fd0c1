import { LeukogramError } from "../../core/errors.ts";
import { type Dim, numElements } from "../../core/shape.ts";
import type { DecodedModel, DecodedNode, DecodedValue } from "../../graph/onnx/decode.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Flatten } from "../../nn/layers/index.ts";
import { newWeight } from "../../nn/weight.ts";
import { batchTable, entriesOfImage } from "./batchTables.ts";
import { withBias } from "./biasedLayer.ts";
import { isWholeType, REAL_TYPES } from "./elementTypes.ts";
import { eachSource, type FragmentStep, OnnxOperators, type Source } from "./fragment.ts";
import { knownResult, realsOf } from "./host/knownResults.ts";
import { kerasLayersOf } from "./kerasLayers.ts";
import type { FoundLayer } from "./mapping.ts";
import { checkEntries } from "./mostEntries.ts";
import { BATCH, type BatchTable, type HostValue, NodeFacts } from "./nodeFacts.ts";
import { OPERATORS } from "./operators.ts";
import { Room } from "./room.ts";
import { checkSignature, isKnown, KNOWN_OPERATORS, kindAt } from "./signatures.ts";
import { isTurn, withoutTurns } from "./turns.ts";
import { constantValue, foldedConstant, shapeOf, symbolic, type Value } from "./values.ts";

/** Operators of which more than the first output is read. */
const HAVE_MANY = new Set(["Split"]);

/** Goes through the nodes of a graph and finds its layers. */
export class GraphReader {
  readonly notes: string[] = [];
  readonly #opset: number;
  readonly #room: Room;
  readonly #values = new Map<string, Value>();
  readonly #uses = new Map<string, number>();
  /** Names of whole numbers that the network computes, or is given. */
  readonly #whole = new Set<string>();
  readonly #names = new Set<string>(["images", "probabilities"]);
  readonly #layers = new Map<Value, LayerOutput>();
  #weights = 0;

  constructor(decoded: DecodedModel) {
    const { opset, nodes, initializers, outputs } = decoded;
    this.#opset = opset;
    this.#room = new Room(decoded);
    for (const [name, tensor] of initializers) this.#values.set(name, constantValue(tensor, true));
    for (const name of [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map((value) => value.name)])
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  /** Says what enters; images with the channels last are turned, as layers have them first. */
  bindInput({ name, elementType }: DecodedValue, output: LayerOutput, isChannelsLast: boolean): void {
    const entry: Value = { kind: "layer", output };
    const attributes = new Map([["perm", { ints: [0, 2, 3, 1] }]]);
    const turn = { name: "turn", type: "Transpose", domain: "", inputs: [name], outputs: [name], attributes };
    if (isWholeType(elementType)) this.#whole.add(name);
    else if (!REAL_TYPES.has(elementType))
      throw new LeukogramError("ERR_FORMAT", `takes "${name}" with an unsupported type (number ${elementType})`);
    if (!isChannelsLast) this.#bind(name, entry);
    else this.#addOperators(new NodeFacts(turn, this.#opset, new Map()), [entry]);
  }

  /** Adds a node; those before it are there. */
  add(node: DecodedNode): void {
    const given = node.inputs.map((name) => (name === "" ? undefined : this.#asImage(this.#value(name, node))));
    const hosts = new Map(given.flatMap((value, i) => (value?.kind === "host" ? [[i, value.value] as const] : [])));
    const facts = new NodeFacts(node, this.#opset, hosts);
    try {
      this.#add(facts, given);
    } catch (cause) {
      if (cause instanceof LeukogramError && cause.code === "ERR_FORMAT") throw cause;
      if (cause instanceof LeukogramError) throw facts.refuse(`is not valid: ${cause.reason}`);
      throw facts.refuse("has inputs or attributes that contradict each other", { cause });
    }
  }

  #add(facts: NodeFacts, given: readonly (Value | undefined)[]): void {
    const { node } = facts;
    const places = batchTable(facts, given);
    if (places !== undefined) {
      this.#bind(node.outputs[0]!, places);
      return;
    }
    if (node.type === "Gather" && given[1]?.kind === "places") {
      this.#addPlaces(facts, given[0]!, given[1].value);
      return;
    }
    const isWhole = (place: number) => this.#whole.has(node.inputs[place] ?? "");
    checkSignature(facts, given, isWhole);
    const values = withReals(facts, given);
    const known = knownResult(facts, values);
    if (!values.includes(known)) this.#room.hold(known);
    if (known !== undefined) this.#bind(node.outputs[0]!, known);
    else if (!this.#addLayers(facts, values)) this.#addOperators(facts, values);
    for (const [i, name] of node.outputs.entries())
      if (name !== "" && !this.#values.has(name) && this.#uses.has(name))
        throw facts.refuse(`has the output "${name}" (number ${i + 1}), which is not supported`);
    const computed = values.findIndex((value) => value?.kind === "layer" || value?.kind === "pending");
    const isCast = node.type === "Cast";
    if (computed >= 0 && (isCast ? isWholeType(facts.int("to", 1)) : isWhole(computed)))
      for (const name of node.outputs) this.#whole.add(name);
  }

  /** The one row of numbers that the graph gives. */
  row(outputs: readonly DecodedValue[]): LayerOutput {
    const found = outputs.map(({ name }) => this.#values.get(name)).filter((value) => value !== undefined);
    const rows = found.filter((value) => isRow(shapeOf(value)));
    if (rows.length !== 1)
      throw new LeukogramError("ERR_FORMAT", `outputs ${rows.length} rows of scores; a classifier outputs one`);
    const output = this.#layerOf(rows[0]!);
    return output.shape.length === 1 ? output : new Flatten({ name: this.#free("flatten") }).apply(output);
  }

  #addLayers(facts: NodeFacts, values: readonly (Value | undefined)[]): boolean {
    const name = this.#nameOf(facts.node);
    const found = this.#biased(facts, values) ?? kerasLayersOf(facts, values, name);
    if (found === undefined) return false;
    this.#bind(facts.node.outputs[0]!, { kind: "layer", output: this.#apply(found) });
    return true;
  }

  // A MatMul that nobody else reads, and the vector that is added to it.
  #biased({ node }: NodeFacts, values: readonly (Value | undefined)[]): FoundLayer | undefined {
    const constant = values.find((value) => value?.kind === "constant");
    const at = values.findIndex((value) => value?.kind === "layer");
    const [layer] = at < 0 ? [] : [values[at]];
    if (node.type !== "Add" || constant?.kind !== "constant" || layer?.kind !== "layer") return undefined;
    return this.#uses.get(node.inputs[at]!) === 1 ? withBias(layer.output, constant) : undefined;
  }

  #apply({ inputs, layers, weights = [] }: FoundLayer): LayerOutput {
    for (const { length } of weights) this.#room.take(length);
    const steps = inputs.map((value) => this.#layerOf(value));
    let output: LayerOutput | readonly LayerOutput[] = steps.length === 1 ? steps[0]! : steps;
    for (const layer of layers) {
      if (layer.name === "") layer.name = this.#free(layer.className.toLowerCase());
      output = layer.apply(output);
    }
    const last = layers.at(-1)!;
    for (const [i, weight] of last.weights.entries()) {
      const value = weights[i];
      if (value?.length !== numElements(weight.shape))
        throw new LeukogramError("ERR_FORMAT", `node "${last.name}": its ${weight.name} does not match its input`);
      weight.value = value;
    }
    return output as LayerOutput;
  }

  #addOperators(facts: NodeFacts, values: readonly (Value | undefined)[]): void {
    const { type, outputs } = facts.node;
    if (OPERATORS[type] === undefined) throw facts.refuse("works on computed values, which is not supported");
    const step: FragmentStep = { facts, sources: values.map((value) => value && this.#sourceOf(value, facts)) };
    const count = HAVE_MANY.has(type) ? outputs.length : 1;
    for (const [output, name] of outputs.slice(0, count).entries()) {
      if (name === "") continue;
      const source: Source = { kind: "step", step, output };
      this.#bind(name, this.#pending(withoutTurns(source)));
    }
  }

  // [batch * S] by [batch, ...] places: [batch, S], and the same places of each image.
  #addPlaces({ node }: NodeFacts, x: Value, places: BatchTable): void {
    const entries = entriesOfImage(new NodeFacts(node, this.#opset, new Map()), x, places);
    const facts = (type: string, outputs: readonly string[], host: HostValue, axis: number) =>
      new NodeFacts(
        { ...node, type, outputs, attributes: new Map([["axis", { int: axis }]]) },
        this.#opset,
        new Map([[1, host]]),
      );
    const rows = `${node.outputs[0]} rows`;
    this.#addOperators(facts("Reshape", [rows], { shape: [2], data: [BATCH, entries] }, 0), [x, undefined]);
    this.#addOperators(facts("Gather", node.outputs, places.offsets, 1), [this.#value(rows, node), undefined]);
  }

  #pending(source: Source): Value {
    if (source.kind === "input") return { kind: "layer", output: source.output };
    const tensor = symbolic(source);
    checkEntries(tensor.shape);
    let [weights, isConstant] = [0, true];
    eachSource(source, (from) => {
      if (from.kind === "weight") weights += from.weight.value.length;
      isConstant &&= from.kind !== "input";
    });
    const isWeight = weights > 0;
    const folded = isConstant ? foldedConstant(tensor) : undefined;
    // A weight that stands in several places, such as a table of biases, is to be trained as one.
    const isRepeated = isWeight && folded !== undefined && folded.data.length > weights;
    if (folded !== undefined && !isRepeated) return this.#room.hold({ kind: "constant", ...folded, isWeight });
    return { kind: "pending", source, shape: tensor.shape };
  }

  #sourceOf(value: Value, facts: NodeFacts): Source | undefined {
    if (value.kind === "host") return undefined;
    if (value.kind === "quantised") throw facts.refuse("works on whole numbers, which is not supported");
    if (value.kind === "places") throw facts.refuse("depends on the size of the batch");
    if (value.kind === "layer") return { kind: "input", output: value.output };
    if (value.kind === "constant") {
      const { data, shape, isWeight } = value;
      if (!isWeight || data.length === 1) return { kind: "fixed", data, shape };
      const weight = newWeight(`weight_${this.#weights++}`, shape, "zeros");
      weight.value = data;
      return { kind: "weight", weight };
    }
    // What several read, or a layer could be made of, becomes one.
    return isWhole(value.shape) && !isTurn(value.source)
      ? { kind: "input", output: this.#layerOf(value) }
      : value.source;
  }

  // Operators that give an image are a layer, so that what follows can be one too; but turns cancel each other.
  #asImage(value: Value): Value {
    if (value.kind !== "pending" || value.shape.length !== 4 || !isWhole(value.shape) || isTurn(value.source))
      return value;
    return { kind: "layer", output: this.#layerOf(value) };
  }

  // The layer of what is pending is made once.
  #layerOf(value: Value): LayerOutput {
    if (value.kind === "layer") return value.output;
    const known = this.#layers.get(value);
    if (known !== undefined) return known;
    if (value.kind !== "pending" || value.source.kind !== "step" || !isWhole(value.shape))
      throw new LeukogramError(
        "ERR_FORMAT",
        `a layer has the input ${JSON.stringify(shapeOf(value))}, which is not a batch of images`,
      );
    const { result, name } = { result: value.source, name: this.#nameOf(value.source.step.facts.node) };
    const layer = new OnnxOperators({ result, name });
    const output = layer.apply(layer.config.inputs);
    this.#layers.set(value, output);
    return output;
  }

  #value(name: string, node: DecodedNode): Value {
    const value = this.#values.get(name);
    if (value === undefined)
      throw new LeukogramError(
        "ERR_FORMAT",
        `node "${node.name || node.type}" reads "${name}", which no earlier node outputs`,
      );
    return value;
  }

  #bind(name: string, value: Value): void {
    if (this.#values.has(name)) throw new LeukogramError("ERR_FORMAT", `outputs "${name}" more than once`);
    this.#values.set(name, value);
  }

  // Keras's names hold no slashes, by which weights are told apart.
  #nameOf({ name, outputs, type }: DecodedNode): string {
    const words = (name || outputs[0] || type).replace(/[^\w.-]+/g, "_").replace(/^_+/, "");
    return this.#free(words || type.toLowerCase());
  }

  #free(name: string): string {
    let free = name;
    for (let i = 1; this.#names.has(free); i++) free = `${name}_${i}`;
    this.#names.add(free);
    return free;
  }
}

const isWhole = (shape: readonly Dim[]) =>
  shape[0] === BATCH && shape.length > 1 && shape.slice(1).every((size) => typeof size === "number");

const isRow = (shape: readonly Dim[]) =>
  shape[0] === BATCH && shape.length >= 2 && shape.slice(2).every((size) => size === 1) && shape[1] !== 1;

/** Makes sure that the operator of a node is known. @throws ERR_FORMAT that names it if it is not. */
export function checkKnown(node: DecodedNode): void {
  const { type, domain } = node;
  if (domain === "" && isKnown(type)) return;
  const facts = new NodeFacts(node, 0, new Map());
  if (domain !== "" && !(domain === "com.microsoft" && type === "Gelu"))
    throw facts.refuse(`has the domain ${domain}, whose operators are not supported`);
  if (isKnown(type)) return;
  const isQuantised = type.includes("Quantize") || type.startsWith("QLinear") || type.endsWith("Integer");
  const hint = isQuantised
    ? "Give the model before quantisation of its activations."
    : `Supported: ${KNOWN_OPERATORS.join(", ")}.`;
  throw facts.refuse("is not supported", { hint });
}

// Known whole numbers that stand with reals are reals; reals that must be known are not trained.
function withReals(facts: NodeFacts, values: readonly (Value | undefined)[]): readonly (Value | undefined)[] {
  if (values.every((value) => value?.kind === "host")) return values;
  return values.map((value, i) => {
    const kind = kindAt(facts, i);
    if (value?.kind === "host" && kind === "either") return realsOf(facts, value.value);
    return value?.kind === "constant" && kind === "fixed" ? { ...value, isWeight: false } : value;
  });
}
