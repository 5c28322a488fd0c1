import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, activate } from "../activations.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { imageChannels, type LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { checkedPadding, type Padding, type Pair, pair, windowPads } from "./window.ts";

/** Settings that the convolution layers share. */
export interface ConvolutionConfig {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly activation: ActivationName;
  readonly useBias: boolean;
}

/** Options that the convolution layers share. */
export interface ConvolutionOptions extends LayerOptions {
  readonly kernelSize: Pair;
  /** Default: 1. */
  readonly strides?: Pair;
  /** Default: valid. */
  readonly padding?: Padding;
  /** Default: linear. */
  readonly activation?: ActivationName;
  /** Default: true. */
  readonly useBias?: boolean;
}

/** The shared settings with their defaults. */
export function convolutionConfig(options: ConvolutionOptions, className: string): ConvolutionConfig {
  const { kernelSize, strides = 1, padding = "valid", activation = "linear", useBias = true } = options;
  return {
    kernelSize: pair(kernelSize, `${className} kernelSize`),
    strides: pair(strides, `${className} strides`),
    padding: checkedPadding(padding, className),
    activation,
    useBias,
  };
}

type Config = ConvolutionConfig & { readonly filters: number; readonly kernelInitializer: string };

/** 2D convolution (keras.layers.Conv2D). Weights: kernel [KH, KW, C, filters], bias [filters]. */
export class Conv2D extends Layer<Config> {
  readonly className = "Conv2D";

  constructor(options: ConvolutionOptions & { readonly filters: number; readonly kernelInitializer?: string }) {
    const { filters, kernelInitializer = "glorot_uniform" } = options;
    super({ filters, ...convolutionConfig(options, "Conv2D"), kernelInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { filters, kernelSize, useBias, kernelInitializer } = this.config;
    const kernel = newWeight("kernel", [...kernelSize, imageChannels(shape), filters], kernelInitializer);
    return useBias ? [kernel, newWeight("bias", [filters], "zeros")] : [kernel];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const { kernelSize, strides, padding, activation } = this.config;
    const kernel = ops.transpose(context.weight(this.weights[0]!), [3, 2, 0, 1]); // [KH, KW, C, O] -> [O, C, KH, KW]
    const bias = this.weights[1] && context.weight(this.weights[1]);
    return activate(
      ops.conv2d(x, kernel, { strides, pads: windowPads(x, kernelSize, strides, padding), bias }),
      activation,
    );
  }
}
