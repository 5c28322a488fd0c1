import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { type LayerShape, lastAxisSize } from "../layout.ts";
import type { Weight } from "../weight.ts";
import { type ScaleAndShift, scaleAndShift, scaleAndShiftWeights } from "./scaleAndShift.ts";

interface Config extends ScaleAndShift {
  /** The last one, -1, is the only one there is. */
  readonly axis: number | readonly number[];
  readonly groups: number;
  readonly epsilon: number;
}

/** Each image's channels normalised in groups (keras.layers.GroupNormalization; Wu and He 2018). */
export class GroupNormalization extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "GroupNormalization";

  constructor(options: LayerOptions & Partial<Config> = {}) {
    const { axis = -1, groups = 32, epsilon = 0.001, center = true, scale = true } = options;
    super({ axis, groups, epsilon, center, scale }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const channels = lastAxisSize(shape, this.config.axis);
    if (shape.length === 2) throw new LeukogramError("ERR_SHAPE", "expected [H, W, C] or [F]");
    if (channels % this.config.groups !== 0)
      throw new LeukogramError("ERR_SHAPE", `${channels} channels can't be divided into ${this.config.groups} groups`);
    return scaleAndShiftWeights(this.config, channels);
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [gamma, beta] = scaleAndShift(this.weights, x.shape[x.rank === 4 ? 1 : x.rank - 1] as number, context);
    const [n, ...sizes] = x.shape;
    const perGroup = (sizes as number[]).reduce((product, size) => product * size, 1) / this.config.groups;
    const grouped = ops.reshape(x, [n!, this.config.groups, perGroup]);
    return ops.channelAffine(ops.reshape(standardize(grouped, 2, this.config.epsilon), x.shape), gamma, beta);
  }
}

/** Entries along `axis` less their mean, over their standard deviation. */
export function standardize(x: Tensor, axis: number, epsilon: number): Tensor {
  const centred = ops.sub(x, ops.reduceMean(x, [axis], true));
  const variance = ops.reduceMean(ops.mul(centred, centred), [axis], true);
  return ops.div(centred, ops.sqrt(ops.add(variance, ops.scalar(epsilon))));
}
