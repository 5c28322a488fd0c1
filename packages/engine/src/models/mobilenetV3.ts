import { LeukogramError } from "../core/errors.ts";
import type { LayerOutput } from "../nn/layer.ts";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  DepthwiseConv2D,
  GlobalAveragePooling2D,
  Input,
  Multiply,
  ReLU,
  Rescaling,
  ZeroPadding2D,
} from "../nn/layers/index.ts";
import {
  type BackboneModel,
  type BackboneOptions,
  backboneMomentum,
  correctPad,
  inEights,
  pooled,
  withHead,
} from "./backbone.ts";

/** Options of {@link mobilenetV3Small} and {@link mobilenetV3Large}. */
export interface MobilenetV3Options extends BackboneOptions {
  /** Factor on the number of channels; default 1. */
  readonly alpha?: number;
}

type Nonlinearity = "relu" | "hard_swish";
/** A block: [expansion, channels, kernel size, stride, whether channels are weighed, nonlinearity]. */
type Row = readonly [number, number, number, 1 | 2, boolean, Nonlinearity];

// Howard et al. 2019, table 2.
const SMALL: readonly Row[] = [
  [1, 16, 3, 2, true, "relu"],
  [72 / 16, 24, 3, 2, false, "relu"],
  [88 / 24, 24, 3, 1, false, "relu"],
  [4, 40, 5, 2, true, "hard_swish"],
  [6, 40, 5, 1, true, "hard_swish"],
  [6, 40, 5, 1, true, "hard_swish"],
  [3, 48, 5, 1, true, "hard_swish"],
  [3, 48, 5, 1, true, "hard_swish"],
  [6, 96, 5, 2, true, "hard_swish"],
  [6, 96, 5, 1, true, "hard_swish"],
  [6, 96, 5, 1, true, "hard_swish"],
];

// Howard et al. 2019, table 1.
const LARGE: readonly Row[] = [
  [1, 16, 3, 1, false, "relu"],
  [4, 24, 3, 2, false, "relu"],
  [3, 24, 3, 1, false, "relu"],
  [3, 40, 5, 2, true, "relu"],
  [3, 40, 5, 1, true, "relu"],
  [3, 40, 5, 1, true, "relu"],
  [6, 80, 3, 2, false, "hard_swish"],
  [2.5, 80, 3, 1, false, "hard_swish"],
  [2.3, 80, 3, 1, false, "hard_swish"],
  [2.3, 80, 3, 1, false, "hard_swish"],
  [6, 112, 3, 1, true, "hard_swish"],
  [6, 112, 3, 1, true, "hard_swish"],
  [6, 160, 5, 2, true, "hard_swish"],
  [6, 160, 5, 1, true, "hard_swish"],
  [6, 160, 5, 1, true, "hard_swish"],
];

/**
 * MobileNetV3 Small with a head for cell types (Howard et al. 2019; keras.applications.MobileNetV3Small, same layer names):
 * 0.94 million parameters. Takes pixels 0 to 255: the scaling to [-1, 1] is its first layer. The last block is
 * expanded_conv_10.
 */
export function mobilenetV3Small(options: MobilenetV3Options = {}): BackboneModel {
  return mobilenetV3("mobilenetv3small", SMALL, options);
}

/**
 * MobileNetV3 Large with a head for cell types (Howard et al. 2019; keras.applications.MobileNetV3Large, same layer names):
 * 3 million parameters. Takes pixels 0 to 255: the scaling to [-1, 1] is its first layer. The last block is
 * expanded_conv_14.
 */
export function mobilenetV3Large(options: MobilenetV3Options = {}): BackboneModel {
  return mobilenetV3("mobilenetv3large", LARGE, options);
}

