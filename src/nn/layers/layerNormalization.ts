import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { standardize } from "./groupNormalization.ts";

interface Config {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  readonly epsilon: number;
}

/** The channels of each position normalised together (keras.layers.LayerNormalization over the last axis; Ba et al. 2016). */
export class LayerNormalization extends Layer<Config> {
  readonly className = "LayerNormalization";

  constructor({ axis = -1, epsilon = 0.001, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ axis, epsilon }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const channels = [lastAxisSize(shape, this.config.axis)];
    return [newWeight("gamma", channels, "ones"), newWeight("beta", channels, "zeros")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [gamma, beta] = this.weights.map((weight) => context.weight(weight));
    return ops.channelAffine(standardize(x, x.rank === 4 ? 1 : x.rank - 1, this.config.epsilon), gamma!, beta!);
  }
}
