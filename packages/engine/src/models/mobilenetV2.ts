import { LeukogramError } from "../core/errors.ts";
import type { LayerOutput } from "../nn/layer.ts";
import {
  Add,
  BatchNormalization,
  Conv2D,
  DepthwiseConv2D,
  Input,
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

/** Options of {@link mobilenetV2}. */
export interface MobilenetV2Options extends BackboneOptions {
  /** Factor on the number of channels; default 1. */
  readonly alpha?: number;
  /** `right`: [-1, 1]. `unit`: [0, 1], the student project's fault, to show what it does. Default: right. */
  readonly preprocessing?: "right" | "unit";
}

// [expansion, channels, repeats, stride] of the stages (Sandler et al. 2018, table 2).
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * MobileNetV2 with a head for cell types (Sandler et al. 2018; keras.applications.MobileNetV2, same layer names).
 * Takes pixels 0 to 255: the scaling to [-1, 1] is its first layer. The last blocks begin behind block_15.
 */
export function mobilenetV2(options: MobilenetV2Options = {}): BackboneModel {
  const { imageSize = 224, alpha = 1, preprocessing = "right" } = options;
  if (!(alpha > 0)) throw new LeukogramError("ERR_CONFIG", `mobilenetv2: alpha must be above 0, received ${alpha}`);
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const scale = preprocessing === "right" ? { scale: 1 / 127.5, offset: -1 } : { scale: 1 / 255 };
  const scaled = new Rescaling({ ...scale, name: "rescaling" }).apply(input);
  const { output: maps, lastBlocks } = backbone(scaled, alpha, new Block(backboneMomentum(options, 0.999)));
  const features = pooled(maps, "global_average_pooling2d");
  const blocks = /^(?:bn_)?(Conv1|Conv_1|expanded_conv|block_\d+)/;
  return withHead({ name: "mobilenetv2", input, features, lastBlocks, blocks }, options);
}

function backbone(
  input: LayerOutput,
  alpha: number,
  block: Block,
): { readonly output: LayerOutput; readonly lastBlocks: LayerOutput } {
  let x = block.pad(input, "Conv1_pad");
  x = block.convolve(x, {
    filters: inEights(32 * alpha),
    size: 3,
    strides: 2,
    name: "Conv1",
    bn: "bn_Conv1",
    relu: "Conv1_relu",
  });
  let id = 0;
  let lastBlocks = x;
  for (const [expansion, base, repeats, stride] of STAGES) {
    lastBlocks = x;
    for (let i = 0; i < repeats; i++)
      x = block.invertedResidual(x, {
        expansion,
        filters: inEights(base * alpha),
        stride: i === 0 ? stride : 1,
        id: id++,
      });
  }
  const last = alpha > 1 ? inEights(1280 * alpha) : 1280;
  const top = { filters: last, size: 1, strides: 1, name: "Conv_1", bn: "Conv_1_bn", relu: "out_relu" };
  return { output: block.convolve(x, top), lastBlocks };
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly strides: number;
  readonly name: string;
  readonly bn: string;
  readonly relu?: string;
}

class Block {
  readonly #momentum: number;

  constructor(momentum: number) {
    this.#momentum = momentum;
  }

  // Keras pads stride-2 convolutions by hand.
  pad(x: LayerOutput, name: string): LayerOutput {
    return new ZeroPadding2D({ padding: correctPad(x.shape, 3), name }).apply(x);
  }

  convolve(x: LayerOutput, { filters, size, strides, name, bn, relu }: Convolution): LayerOutput {
    const convolved = new Conv2D({
      filters,
      kernelSize: size,
      strides,
      padding: strides === 2 ? "valid" : "same",
      useBias: false,
      name,
    }).apply(x);
    return this.#normalize(convolved, bn, relu);
  }

  invertedResidual(
    x: LayerOutput,
    { expansion, filters, stride, id }: { expansion: number; filters: number; stride: number; id: number },
  ): LayerOutput {
    const prefix = id === 0 ? "expanded_conv" : `block_${id}`;
    const inner = x.shape[2]! * expansion;
    const name = (part: string) => `${prefix}_${part}`;
    let y = x;
    if (id > 0)
      y = this.convolve(y, {
        filters: inner,
        size: 1,
        strides: 1,
        name: name("expand"),
        bn: name("expand_BN"),
        relu: name("expand_relu"),
      });
    if (stride === 2) y = this.pad(y, name("pad"));
    const padding = stride === 2 ? "valid" : "same";
    y = new DepthwiseConv2D({
      kernelSize: 3,
      strides: stride,
      padding,
      useBias: false,
      name: name("depthwise"),
    }).apply(y);
    y = this.#normalize(y, name("depthwise_BN"), name("depthwise_relu"));
    y = this.convolve(y, { filters, size: 1, strides: 1, name: name("project"), bn: name("project_BN") });
    return stride === 1 && x.shape[2] === filters ? new Add({ name: name("add") }).apply([x, y]) : y;
  }

  #normalize(x: LayerOutput, bn: string, relu?: string): LayerOutput {
    const y = new BatchNormalization({
      momentum: this.#momentum,
      epsilon: 0.001,
      name: bn,
    }).apply(x);
    return relu === undefined ? y : new ReLU({ maxValue: 6, name: relu }).apply(y);
  }
}
