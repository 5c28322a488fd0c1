import { LeukogramError } from "../../core/errors.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activate } from "../activations.ts";
import { type CallContext, Layer, type LayerFormats } from "../layer.ts";
import { imageChannels, type LayerShape } from "../layout.ts";
import { newWeight, type Weight } from "../weight.ts";
import { type ConvolutionConfig, type ConvolutionOptions, convolutionConfig } from "./conv2D.ts";
import { dilated, kernelExtent, type Pair } from "./window.ts";

type Config = ConvolutionConfig & {
  readonly filters: number;
  /** Rows and columns added behind; null: what Keras finds from the strides. */
  readonly outputPadding: readonly [number, number] | null;
  readonly kernelInitializer: string;
};

/** Options of {@link Conv2DTranspose}. */
export interface Conv2DTransposeOptions extends ConvolutionOptions {
  readonly filters: number;
  readonly outputPadding?: Pair | null;
  /** Default: glorot_uniform. */
  readonly kernelInitializer?: string;
}

/** The gradient of a convolution, which enlarges (keras.layers.Conv2DTranspose). Weights: kernel [KH, KW, filters, C], bias [filters]. */
export class Conv2DTranspose extends Layer<Config> {
  static readonly formats: LayerFormats = { keras2: {}, tensorflowJs: false };
  readonly className = "Conv2DTranspose";

  constructor(options: Conv2DTransposeOptions) {
    const { filters, outputPadding = null, kernelInitializer = "glorot_uniform" } = options;
    const both = typeof outputPadding === "number" ? ([outputPadding, outputPadding] as const) : outputPadding;
    const shared = convolutionConfig(options, "Conv2DTranspose");
    super({ filters, ...shared, outputPadding: both, kernelInitializer }, options);
  }

  protected override build([shape]: readonly [LayerShape]): readonly Weight[] {
    const { filters, kernelSize, useBias, kernelInitializer } = this.config;
    const kernel = newWeight("kernel", [...kernelSize, filters, imageChannels(shape)], kernelInitializer);
    return useBias ? [kernel, newWeight("bias", [filters], "zeros")] : [kernel];
  }

  override call([x]: readonly [Tensor], context: CallContext): Tensor {
    const { strides, dilationRate, activation } = this.config;
    const moved = ops.transpose(context.weight(this.weights[0]!), [3, 2, 0, 1]); // [KH, KW, O, C] -> [C, O, KH, KW]
    const kernel = dilated(moved, dilationRate);
    const sides = kernelExtent(kernel).map((extent, i) => this.#side(x.shape[2 + i] as number, extent, i as 0 | 1));
    const [rows, columns] = sides as [Side, Side];
    const grown = ops.conv2dInputGradient(x, kernel, {
      strides,
      pads: [rows.before, columns.before, rows.after, columns.after],
      groups: 1,
      inputSize: [rows.size, columns.size],
    });
    const bias = this.weights[1] && ops.reshape(context.weight(this.weights[1]), [this.config.filters, 1, 1]);
    return activate(bias ? ops.add(grown, bias) : grown, activation);
  }

  // The size is Keras's (keras.src.backend.common.backend_utils), the zeros TensorFlow's for a convolution of that size.
  #side(length: number, extent: number, i: 0 | 1): Side {
    const { strides, padding, outputPadding } = this.config;
    const stride = strides[i];
    const behind = outputPadding?.[i];
    if (behind !== undefined && behind >= stride)
      throw new LeukogramError("ERR_SHAPE", `output_padding ${behind} is not below the stride ${stride}`);
    const reached = (length - 1) * stride + extent;
    if (padding === "valid") return { size: reached + (behind ?? Math.max(stride - extent, 0)), before: 0, after: 0 };
    const size = behind === undefined ? length * stride : reached - 2 * Math.floor(extent / 2) + behind;
    const zeros = Math.max(reached - size, 0);
    return { size, before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2) };
  }
}

interface Side {
  /** Of the result. */
  readonly size: number;
  /** What a convolution of the result would have added there. */
  readonly before: number;
  readonly after: number;
}
