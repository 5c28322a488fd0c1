import { LeukogramError } from "../../core/errors.ts";
import type { Dim } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerOptions, type LayerOutput } from "../../nn/layer.ts";
import type { Weight } from "../../nn/weight.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { OPERATORS } from "./operators.ts";

/** Where an input of an operator comes from. */
export type Source =
  /** What another layer gives. */
  | { readonly kind: "input"; readonly output: LayerOutput }
  /** A weight of the layer. */
  | { readonly kind: "weight"; readonly weight: Weight }
  /** A number, or several, that training leaves alone. */
  | { readonly kind: "fixed"; readonly data: Float32Array; readonly shape: readonly number[] }
  /** What another operator of the layer gives. */
  | { readonly kind: "step"; readonly step: FragmentStep; readonly output: number };

/** One operator of a fragment. Inputs that are whole numbers are among its facts, and undefined here. */
export interface FragmentStep {
  readonly facts: NodeFacts;
  readonly sources: readonly (Source | undefined)[];
}

interface Config {
  readonly result: Source;
  /** What the layer is applied to, in order. */
  readonly inputs: readonly LayerOutput[];
}

/** A part of an ONNX graph that is no layer of Keras: operators, one behind the other. */
export class OnnxOperators extends Layer<Config> {
  readonly className = "OnnxOperators";
  readonly #own: readonly Weight[];

  constructor({ result, name = "" }: LayerOptions & { readonly result: Source }) {
    const inputs = new Set<LayerOutput>();
    const own = new Set<Weight>();
    eachSource(result, (source) => {
      if (source.kind === "input") inputs.add(source.output);
      if (source.kind === "weight") own.add(source.weight);
    });
    super({ result, inputs: [...inputs] }, { name });
    this.#own = [...own];
  }

  protected override build(): readonly Weight[] {
    return this.#own;
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const input = (output: LayerOutput) => inputs[this.config.inputs.indexOf(output)]!;
    return evaluate(this.config.result, { input, batch: inputs[0]!.shape[0]!, weight: context.weight });
  }
}

/** What a fragment is evaluated with. */
export interface Surroundings extends Pick<CallContext, "weight"> {
  readonly batch: Dim;
  input(output: LayerOutput): Tensor;
}

/** The tensor that a source stands for. */
export function evaluate(source: Source, { batch, input, weight }: Surroundings): Tensor {
  const done = new Map<FragmentStep, readonly Tensor[]>();
  const tensorOf = (from: Source): Tensor => {
    if (from.kind === "input") return input(from.output);
    if (from.kind === "weight") return weight(from.weight);
    if (from.kind === "fixed") return ops.constant(from.data, from.shape);
    const results = done.get(from.step) ?? operate(from.step, tensorOf, batch);
    done.set(from.step, results);
    return results[from.output]!;
  };
  return tensorOf(source);
}

function operate({ facts, sources }: FragmentStep, tensorOf: (from: Source) => Tensor, batch: Dim): readonly Tensor[] {
  const operator = OPERATORS[facts.node.type]!;
  // Inputs that are left out keep their place.
  const inputs = sources.map((from) => from && tensorOf(from)) as readonly Tensor[];
  try {
    const result = operator(inputs, facts, batch);
    return Array.isArray(result) ? result : [result as Tensor];
  } catch (cause) {
    if (!(cause instanceof LeukogramError) || cause.code === "ERR_FORMAT") throw cause;
    throw facts.refuse(`is not valid: ${cause.reason}`);
  }
}

/** Visits a source and all that it follows from within its fragment, each once. */
export function eachSource(source: Source, visit: (source: Source) => void): void {
  const seen = new Set<FragmentStep>();
  const go = (from: Source): void => {
    visit(from);
    if (from.kind !== "step" || seen.has(from.step)) return;
    seen.add(from.step);
    for (const before of from.step.sources) if (before !== undefined) go(before);
  };
  go(source);
}
