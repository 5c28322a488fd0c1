import { LeukogramError } from "../../core/errors.ts";
import { numElements, show } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { rowwise } from "./dense.ts";
import { dropped } from "./dropout.ts";

interface Config {
  readonly numHeads: number;
  /** Size of a head's queries and keys. */
  readonly keyDim: number;
  /** Size of a head's values; default: keyDim. */
  readonly valueDim: number;
  /** Share of the attention's entries that are set to 0 in training. */
  readonly dropout: number;
  readonly useBias: boolean;
  readonly kernelInitializer: string;
}

/**
 * Each place of a row looks at the others, several heads at once: softmax(Q K / sqrt(d)) V
 * (keras.layers.MultiHeadAttention; Vaswani et al. 2017). Takes query [T, D] and value [S, E], the value being the key too.
 * Weights: query/kernel [D, heads, keyDim], key/kernel and value/kernel [E, heads, dim], attention_output/kernel
 * [heads, valueDim, D], and a bias to each.
 */
export class MultiHeadAttention extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "MultiHeadAttention";

  constructor({
    numHeads,
    keyDim,
    valueDim = keyDim,
    dropout = 0,
    useBias = true,
    kernelInitializer = "glorot_uniform",
    ...options
  }: LayerOptions & Pick<Config, "numHeads" | "keyDim"> & Partial<Config>) {
    super({ numHeads, keyDim, valueDim, dropout, useBias, kernelInitializer }, options);
  }

  protected override build(shapes: readonly LayerShape[]): readonly Weight[] {
    const [query, value = query, key = value] = shapes as readonly [LayerShape, LayerShape?, LayerShape?];
    if (shapes.some((shape) => shape.length !== 2))
      throw new LeukogramError("ERR_SHAPE", `attention: expected rows [T, D], received ${shapes.map(show).join(", ")}`);
    const { numHeads, keyDim, valueDim } = this.config;
    const dim = query[1]!;
    return [
      ...this.#projection("query", [dim, numHeads, keyDim], [numHeads, keyDim]),
      ...this.#projection("key", [key[1]!, numHeads, keyDim], [numHeads, keyDim]),
      ...this.#projection("value", [value[1]!, numHeads, valueDim], [numHeads, valueDim]),
      ...this.#projection("attention_output", [numHeads, valueDim, dim], [dim]),
    ];
  }

  #projection(name: string, kernel: LayerShape, bias: LayerShape): Weight[] {
    const { useBias, kernelInitializer } = this.config;
    const weight = newWeight(`${name}/kernel`, kernel, kernelInitializer);
    return useBias ? [weight, newWeight(`${name}/bias`, bias, "zeros")] : [weight];
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [query, value = query, key = value] = inputs as readonly [Tensor, Tensor?, Tensor?];
    const { keyDim, valueDim, dropout } = this.config;
    const project = (x: Tensor, name: string, depth: number) => {
      const [kernel, bias] = this.#weightsOf(name, context);
      const rows = rowwise(x, flatKernel(kernel!, depth), bias && ops.reshape(bias, [numElements(bias.shape)]));
      return name === "attention_output" ? rows : this.#heads(rows);
    };
    const q = project(query, "query", 1);
    const k = project(key, "key", 1);
    const scores = ops.matMul(ops.mul(q, ops.scalar(1 / Math.sqrt(keyDim))), ops.transpose(k, [0, 1, 3, 2]));
    const attention = dropped(ops.softmax(scores), { rate: dropout, context }); // [N, heads, T, S]
    const seen = ops.transpose(ops.matMul(attention, project(value, "value", 1)), [0, 2, 1, 3]);
    const [n, t, heads] = seen.shape as [number, number, number];
    return project(ops.reshape(seen, [n, t, heads * valueDim]), "attention_output", 2);
  }

  #weightsOf(name: string, context: CallContext): Tensor[] {
    return this.weights.filter((weight) => weight.name.startsWith(`${name}/`)).map((weight) => context.weight(weight));
  }

  // [N, T, heads * d] -> [N, heads, T, d]
  #heads(x: Tensor): Tensor {
    const { numHeads } = this.config;
    const [n, t, width] = x.shape as [number, number, number];
    return ops.transpose(ops.reshape(x, [n, t, numHeads, width / numHeads]), [0, 2, 1, 3]);
  }
}

// A kernel whose first axes are what comes in: [in..., out...] -> [in, out].
function flatKernel(kernel: Tensor, inputs: number): Tensor {
  const sizes = kernel.shape as readonly number[];
  return ops.reshape(kernel, [numElements(sizes.slice(0, inputs)), numElements(sizes.slice(inputs))]);
}
