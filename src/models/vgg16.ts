import { Conv2D, Input, MaxPooling2D } from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, pooled, withHead } from "./backbone.ts";
import { scaledPixels } from "./preprocessing.ts";

// [convolutions, filters] of the blocks (Simonyan and Zisserman 2015, table 1, column D).
const BLOCKS = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
] as const;

/**
 * VGG16 with a head for cell types (Simonyan and Zisserman 2015; keras.applications.VGG16, same layer names): 14.7 million
 * parameters. Takes pixels 0 to 255: blue, green, red less ImageNet's means is its first layer. The last block is block5.
 */
export function vgg16(options: BackboneOptions = {}): BackboneModel {
  const { imageSize = 224 } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  let x = scaledPixels(input, "caffe");
  let lastBlocks = x;
  for (const [i, [convolutions, filters]] of BLOCKS.entries()) {
    lastBlocks = x;
    const prefix = `block${i + 1}`;
    for (let j = 1; j <= convolutions; j++)
      x = new Conv2D({
        filters,
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
