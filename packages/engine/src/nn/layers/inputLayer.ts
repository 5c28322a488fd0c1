import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerFormats, type LayerOptions, type LayerOutput } from "../layer.ts";
import type { LayerShape } from "../layout.ts";

/** The entry of a model (keras.layers.InputLayer). */
export class InputLayer extends Layer<{ readonly shape: LayerShape }> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "InputLayer";

  override call(inputs: readonly Tensor[]): Tensor {
    return inputs[0]!;
  }
}

/**
 * Begins a model: a tensor of `shape` without the batch, [H, W, C] for images (keras.Input).
 *
 * @example
 * const images = Input([350, 350, 3]);
 */
export function Input(shape: LayerShape, options: LayerOptions = {}): LayerOutput {
  return { layer: new InputLayer({ shape }, options), inputs: [], shape };
}
