import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, activate, elu, leakyRelu, softmax } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";

/** An activation function as a layer (keras.layers.Activation). */
export class Activation extends Layer<{ readonly activation: ActivationName }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Activation";

  constructor({ activation, ...options }: LayerOptions & { readonly activation: ActivationName }) {
    super({ activation }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return activate(x, this.config.activation);
  }
}

interface ReLUConfig {
  readonly maxValue: number | null;
  /** Slope below `threshold`. */
  readonly negativeSlope: number;
  /** Entries above it stay, those below count from it. */
  readonly threshold: number;
}

/** max(x, 0), no higher than `maxValue` if given (keras.layers.ReLU). */
export class ReLU extends Layer<ReLUConfig> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "ReLU";

  constructor({
    maxValue = null,
    negativeSlope = 0,
    threshold = 0,
    ...options
  }: LayerOptions & Partial<ReLUConfig> = {}) {
    super({ maxValue, negativeSlope, threshold }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { maxValue, negativeSlope, threshold } = this.config;
    if (threshold === 0 && negativeSlope === 0) return maxValue === null ? ops.relu(x) : ops.clip(x, 0, maxValue);
    // Keras: threshold <= x, which the largest float32 below it separates from the rest.
    const passed = threshold === 0 ? ops.relu(x) : ops.mul(x, ops.step(x, justBelow(threshold)));
    const above = maxValue === null ? passed : ops.clip(passed, Number.MIN_SAFE_INTEGER, maxValue);
    if (negativeSlope === 0) return above;
    const below = ops.relu(ops.sub(ops.scalar(threshold), x));
    return ops.sub(above, ops.mul(below, ops.scalar(negativeSlope)));
  }
}

function justBelow(value: number): number {
  const [float, bits] = [new Float32Array([value]), new Int32Array(1)];
  new Float32Array(bits.buffer)[0] = float[0]!;
  bits[0]! += value > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0]!;
}

/** x above 0, `negativeSlope` times x below (keras.layers.LeakyReLU). */
export class LeakyReLU extends Layer<{ readonly negativeSlope: number }> {
  static readonly formats: LayerFormats = { keras2: { negative_slope: "alpha" }, tensorflowJs: false };
  readonly className = "LeakyReLU";

  constructor({ negativeSlope = 0.3, ...options }: LayerOptions & { readonly negativeSlope?: number } = {}) {
    super({ negativeSlope }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return leakyRelu(x, this.config.negativeSlope);
  }
}

/** x above 0, alpha (exp(x) - 1) below (keras.layers.ELU; Clevert et al. 2015). */
export class ELU extends Layer<{ readonly alpha: number }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "ELU";

  constructor({ alpha = 1, ...options }: LayerOptions & { readonly alpha?: number } = {}) {
    super({ alpha }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return elu(x, this.config.alpha);
  }
}

/** exp(x) over its sum along `axis`, counted with the batch (keras.layers.Softmax). */
export class Softmax extends Layer<{ readonly axis: number | readonly number[] }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Softmax";

  constructor({ axis = -1, ...options }: LayerOptions & { readonly axis?: number | readonly number[] } = {}) {
    super({ axis }, options);
    if (typeof axis !== "number" && axis.length !== 1)
      throw new LeukogramError("ERR_CONFIG", `${this.label}: a softmax over several axes is not supported`);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { axis } = this.config;
    return softmax(x, typeof axis === "number" ? axis : axis[0]!);
  }
}

/**
 * x above 0, a learned slope times x below (keras.layers.PReLU; He et al. 2015). Weight: alpha, shaped as the input
 * without the batch, with 1 along `sharedAxes`.
 */
export class PReLU extends Layer<{ readonly sharedAxes: readonly number[] | null }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "PReLU";

  constructor({
    sharedAxes = null,
    ...options
  }: LayerOptions & { readonly sharedAxes?: readonly number[] | null } = {}) {
    super({ sharedAxes }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const alpha = shape.map((size, i) => (this.config.sharedAxes?.includes(i + 1) ? 1 : size));
    return [newWeight("alpha", alpha, "zeros")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const alpha = context.weight(this.weights[0]!);
    const slope = alpha.rank === 3 ? ops.transpose(alpha, [2, 0, 1]) : alpha; // [H, W, C] -> [C, H, W]
    return ops.sub(ops.relu(x), ops.mul(slope, ops.relu(ops.neg(x))));
  }
}
