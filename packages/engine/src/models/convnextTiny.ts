import type { LayerOutput } from "../nn/layer.ts";
import {
  Activation,
  Add,
  Conv2D,
  Dense,
  Input,
  LayerNormalization,
  LayerScale,
  Normalization,
} from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, pooled, withHead } from "./backbone.ts";
import { TORCH_DEVIATIONS, TORCH_MEANS } from "./preprocessing.ts";

/** Options of {@link convnextTiny}. */
export interface ConvnextTinyOptions extends BackboneOptions {
  /** Number of blocks of each stage; default 3, 3, 9, 3. */
  readonly depths?: readonly number[];
  /** Channels of each stage; default 96, 192, 384, 768. */
  readonly channels?: readonly number[];
}

const PREFIX = "convnext_tiny";

/**
 * ConvNeXt-Tiny with a head for cell types (Liu et al. 2022; keras.applications.ConvNeXtTiny, same layer names): 27.8 million
 * parameters. Takes pixels 0 to 255: ImageNet's means and deviations are its first layer. The last block is
 * stage_3_block_2.
 */
export function convnextTiny(options: ConvnextTinyOptions = {}): BackboneModel {
  const { imageSize = 224, depths = [3, 3, 9, 3], channels = [96, 192, 384, 768] } = options;
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  let x = new Normalization({
    mean: TORCH_MEANS.map((mean) => 255 * mean),
    variance: TORCH_DEVIATIONS.map((deviation) => (255 * deviation) ** 2),
    name: `${PREFIX}_prestem_normalization`,
  }).apply(input);
  let lastBlocks = x;
  for (const [stage, depth] of depths.entries()) {
    x = stage === 0 ? stem(x, channels[0]!) : downsample(x, channels[stage]!, stage - 1);
    for (let i = 0; i < depth; i++) {
      lastBlocks = x;
      x = block(x, `${PREFIX}_stage_${stage}_block_${i}`);
    }
  }
  const features = new LayerNormalization({ epsilon: 1e-6, name: "layer_normalization" }).apply(
    pooled(x, "global_average_pooling2d"),
  );
  const blocks = /^convnext_tiny_(stem|stage_\d+_block_\d+|downsampling)(?:_(?:layernorm|conv))?(_\d+)?/;
  return withHead({ name: "convnexttiny", input, features, lastBlocks, blocks }, options);
}

const normalize = (x: LayerOutput, name: string) => new LayerNormalization({ epsilon: 1e-6, name }).apply(x);

function stem(x: LayerOutput, filters: number): LayerOutput {
  const patches = new Conv2D({ filters, kernelSize: 4, strides: 4, name: `${PREFIX}_stem_conv` }).apply(x);
  return normalize(patches, `${PREFIX}_stem_layernorm`);
}

function downsample(x: LayerOutput, filters: number, index: number): LayerOutput {
  const name = (part: string) => `${PREFIX}_downsampling_${part}_${index}`;
  return new Conv2D({ filters, kernelSize: 2, strides: 2, name: name("conv") }).apply(normalize(x, name("layernorm")));
}

function block(x: LayerOutput, name: string): LayerOutput {
  const channels = x.shape[2]!;
  const depthwise = new Conv2D({
    filters: channels,
    kernelSize: 7,
    padding: "same",
    groups: channels,
    name: `${name}_depthwise_conv`,
  });
  let y = normalize(depthwise.apply(x), `${name}_layernorm`);
  y = new Dense({ units: 4 * channels, name: `${name}_pointwise_conv_1` }).apply(y);
  y = new Activation({ activation: "gelu", name: `${name}_gelu` }).apply(y);
  y = new Dense({ units: channels, name: `${name}_pointwise_conv_2` }).apply(y);
  y = new LayerScale({ projectionDim: channels, name: `${name}_layer_scale` }).apply(y);
  y = new Activation({ activation: "linear", name: `${name}_identity` }).apply(y);
  return new Add({ name: `${name}_add` }).apply([x, y]);
}
