import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import type { Weight } from "../weight.ts";
import { standardize } from "./groupNormalization.ts";
import { type ScaleAndShift, scaleAndShift, scaleAndShiftWeights } from "./scaleAndShift.ts";

interface Config extends ScaleAndShift {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  readonly epsilon: number;
}

/** The channels of each position normalised together (keras.layers.LayerNormalization over the last axis; Ba et al. 2016). */
export class LayerNormalization extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "LayerNormalization";

  constructor(options: LayerOptions & Partial<Config> = {}) {
    const { axis = -1, epsilon = 0.001, center = true, scale = true } = options;
    super({ axis, epsilon, center, scale }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    return scaleAndShiftWeights(this.config, lastAxisSize(shape, this.config.axis));
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [gamma, beta] = scaleAndShift(this.weights, x.shape[x.rank === 4 ? 1 : x.rank - 1] as number, context);
    return ops.channelAffine(standardize(x, x.rank === 4 ? 1 : x.rank - 1, this.config.epsilon), gamma, beta);
  }
}
