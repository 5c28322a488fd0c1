import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activate } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats } from "../layer.ts";
import { imageChannels, type LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { type ConvolutionConfig, convolutionConfig } from "./conv2D.ts";
import { type DepthwiseOptions, depthwise } from "./depthwiseConv2D.ts";

type Config = ConvolutionConfig & {
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: string;
  readonly pointwiseInitializer: string;
};

/** A depthwise convolution, then a 1x1 convolution (keras.layers.SeparableConv2D). */
export class SeparableConv2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "SeparableConv2D";

  constructor(options: DepthwiseOptions & { readonly filters: number; readonly pointwiseInitializer?: string }) {
    const { filters, depthMultiplier = 1 } = options;
    const { depthwiseInitializer = "glorot_uniform", pointwiseInitializer = "glorot_uniform" } = options;
    const shared = convolutionConfig(options, "SeparableConv2D");
    super({ filters, ...shared, depthMultiplier, depthwiseInitializer, pointwiseInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { filters, kernelSize, useBias, depthMultiplier, depthwiseInitializer, pointwiseInitializer } = this.config;
    const channels = imageChannels(shape);
    const kernels = [
      newWeight("depthwise_kernel", [...kernelSize, channels, depthMultiplier], depthwiseInitializer),
      newWeight("pointwise_kernel", [1, 1, channels * depthMultiplier, filters], pointwiseInitializer),
    ];
    return useBias ? [...kernels, newWeight("bias", [filters], "zeros")] : kernels;
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const [first, second, bias] = this.weights.map((weight) => context.weight(weight));
    const spread = depthwise(x, first!, this.config);
    return activate(ops.conv2d(spread, ops.transpose(second!, [3, 2, 0, 1]), { bias }), this.config.activation);
  }
}
