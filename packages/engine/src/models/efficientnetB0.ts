import type { LayerOutput } from "../nn/layer.ts";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  DepthwiseConv2D,
  Dropout,
  GlobalAveragePooling2D,
  Input,
  Multiply,
  Normalization,
  Rescaling,
  Reshape,
  ZeroPadding2D,
} from "../nn/layers/index.ts";
import {
  type BackboneModel,
  type BackboneOptions,
  backboneMomentum,
  correctPad,
  fixed,
  pooled,
  withHead,
} from "./backbone.ts";
import { TORCH_DEVIATIONS, TORCH_MEANS } from "./preprocessing.ts";

/** Options of {@link efficientnetB0}. */
export interface EfficientnetB0Options extends BackboneOptions {
  /** Share of images for which the last block is left out in training; it grows from 0 over the blocks; default 0.2. */
  readonly dropConnectRate?: number;
}

// [kernel size, repeats, channels, expansion, stride] of the stages (Tan and Le 2019, table 1).
const STAGES = [
  [3, 1, 16, 1, 1],
  [3, 2, 24, 6, 2],
  [5, 2, 40, 6, 2],
  [3, 3, 80, 6, 2],
  [5, 3, 112, 6, 1],
  [5, 4, 192, 6, 2],
  [3, 1, 320, 6, 1],
] as const;
const BLOCKS = STAGES.reduce((sum, [, repeats]) => sum + repeats, 0);

/**
 * EfficientNetB0 with a head for cell types (Tan and Le 2019; keras.applications.EfficientNetB0 with ImageNet weights, same
 * layer names): 4 million parameters. Takes pixels 0 to 255 and scales them itself. The last block is block7a.
 */
export function efficientnetB0(options: EfficientnetB0Options = {}): BackboneModel {
  const { imageSize = 224, dropConnectRate = 0.2 } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const block = new Block(backboneMomentum(options));
  const size = [imageSize, imageSize];
  const padded = new ZeroPadding2D({ padding: correctPad(size, 3), name: "stem_conv_pad" }).apply(scaled(input));
  let x = block.convolve(padded, { filters: 32, size: 3, strides: 2, name: "stem_", inner: true });
  let lastBlocks = x;
  let index = 0;
  for (const [stage, [size, repeats, filters, expansion, stride]] of STAGES.entries())
    for (let i = 0; i < repeats; i++) {
      lastBlocks = x;
      const name = `block${stage + 1}${"abcd"[i]}_`;
      const drop = (dropConnectRate * index++) / BLOCKS;
      x = block.invertedResidual(x, { filters, size, expansion, strides: i === 0 ? stride : 1, drop, name });
    }
  const top = block.convolve(x, { filters: 1280, size: 1, name: "top_", inner: true });
  const blocks = /^(stem|block\d[a-d]|top)_/;
  return withHead({ name: "efficientnetb0", input, features: pooled(top), lastBlocks, blocks }, options);
}

// Keras divides by the square root of the deviation twice, as its weights were learned with the whole.
function scaled(input: LayerOutput): LayerOutput {
  const unit = new Rescaling({ scale: 1 / 255, name: "rescaling" }).apply(input);
  const normalized = new Normalization({ name: "normalization" }).apply(unit);
  fixed(normalized.layer, [TORCH_MEANS, TORCH_DEVIATIONS, [0]]);
  const scale = TORCH_DEVIATIONS.map((deviation) => 1 / Math.sqrt(deviation));
  return new Rescaling({ scale, name: "rescaling_1" }).apply(normalized);
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly strides?: number;
  /** Of the layers: `${name}conv`, `${name}bn`, `${name}activation`. */
  readonly name: string;
  /** Whether an activation follows. */
  readonly inner: boolean;
}

interface Residual extends Omit<Convolution, "inner"> {
  readonly expansion: number;
  readonly drop: number;
}

class Block {
  readonly #momentum: number;

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  convolve(x: LayerOutput, { filters, size, strides = 1, name, inner }: Convolution): LayerOutput {
    const convolved = new Conv2D({
      filters,
      kernelSize: size,
      strides,
      padding: strides === 2 ? "valid" : "same",
      useBias: false,
      kernelInitializer: "he_normal",
      name: `${name}conv`,
    }).apply(x);
    return this.#normalize(convolved, name, inner);
  }

  invertedResidual(x: LayerOutput, { filters, size, strides = 1, expansion, drop, name }: Residual): LayerOutput {
    const channels = x.shape[2]!;
    let y = x;
    if (expansion !== 1)
      y = this.convolve(x, { filters: channels * expansion, size: 1, name: `${name}expand_`, inner: true });
    if (strides === 2)
      y = new ZeroPadding2D({ padding: correctPad(y.shape, size), name: `${name}dwconv_pad` }).apply(y);
    y = new DepthwiseConv2D({
      kernelSize: size,
      strides,
      padding: strides === 2 ? "valid" : "same",
      useBias: false,
      depthwiseInitializer: "he_normal",
      name: `${name}dwconv`,
    }).apply(y);
    y = squeezeAndExcite(this.#normalize(y, name, true), Math.max(1, Math.floor(channels / 4)), name);
    y = this.convolve(y, { filters, size: 1, name: `${name}project_`, inner: false });
    if (strides !== 1 || channels !== filters) return y;
    if (drop > 0) y = new Dropout({ rate: drop, noiseShape: [null, 1, 1, 1], name: `${name}drop` }).apply(y);
    return new Add({ name: `${name}add` }).apply([y, x]);
  }

  #normalize(x: LayerOutput, name: string, inner: boolean): LayerOutput {
    const y = new BatchNormalization({ momentum: this.#momentum, name: `${name}bn` }).apply(x);
    return inner ? new Activation({ activation: "swish", name: `${name}activation` }).apply(y) : y;
  }
}

// Each channel times a factor that follows from the means of all (Hu et al. 2018).
function squeezeAndExcite(x: LayerOutput, filters: number, name: string): LayerOutput {
  const channels = x.shape[2]!;
  const pointwise = (count: number, activation: "swish" | "sigmoid", part: string) =>
    new Conv2D({
      filters: count,
      kernelSize: 1,
      padding: "same",
      activation,
      kernelInitializer: "he_normal",
      name: `${name}se_${part}`,
    });
  const means = new GlobalAveragePooling2D({ name: `${name}se_squeeze` }).apply(x);
  const image = new Reshape({ targetShape: [1, 1, channels], name: `${name}se_reshape` }).apply(means);
  const reduced = pointwise(filters, "swish", "reduce").apply(image);
  const factors = pointwise(channels, "sigmoid", "expand").apply(reduced);
  return new Multiply({ name: `${name}se_excite` }).apply([x, factors]);
}
