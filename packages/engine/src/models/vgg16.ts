import { Conv2D, Input, MaxPooling2D } from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, pooled, withHead } from "./backbone.ts";
import { scaledPixels } from "./preprocessing.ts";

/** Options of {@link vgg16}. */
export interface Vgg16Options extends BackboneOptions {
  /** Filters of each block; default 64, 128, 256, 512, 512. */
  readonly filters?: readonly number[];
}

/** Convolutions of each block (Simonyan and Zisserman 2015, table 1, column D). */
const CONVOLUTIONS = [2, 2, 3, 3, 3];

/**
 * VGG16 with a head for cell types (Simonyan and Zisserman 2015; keras.applications.VGG16, same layer names): 14.7 million
 * parameters. Takes pixels 0 to 255: blue, green, red less ImageNet's means is its first layer. The last block is block5.
 */
export function vgg16(options: Vgg16Options = {}): BackboneModel {
  const { imageSize = 224, filters = [64, 128, 256, 512, 512] } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  let x = scaledPixels(input, "caffe");
  let lastBlocks = x;
  for (const [i, convolutions] of CONVOLUTIONS.entries()) {
    lastBlocks = x;
    const prefix = `block${i + 1}`;
    for (let j = 1; j <= convolutions; j++)
      x = new Conv2D({
        filters: filters[i]!,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        name: `${prefix}_conv${j}`,
      }).apply(x);
    x = new MaxPooling2D({ name: `${prefix}_pool` }).apply(x);
  }
  const features = pooled(x, "global_average_pooling2d");
  return withHead({ name: "vgg16", input, features, lastBlocks, blocks: /^(block\d)/ }, options);
}
