import { LeukogramError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { sameShape, show } from "../core/shape.ts";
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import { initialize } from "./initializers.ts";
import { fromGraphShape, type LayerShape, toGraphShape } from "./layout.ts";
import type { Weight } from "./weight.ts";

/** What a layer is given when it adds itself to a graph. */
export interface CallContext {
  /** Whether batch statistics and dropout are in use. */
  readonly training: boolean;
  /** How much a batch's own statistics count against the moving ones in training, 0 to 1; default 1. */
  readonly batchShare?: number;
  /** The tensor that stands for a weight. */
  weight(weight: Weight): Tensor;
  /** Says what a weight that is not trained becomes after this step. */
  update(weight: Weight, value: Tensor): void;
  /** Numbers drawn again for each step, uniform in [0, 1). */
  random(shape: readonly number[]): Tensor;
}

/** What programs make of a class of layers in their files. */
export interface LayerFormats {
  /** Where Keras 3 has it; default: keras.layers. In `leukogram`, it is no layer of Keras. */
  readonly module?: string;
  /**
   * What Keras 2 (tf_keras) calls settings and weights that it names otherwise, by our names in snake case; undefined if
   * it has no such layer with the same numbers.
   */
  readonly keras2: Readonly<Record<string, string>> | undefined;
  /** Whether TensorFlow.js 4 has it by this name and runs it with the same numbers. */
  readonly tensorflowJs: boolean;
}

/** A class of layers that files can hold. */
export interface LayerClass {
  new (options: never): Layer;
  readonly formats: LayerFormats;
}

/** What programs make of a layer; undefined of one that is made of operators. */
export function formatsOf(layer: Layer): LayerFormats | undefined {
  return (layer.constructor as Partial<LayerClass>).formats;
}

/** Options that every layer has. */
export interface LayerOptions {
  /** Default: the class in snake case, numbered within its model. */
  readonly name?: string;
  /** Default: true. */
  readonly trainable?: boolean;
}

/** What a layer gives when it is applied: a tensor of a model that is being put together. */
export interface LayerOutput {
  readonly layer: Layer;
  readonly inputs: readonly LayerOutput[];
  /** Without the batch, channels last. */
  readonly shape: LayerShape;
}

/**
 * A layer: settings, weights, and how it writes itself as graph ops. Named and set as in Keras.
 *
 * A subclass says `call`, `build` if it has weights, and in a static `formats` how files hold it; shapes follow from the
 * graph.
 */
export abstract class Layer<Config extends object = object> {
  /** The class's name in Keras. */
  abstract readonly className: string;
  /** The settings, defaults filled in; keys are Keras's in camel case. */
  readonly config: Config;
  name: string;
  /** A frozen layer's weights stay as they are; a frozen BatchNormalization runs in inference mode. */
  trainable: boolean;
  weights: readonly Weight[] = [];
  #builtFor: string | undefined;

  constructor(config: Config, { name = "", trainable = true }: LayerOptions = {}) {
    this.config = config;
    this.name = name;
    this.trainable = trainable;
  }

  /** Adds the layer's ops for `inputs` (images are [N, C, H, W]). */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** The weights for inputs of these shapes. */
  protected build(_shapes: readonly LayerShape[]): readonly Weight[] {
    return [];
  }

  /**
   * Puts the layer behind others.
   *
   * @throws ERR_SHAPE if their shapes do not fit; ERR_CONFIG if a setting is not known.
   */
  apply(inputs: LayerOutput | readonly LayerOutput[]): LayerOutput {
    const list: readonly LayerOutput[] = "layer" in inputs ? [inputs] : inputs;
    const shapes = list.map(({ shape }) => shape);
    const tensors = shapes.map((shape, i) => ops.input(`${i}`, toGraphShape(shape, 1)));
    try {
      this.#ensureBuilt(shapes);
      return { layer: this, inputs: list, shape: fromGraphShape(this.call(tensors, SHAPES_ONLY).shape) };
    } catch (cause) {
      if (!(cause instanceof LeukogramError)) throw cause;
      const reason = cause.message.replace(/^ERR_\w+ /, "");
      throw new LeukogramError(cause.code, `${this.label} on ${shapes.map(show).join(", ")}: ${reason}`, { cause });
    }
  }

  // A layer may be applied again where the same weights fit.
  #ensureBuilt(shapes: readonly LayerShape[]): void {
    const wanted = this.build(shapes);
    if (this.#builtFor === undefined) this.weights = wanted;
    else if (!wanted.every(({ shape }, i) => sameShape(shape, this.weights[i]!.shape)))
      throw new LeukogramError("ERR_SHAPE", `its weights were made for ${this.#builtFor}`);
    this.#builtFor ??= shapes.map(show).join(", ");
  }

  /** Gives every weight its first value. Equal generators give equal weights. */
  initialize(rng: Rng): void {
    for (const weight of this.weights)
      weight.value = initialize(weight.initializer, weight.shape, rng.fork(`${this.name}/${weight.name}`));
  }

  /** Name and class, for messages. */
  get label(): string {
    return this.name === "" ? this.className : `${this.name} (${this.className})`;
  }
}

// A call that only finds out the shapes.
const SHAPES_ONLY: CallContext = {
  training: false,
  weight: ({ name, shape }) => ops.input(name, shape),
  update: () => {},
  random: (shape) => ops.input("random", shape),
};
