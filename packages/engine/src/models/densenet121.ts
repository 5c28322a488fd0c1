import type { LayerOutput } from "../nn/layer.ts";
import {
  Activation,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Input,
  MaxPooling2D,
  ZeroPadding2D,
} from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, backboneMomentum, pooled, withHead } from "./backbone.ts";
import { scaledPixels } from "./preprocessing.ts";

/** Options of {@link densenet121}. */
export interface Densenet121Options extends BackboneOptions {
  /** Number of layers of each dense block; default 6, 12, 24, 16. */
  readonly depths?: readonly number[];
}

/** Channels that each layer adds. */
const GROWTH = 32;

/**
 * DenseNet121 with a head for cell types (Huang et al. 2017; keras.applications.DenseNet121, same layer names): 7 million
 * parameters. Takes pixels 0 to 255: ImageNet's means and deviations on 0 to 1 are its first layer. The last block is
 * conv5_block16.
 */
export function densenet121(options: Densenet121Options = {}): BackboneModel {
  const { imageSize = 224, depths = [6, 12, 24, 16] } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const block = new Block(backboneMomentum(options));
  const padded = new ZeroPadding2D({ padding: 3, name: "zero_padding2d" }).apply(scaledPixels(input, "torch"));
  const stem = new Conv2D({ filters: 64, kernelSize: 7, strides: 2, useBias: false, name: "conv1_conv" }).apply(padded);
  const widened = new ZeroPadding2D({ padding: 1, name: "zero_padding2d_1" }).apply(block.normalize(stem, "conv1_"));
  let x = new MaxPooling2D({ poolSize: 3, strides: 2, name: "pool1" }).apply(widened);
  let lastBlocks = x;
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) x = block.shrink(x, `pool${stage + 1}`);
    for (let i = 1; i <= depth; i++) {
      lastBlocks = x;
      x = block.grow(x, `conv${stage + 2}_block${i}`);
    }
  }
  const features = pooled(block.normalize(x, ""));
  const blocks = /^(conv\d(?:_block\d+)?|pool\d|bn)/;
  return withHead({ name: "densenet121", input, features, lastBlocks, blocks }, options);
}

class Block {
  readonly #momentum: number;

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  normalize(x: LayerOutput, prefix: string): LayerOutput {
    const y = new BatchNormalization({ momentum: this.#momentum, epsilon: 1.001e-5, name: `${prefix}bn` }).apply(x);
    return new Activation({ activation: "relu", name: `${prefix}relu` }).apply(y);
  }

  grow(x: LayerOutput, name: string): LayerOutput {
    const bottleneck = new Conv2D({ filters: 4 * GROWTH, kernelSize: 1, useBias: false, name: `${name}_1_conv` });
    const convolution = new Conv2D({
      filters: GROWTH,
      kernelSize: 3,
      padding: "same",
      useBias: false,
      name: `${name}_2_conv`,
    });
    const y = this.normalize(bottleneck.apply(this.normalize(x, `${name}_0_`)), `${name}_1_`);
    return new Concatenate({ name: `${name}_concat` }).apply([x, convolution.apply(y)]);
  }

  // Between dense blocks: half the channels, half the size.
  shrink(x: LayerOutput, name: string): LayerOutput {
    const y = this.normalize(x, `${name}_`);
    const filters = Math.floor(x.shape[2]! / 2);
    const convolved = new Conv2D({ filters, kernelSize: 1, useBias: false, name: `${name}_conv` }).apply(y);
    return new AveragePooling2D({ poolSize: 2, strides: 2, name: `${name}_pool` }).apply(convolved);
  }
}
