import { LeukogramError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import { numElements, show } from "../core/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { CallContext, Layer, LayerOutput } from "./layer.ts";
import { Input, InputLayer } from "./layers/inputLayer.ts";
import type { LayerShape } from "./layout.ts";
import { summarize } from "./summary.ts";
import type { Weight } from "./weight.ts";

/** What makes a {@link Model}. */
export interface ModelOptions {
  /** Where data enters: from `Input`, or from inside another model to take its later layers. */
  readonly input: LayerOutput;
  readonly output: LayerOutput;
  /** Default: model. */
  readonly name?: string;
}

/**
 * Layers from one input to one output, with their weights (keras.Model).
 *
 * @example
 * const image = Input([28, 28, 1]);
 * const output = new Dense({ units: 5, activation: "softmax" }).apply(new Flatten().apply(image));
 * const model = new Model({ input: image, output });
 */
export class Model {
  readonly name: string;
  readonly input: LayerOutput;
  readonly output: LayerOutput;
  /** Every layer once, each after those it follows from. */
  readonly layers: readonly Layer[];
  readonly #order: readonly LayerOutput[];

  constructor({ input, output, name = "model" }: ModelOptions) {
    this.name = name;
    this.input = input;
    this.output = output;
    // Where data enters inside another model, the layers before it stay behind.
    const entry = input.layer instanceof InputLayer ? input : Input(input.shape);
    this.#order = [entry, ...stepsBehind(input, output)];
    this.layers = [...new Set(this.#order.map(({ layer }) => layer))];
    nameLayers(this.layers);
  }

  /** Adds all layers to a graph: `x` is [N, C, H, W] or [N, F], the result [N, K]. */
  call(x: Tensor, context: CallContext): Tensor {
    return this.callSteps(x, context).get(this.output)!;
  }

  /** The same, with the tensor of every step from the input to the output. */
  callSteps(x: Tensor, context: CallContext): ReadonlyMap<LayerOutput, Tensor> {
    const tensors = new Map<LayerOutput, Tensor>([[this.input, x]]);
    for (const step of this.#order.slice(1)) {
      const inputs = step.inputs.map((t) => tensors.get(t)!);
      tensors.set(step, step.layer.call(inputs, context));
    }
    return tensors;
  }

  /** Every step behind the input, each after those it follows from; a layer that is applied twice has two. */
  get steps(): readonly LayerOutput[] {
    return this.#order.slice(1);
  }

  /** Gives every weight its first value; equal seeds give equal weights. Returns the model. */
  initialize(seed: number | Rng = 0): this {
    const rng = typeof seed === "number" ? new Rng(seed).fork("initialize") : seed;
    for (const layer of this.layers) layer.initialize(rng);
    return this;
  }

  /** The layer of that name. @throws ERR_CONFIG if there is none. */
  layer(name: string): Layer {
    const found = this.layers.find((layer) => layer.name === name);
    if (found === undefined) throw new LeukogramError("ERR_CONFIG", `model ${this.name} has no layer "${name}"`);
    return found;
  }

  /** Weights by path `layer/weight`, layers in order. */
  get weights(): ReadonlyMap<string, Weight> {
    return new Map(this.layers.flatMap(({ name, weights }) => weights.map((w) => [`${name}/${w.name}`, w])));
  }

  /** The weights that training changes by gradients. */
  get trainableWeights(): ReadonlyMap<string, Weight> {
    const frozen = new Set(this.layers.flatMap((layer) => (layer.trainable ? [] : layer.weights)));
    return new Map([...this.weights].filter(([, weight]) => weight.trainable && !frozen.has(weight)));
  }

  /** Number of entries of all weights. */
  get parameters(): number {
    return [...this.weights.values()].reduce((sum, { shape }) => sum + numElements(shape), 0);
  }

  /**
   * Puts values into weights by path.
   *
   * @throws ERR_WEIGHTS if a path is not known or a value does not fill its weight.
   */
  setWeights(values: ReadonlyMap<string, Float32Array>): void {
    const weights = this.weights;
    // All are looked at before one is changed.
    for (const [path, value] of values) {
      const weight = weights.get(path);
      if (weight === undefined) throw new LeukogramError("ERR_WEIGHTS", `model ${this.name} has no weight "${path}"`);
      if (value.length !== numElements(weight.shape))
        throw new LeukogramError(
          "ERR_WEIGHTS",
          `${path}: expected ${show(weight.shape)}, received ${value.length} numbers`,
        );
    }
    for (const [path, value] of values) weights.get(path)!.value = Float32Array.from(value);
  }

  /** A table of layers, shapes and parameters, as Keras prints it. */
  summary(): string {
    return summarize(this.name, this.#order, this.trainableWeights);
  }
}

/** A model of layers one behind the other (keras.Sequential). */
export class Sequential extends Model {
  /** @param inputShape without the batch: [H, W, C] or [F]. */
  constructor(inputShape: LayerShape, layers: readonly Layer[], { name = "sequential" }: { name?: string } = {}) {
    const input = Input(inputShape);
    super({ input, output: layers.reduce((before, layer) => layer.apply(before), input), name });
  }
}

function stepsBehind(input: LayerOutput, output: LayerOutput): LayerOutput[] {
  const order = new Set<LayerOutput>([input]);
  const visit = (step: LayerOutput): void => {
    if (order.has(step)) return;
    if (step.inputs.length === 0)
      throw new LeukogramError("ERR_CONFIG", "model: its output depends on an input other than the one given");
    for (const before of step.inputs) visit(before);
    order.add(step);
  };
  visit(output);
  return [...order].slice(1);
}

// Keras's default names: the class in snake case, numbered from the second on.
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set(layers.map(({ name }) => name));
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = snakeCase(layer.className);
    for (let i = 0; layer.name === ""; i++) {
      const name = i === 0 ? base : `${base}_${i}`;
      if (!taken.has(name)) layer.name = name;
    }
    taken.add(layer.name);
  }
  const twice = layers.find(({ name }, i) => layers.findIndex((other) => other.name === name) !== i);
  if (twice) throw new LeukogramError("ERR_CONFIG", `model: two layers are named "${twice.name}"`);
}

// keras.src.utils.naming.to_snake_case
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
