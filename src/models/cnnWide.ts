import type { LayerOutput } from "../nn/layer.ts";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  GlobalAveragePooling2D,
  Input,
  ReLU,
  Rescaling,
} from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";
import type { BuiltModel } from "./builtModel.ts";

/** Options of {@link cnnWide}. */
export interface CnnWideOptions {
  /** Height and width in pixels; default 128. */
  readonly imageSize?: number;
  readonly classes?: number;
  /** Momentum of the batch normalisations; default 0.99, as in Keras. */
  readonly momentum?: number;
}

/**
 * A wider custom CNN of 0.83 million parameters: a stride-2 convolution of 32 filters, three stages of 64, 128 and 192,
 * each a stride-2 convolution and one with a shortcut around it (He et al. 2016), global average pooling, dropout,
 * softmax. Every convolution is 3x3 and normalised. Takes pixels 0 to 255. The last block is the last convolution with its
 * shortcut.
 */
export function cnnWide({ imageSize = 128, classes = 5, momentum = 0.99 }: CnnWideOptions = {}): BuiltModel {
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const convolve = (x: LayerOutput, filters: number, strides: 1 | 2) =>
    new BatchNormalization({ momentum }).apply(
      new Conv2D({ filters, kernelSize: 3, strides, padding: "same", useBias: false }).apply(x),
    );
  const relu = (x: LayerOutput) => new ReLU().apply(x);
  let x = relu(convolve(new Rescaling({ scale: 1 / 255 }).apply(input), 32, 2));
  let lastBlocks = x;
  for (const filters of [64, 128, 192]) {
    const shrunk = relu(convolve(x, filters, 2));
    lastBlocks = shrunk;
    x = relu(new Add().apply([shrunk, convolve(shrunk, filters, 1)]));
  }
  const pooled = new Dropout({ rate: 0.2 }).apply(new GlobalAveragePooling2D().apply(x));
  const output = new Dense({ units: classes, activation: "softmax", name: "predictions" }).apply(pooled);
  return { model: new Model({ input, output, name: "cnn-wide" }), lastBlocks };
}
