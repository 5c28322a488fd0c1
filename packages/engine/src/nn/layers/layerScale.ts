import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { newWeight, type Weight } from "../weight.ts";

interface Config {
  readonly initValues: number;
  readonly projectionDim: number;
}

/** Each channel times a weight of its own, small at first (keras.applications.convnext.LayerScale; Touvron et al. 2021). */
export class LayerScale extends Layer<Config> {
  static readonly formats: LayerFormats = {
    module: "keras.src.applications.convnext",
    keras2: undefined,
    tensorflowJs: false,
  };
  readonly className = "LayerScale";

  constructor({
    initValues = 1e-6,
    projectionDim,
    ...options
  }: LayerOptions & Partial<Config> & Pick<Config, "projectionDim">) {
    super({ initValues, projectionDim }, options);
  }

  protected override build(): readonly Weight[] {
    const weight = newWeight("gamma", [this.config.projectionDim], "ones");
    return [weight];
  }

  override initialize(): void {
    this.weights[0]!.value.fill(this.config.initValues);
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const gamma = context.weight(this.weights[0]!);
    return ops.mul(x, x.rank === 4 ? ops.reshape(gamma, [1, this.config.projectionDim, 1, 1]) : gamma);
  }
}