function mobilenetV3(name: string, rows: readonly Row[], options: MobilenetV3Options): BackboneModel {
  const { imageSize = 224, alpha = 1 } = options;
  if (!(alpha > 0)) throw new LeukogramError("ERR_CONFIG", `${name}: alpha must be above 0, received ${alpha}`);
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const block = new Block(backboneMomentum(options, 0.999));
  const scaled = new Rescaling({ scale: 1 / 127.5, offset: -1, name: "rescaling" }).apply(input);
  let x = block.convolve(scaled, { filters: 16, size: 3, strides: 2, name: "conv", act: "hard_swish" });
  let lastBlocks = x;
  for (const [id, row] of rows.entries()) {
    lastBlocks = x;
    x = block.invertedResidual(x, { row, alpha, name: id === 0 ? "expanded_conv_" : `expanded_conv_${id}_` });
  }
  x = block.convolve(x, { filters: inEights(x.shape[2]! * 6), size: 1, name: "conv_1", act: "hard_swish" });
  const blocks = /^(expanded_conv(?:_\d+)?|conv_1|conv)/;
  return withHead({ name, input, features: pooled(x), lastBlocks, blocks }, options);
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly strides?: number;
  readonly name: string;
  readonly act?: Nonlinearity;
}

interface Residual {
  readonly row: Row;
  readonly alpha: number;
  readonly name: string;
}

class Block {
  readonly #momentum: number;

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  convolve(x: LayerOutput, { filters, size, strides = 1, name, act }: Convolution): LayerOutput {
    const y = new Conv2D({ filters, kernelSize: size, strides, padding: "same", useBias: false, name }).apply(x);
    return this.#normalize(y, `${name}_bn`, act);
  }

  invertedResidual(x: LayerOutput, { row, alpha, name }: Residual): LayerOutput {
    const [expansion, base, size, strides, weighs, act] = row;
    const filters = inEights(base * alpha);
    const inner = inEights(x.shape[2]! * expansion);
    let y = x;
    if (name !== "expanded_conv_") y = this.convolve(y, { filters: inner, size: 1, name: `${name}expand`, act });
    if (strides === 2)
      y = new ZeroPadding2D({ padding: correctPad(y.shape, size), name: `${name}depthwise_pad` }).apply(y);
    y = new DepthwiseConv2D({
      kernelSize: size,
      strides,
      padding: strides === 2 ? "valid" : "same",
      useBias: false,
      name: `${name}depthwise`,
    }).apply(y);
    y = this.#normalize(y, `${name}depthwise_bn`, act);
    if (weighs) y = squeezeAndExcite(y, inEights(inner / 4), `${name}squeeze_excite`);
    y = this.convolve(y, { filters, size: 1, name: `${name}project` });
    return strides === 1 && x.shape[2] === filters ? new Add({ name: `${name}add` }).apply([x, y]) : y;
  }

  #normalize(x: LayerOutput, name: string, act: Nonlinearity | undefined): LayerOutput {
    const y = new BatchNormalization({ momentum: this.#momentum, epsilon: 0.001, name }).apply(x);
    if (act === undefined) return y;
    return (act === "relu" ? new ReLU() : new Activation({ activation: act })).apply(y);
  }
}

// Each channel times a factor that follows from the means of all (Hu et al. 2018), by Keras's layers one for one.
function squeezeAndExcite(x: LayerOutput, filters: number, name: string): LayerOutput {
  const pointwise = (count: number, part: string) =>
    new Conv2D({ filters: count, kernelSize: 1, padding: "same", name: `${name}_${part}` });
  const means = new GlobalAveragePooling2D({ keepdims: true, name: `${name}_avg_pool` }).apply(x);
  const reduced = new ReLU({ name: `${name}_relu` }).apply(pointwise(filters, "conv").apply(means));
  const plus3 = new Rescaling({ scale: 1, offset: 3 }).apply(pointwise(x.shape[2]!, "conv_1").apply(reduced));
  const factors = new Rescaling({ scale: 1 / 6 }).apply(new ReLU({ maxValue: 6 }).apply(plus3));
  return new Multiply({ name: `${name}_mul` }).apply([x, factors]);
}
