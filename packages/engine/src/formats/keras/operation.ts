import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerOptions } from "../../nn/layer.ts";
import { fromKerasOrder, toKerasOrder } from "../../nn/layout.ts";

/** What an operation does to tensors whose axes are as Keras has them: [N, H, W, C]. */
export type OnTensors = (inputs: readonly Tensor[]) => Tensor;

/** An operator of a model that is no layer of Keras: a function of keras.ops or of TensorFlow. */
export class KerasOperation extends Layer<{ readonly operator: string }> {
  readonly className = "KerasOperation";
  readonly #act: OnTensors;

  constructor(operator: string, act: OnTensors, options: LayerOptions = {}) {
    super({ operator }, options);
    this.#act = act;
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return fromKerasOrder(this.#act(inputs.map(toKerasOrder)));
  }
}
