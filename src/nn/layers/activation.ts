import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, activate } from "../activations.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/** An activation function as a layer (keras.layers.Activation). */
export class Activation extends Layer<{ readonly activation: ActivationName }> {
  readonly className = "Activation";

  constructor({ activation, ...options }: LayerOptions & { readonly activation: ActivationName }) {
    super({ activation }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    return activate(x, this.config.activation);
  }
}

/** max(x, 0), no higher than `maxValue` where given (keras.layers.ReLU). */
export class ReLU extends Layer<{ readonly maxValue: number | null }> {
  readonly className = "ReLU";

  constructor({ maxValue = null, ...options }: LayerOptions & { readonly maxValue?: number | null } = {}) {
    super({ maxValue }, options);
  }

  override call([x]: readonly [Tensor]): Tensor {
    const { maxValue } = this.config;
    return maxValue === null ? ops.relu(x) : ops.clip(x, 0, maxValue);
  }
}
