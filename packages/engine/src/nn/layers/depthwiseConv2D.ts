import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activate } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { imageChannels, type LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { type ConvolutionConfig, type ConvolutionOptions, convolutionConfig } from "./conv2D.ts";
import { dilated, kernelExtent, windowPads } from "./window.ts";

type Config = ConvolutionConfig & { readonly depthMultiplier: number; readonly depthwiseInitializer: string };

/** Options of {@link DepthwiseConv2D}. */
export interface DepthwiseOptions extends ConvolutionOptions, LayerOptions {
  /** Outputs a channel; default 1. */
  readonly depthMultiplier?: number;
  readonly depthwiseInitializer?: string;
}

/** A convolution of each channel separately (keras.layers.DepthwiseConv2D). Weights: kernel [KH, KW, C, multiplier], bias. */
export class DepthwiseConv2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: { kernel: "depthwise_kernel" }, tensorflowJs: true };
  readonly className = "DepthwiseConv2D";

  constructor(options: DepthwiseOptions) {
    const { depthMultiplier = 1, depthwiseInitializer = "glorot_uniform" } = options;
    super({ ...convolutionConfig(options, "DepthwiseConv2D"), depthMultiplier, depthwiseInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { kernelSize, useBias, depthMultiplier, depthwiseInitializer } = this.config;
    const channels = imageChannels(shape);
    const kernel = newWeight("kernel", [...kernelSize, channels, depthMultiplier], depthwiseInitializer);
    return useBias ? [kernel, newWeight("bias", [channels * depthMultiplier], "zeros")] : [kernel];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const bias = this.weights[1] && context.weight(this.weights[1]);
    const kernel = context.weight(this.weights[0]!);
    return activate(depthwise(x, kernel, { ...this.config, bias }), this.config.activation);
  }
}

/** Depthwise convolution of x [N, C, H, W] with Keras's kernel [KH, KW, C, multiplier]. */
export function depthwise(
  x: Tensor,
  kernel: Tensor,
  {
    strides,
    dilationRate,
    padding,
    bias,
  }: Pick<ConvolutionConfig, "strides" | "dilationRate" | "padding"> & { readonly bias?: Tensor | undefined },
): Tensor {
  const [kh, kw, channels, multiplier] = kernel.shape as readonly [number, number, number, number];
  const moved = ops.transpose(kernel, [2, 3, 0, 1]); // [KH, KW, C, M] -> [C, M, KH, KW]
  const apart = dilated(ops.reshape(moved, [channels * multiplier, 1, kh, kw]), dilationRate);
  return ops.conv2d(x, apart, {
    strides,
    pads: windowPads(x, kernelExtent(apart), strides, padding),
    groups: channels,
    bias,
  });
}
