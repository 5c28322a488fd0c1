import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, activate } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats, type LayerOptions } from "../layer.ts";
import { imageChannels, type LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { checkedPadding, dilated, kernelExtent, type Padding, type Pair, pair, windowPads } from "./window.ts";

/** Settings that the convolution layers share. */
export interface ConvolutionConfig {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
  readonly activation: ActivationName;
  readonly useBias: boolean;
}

/** Options that the convolution layers share. */
export interface ConvolutionOptions extends LayerOptions {
  readonly kernelSize: Pair;
  /** Default: 1. */
  readonly strides?: Pair;
  /** Distance between the kernel's entries; default: 1. */
  readonly dilationRate?: Pair;
  /** Default: valid. */
  readonly padding?: Padding;
  /** Default: linear. */
  readonly activation?: ActivationName;
  /** Default: true. */
  readonly useBias?: boolean;
}

/** The shared settings with their defaults. */
export function convolutionConfig(options: ConvolutionOptions, className: string): ConvolutionConfig {
  const { kernelSize, strides = 1, dilationRate = 1, padding = "valid" } = options;
  const { activation = "linear", useBias = true } = options;
  return {
    kernelSize: pair(kernelSize, `${className} kernelSize`),
    strides: pair(strides, `${className} strides`),
    dilationRate: pair(dilationRate, `${className} dilationRate`),
    padding: checkedPadding(padding, className),
    activation,
    useBias,
  };
}

type Config = ConvolutionConfig & {
  readonly filters: number;
  /** The channels and the filters fall into so many groups that do not see each other. */
  readonly groups: number;
  readonly kernelInitializer: string;
};

/** Options of {@link Conv2D}. */
export interface Conv2DOptions extends ConvolutionOptions {
  readonly filters: number;
  /** Default: 1. */
  readonly groups?: number;
  /** Default: glorot_uniform. */
  readonly kernelInitializer?: string;
}

/** 2D convolution (keras.layers.Conv2D). Weights: kernel [KH, KW, C / groups, filters], bias [filters]. */
export class Conv2D extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: true };
  readonly className = "Conv2D";

  constructor(options: Conv2DOptions) {
    const { filters, groups = 1, kernelInitializer = "glorot_uniform" } = options;
    super({ filters, ...convolutionConfig(options, "Conv2D"), groups, kernelInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { filters, groups, kernelSize, useBias, kernelInitializer } = this.config;
    const channels = imageChannels(shape);
    if (channels % groups !== 0 || filters % groups !== 0)
      throw new LeukogramError(
        "ERR_SHAPE",
        `${channels} channels and ${filters} filters can't be divided into ${groups} groups`,
      );
    const kernel = newWeight("kernel", [...kernelSize, channels / groups, filters], kernelInitializer);
    return useBias ? [kernel, newWeight("bias", [filters], "zeros")] : [kernel];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const { strides, dilationRate, padding, groups, activation } = this.config;
    const moved = ops.transpose(context.weight(this.weights[0]!), [3, 2, 0, 1]); // [KH, KW, C, O] -> [O, C, KH, KW]
    const kernel = dilated(moved, dilationRate);
    const bias = this.weights[1] && context.weight(this.weights[1]);
    return activate(
      ops.conv2d(x, kernel, { strides, pads: windowPads(x, kernelExtent(kernel), strides, padding), groups, bias }),
      activation,
    );
  }
}
