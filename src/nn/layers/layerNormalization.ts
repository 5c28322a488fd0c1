import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import type { LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { standardize } from "./groupNormalization.ts";

interface Config {
  readonly epsilon: number;
}

/** The channels of each position normalised together (keras.layers.LayerNormalization over the last axis; Ba et al. 2016). */
export class LayerNormalization extends Layer<Config> {
  readonly className = "LayerNormalization";

  constructor({ epsilon = 0.001, ...options }: LayerOptions & Partial<Config> = {}) {
    super({ epsilon }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const channels = [shape.at(-1)!];
    return [newWeight("gamma", channels, "ones"), newWeight("beta", channels, "zeros")];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [gamma, beta] = this.weights.map((weight) => context.weight(weight));
    return ops.channelAffine(standardize(x, x.rank === 4 ? 1 : x.rank - 1, this.config.epsilon), gamma!, beta!);
  }
}
