import { numElements } from "../../core/shape.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, activate } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";

interface Config {
  readonly units: number;
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly kernelInitializer: string;
}

/** activation(x kernel + bias) along the last axis (keras.layers.Dense). Weights: kernel [F, units], bias [units]. */
export class Dense extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Dense";

  constructor({
    units,
    activation = "linear",
    useBias = true,
    kernelInitializer = "glorot_uniform",
    ...options
  }: LayerOptions & Pick<Config, "units"> & Partial<Config>) {
    super({ units, activation, useBias, kernelInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { units, useBias, kernelInitializer } = this.config;
    const kernel = newWeight("kernel", [shape.at(-1)!, units], kernelInitializer);
    return useBias ? [kernel, newWeight("bias", [units], "zeros")] : [kernel];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [kernel, bias] = this.weights.map((weight) => context.weight(weight));
    return activate(x.rank === 4 ? pointwise(x, kernel!, bias) : rowwise(x, kernel!, bias), this.config.activation);
  }
}

/** x kernel + bias along the last axis: x [N, ..., F], kernel [F, units], bias [units]. */
export function rowwise(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  // As one matrix product, whose kernel's gradient needs no sum over images, where the batch's size is known.
  const rows = x.rank > 2 && typeof x.shape[0] === "number" ? numElements(x.shape.slice(0, -1)) : undefined;
  const flat = rows === undefined ? x : ops.reshape(x, [rows, x.shape.at(-1)!]);
  const product = ops.reshape(ops.matMul(flat, kernel), x.shape.with(-1, kernel.shape[1]!));
  return bias ? ops.add(product, bias) : product;
}

// Keras's last axis is the channels.
function pointwise(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [from, to] = kernel.shape as [number, number];
  return ops.conv2d(x, ops.reshape(ops.transpose(kernel, [1, 0]), [to, from, 1, 1]), { bias });
}
