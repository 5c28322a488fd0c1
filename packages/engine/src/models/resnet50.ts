import type { LayerOutput } from "../nn/layer.ts";
import { Activation, Add, BatchNormalization, Conv2D, Input, MaxPooling2D, ZeroPadding2D } from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, backboneMomentum, pooled, withHead } from "./backbone.ts";
import { scaledPixels } from "./preprocessing.ts";

/** Options of {@link resnet50}. */
export interface Resnet50Options extends BackboneOptions {
  /** Number of blocks of each stage; default 3, 4, 6, 3. */
  readonly depths?: readonly number[];
}

/** Filters within the blocks of a stage. */
const FILTERS = [64, 128, 256, 512];

/**
 * ResNet50 with a head for cell types (He et al. 2016; keras.applications.ResNet50, same layer names): 23.6 million
 * parameters. Takes pixels 0 to 255: blue, green, red less ImageNet's means is its first layer. The last block is
 * conv5_block3.
 */
export function resnet50(options: Resnet50Options = {}): BackboneModel {
  const { imageSize = 224, depths = [3, 4, 6, 3] } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const block = new Block(backboneMomentum(options));
  const padded = new ZeroPadding2D({ padding: 3, name: "conv1_pad" }).apply(scaledPixels(input, "caffe"));
  const stem = block.convolve(padded, { filters: 64, size: 7, strides: 2, name: "conv1", padding: "valid" });
  const widened = new ZeroPadding2D({ padding: 1, name: "pool1_pad" }).apply(block.relu(stem, "conv1_relu"));
  let x = new MaxPooling2D({ poolSize: 3, strides: 2, name: "pool1_pool" }).apply(widened);
  let lastBlocks = x;
  for (const [stage, depth] of depths.entries())
    for (let i = 1; i <= depth; i++) {
      lastBlocks = x;
      const strides = i === 1 && stage > 0 ? 2 : 1;
      x = block.bottleneck(x, {
        filters: FILTERS[stage]!,
        strides,
        widens: i === 1,
        name: `conv${stage + 2}_block${i}`,
      });
    }
  return withHead(
    { name: "resnet50", input, features: pooled(x), lastBlocks, blocks: /^(conv\d(?:_block\d+)?)/ },
    options,
  );
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly strides?: number;
  readonly name: string;
  readonly padding?: "same" | "valid";
}

class Block {
  readonly #momentum: number;

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  convolve(x: LayerOutput, { filters, size, strides = 1, name, padding = "same" }: Convolution): LayerOutput {
    const convolved = new Conv2D({ filters, kernelSize: size, strides, padding, name: `${name}_conv` }).apply(x);
    return new BatchNormalization({ momentum: this.#momentum, epsilon: 1.001e-5, name: `${name}_bn` }).apply(convolved);
  }

  relu(x: LayerOutput, name: string): LayerOutput {
    return new Activation({ activation: "relu", name }).apply(x);
  }

  // The first convolution strides, as in Keras and the paper.
  bottleneck(
    x: LayerOutput,
    { filters, strides, widens, name }: { filters: number; strides: number; widens: boolean; name: string },
  ): LayerOutput {
    const shortcut = widens ? this.convolve(x, { filters: 4 * filters, size: 1, strides, name: `${name}_0` }) : x;
    let y = this.relu(this.convolve(x, { filters, size: 1, strides, name: `${name}_1` }), `${name}_1_relu`);
    y = this.relu(this.convolve(y, { filters, size: 3, name: `${name}_2` }), `${name}_2_relu`);
    y = this.convolve(y, { filters: 4 * filters, size: 1, name: `${name}_3` });
    return this.relu(new Add({ name: `${name}_add` }).apply([shortcut, y]), `${name}_out`);
  }
}
