import { LeukogramError } from "../core/errors.ts";
import type { LayerOutput } from "../nn/layer.ts";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  GlobalAveragePooling2D,
  Input,
  ReLU,
  Rescaling,
  ZeroPadding2D,
} from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";

/** Options of {@link mobilenetV2}. */
export interface MobilenetV2Options {
  /** Height and width in pixels; default 224. */
  readonly imageSize?: number;
  readonly classes?: number;
  /** Factor on the number of channels; default 1. */
  readonly alpha?: number;
  /** `dense`: Dense 16, ReLU, batch normalisation, softmax. `linear`: softmax alone. Default: dense. */
  readonly head?: "dense" | "linear";
  /** Whether the backbone keeps its weights; default true. */
  readonly frozen?: boolean;
  /** Momentum of the batch normalisations that are trained; default 0.99. A frozen backbone keeps Keras's 0.999. */
  readonly momentum?: number;
  /** `right`: [-1, 1]. `unit`: [0, 1], the student project's fault, to show what it does. Default: right. */
  readonly preprocessing?: "right" | "unit";
}

/** A model in two parts: what a frozen backbone computes once an image, and the head that learns from it. */
export interface BackboneModel {
  readonly model: Model;
  /** Where the backbone ends. */
  readonly features: LayerOutput;
  /** Where the last blocks begin: behind block_15. */
  readonly lastBlocks: LayerOutput;
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
 * Takes pixels 0 to 255: the scaling to [-1, 1] is its first layer.
 */
export function mobilenetV2(options: MobilenetV2Options = {}): BackboneModel {
  const {
    imageSize = 224,
    classes = 5,
    alpha = 1,
    head = "dense",
    frozen = true,
    momentum = 0.99,
    preprocessing = "right",
  } = options;
  if (!(alpha > 0)) throw new LeukogramError("ERR_CONFIG", `mobilenetv2: alpha must be above 0, received ${alpha}`);
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const scale = preprocessing === "right" ? { scale: 1 / 127.5, offset: -1 } : { scale: 1 / 255 };
  const scaled = new Rescaling({ ...scale, name: "rescaling" }).apply(input);
  const block = new Block({ trainable: !frozen, momentum: frozen ? 0.999 : momentum });
  const { output: maps, lastBlocks } = backbone(scaled, alpha, block);
  const features = new GlobalAveragePooling2D({ name: "global_average_pooling2d" }).apply(maps);
  const hidden =
    head === "linear"
      ? features
      : new BatchNormalization({ momentum, name: "head_bn" }).apply(
          new Dense({ units: 16, activation: "relu", name: "head_dense" }).apply(features),
        );
  const output = new Dense({ units: classes, activation: "softmax", name: "predictions" }).apply(hidden);
  return { model: new Model({ input, output, name: "mobilenetv2" }), features, lastBlocks };
}

function backbone(
  input: LayerOutput,
  alpha: number,
  block: Block,
): { readonly output: LayerOutput; readonly lastBlocks: LayerOutput } {
  let x = block.pad(input, "Conv1_pad");
  x = block.convolve(x, {
    filters: channels(32 * alpha),
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
        filters: channels(base * alpha),
        stride: i === 0 ? stride : 1,
        id: id++,
      });
  }
  const last = alpha > 1 ? channels(1280 * alpha) : 1280;
  const top = { filters: last, size: 1, strides: 1, name: "Conv_1", bn: "Conv_1_bn", relu: "out_relu" };
  return { output: block.convolve(x, top), lastBlocks };
}

// Channels come in eights, and rounding never takes more than a tenth (keras.applications: _make_divisible).
function channels(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
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
  readonly #trainable: boolean;
  readonly #momentum: number;

  constructor({ trainable, momentum }: { readonly trainable: boolean; readonly momentum: number }) {
    this.#trainable = trainable;
    this.#momentum = momentum;
  }

  // Keras pads stride-2 convolutions by hand, at bottom and right only where the size is even.
  pad(x: LayerOutput, name: string): LayerOutput {
    const before = (size: number) => 1 - ((size + 1) % 2);
    const [h, w] = x.shape as [number, number];
    return new ZeroPadding2D({
      padding: [
        [before(h), 1],
        [before(w), 1],
      ],
      name,
    }).apply(x);
  }

  convolve(x: LayerOutput, { filters, size, strides, name, bn, relu }: Convolution): LayerOutput {
    const trainable = this.#trainable;
    const convolved = new Conv2D({
      filters,
      kernelSize: size,
      strides,
      padding: strides === 2 ? "valid" : "same",
      useBias: false,
      name,
      trainable,
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
      trainable: this.#trainable,
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
      trainable: this.#trainable,
    }).apply(x);
    return relu === undefined ? y : new ReLU({ maxValue: 6, name: relu }).apply(y);
  }
}
