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
 * A wider custom CNN of 0.54 million parameters: five stride-2 convolutions 16-32-64-128-256, and behind the fourth one
 * more with a shortcut around it (He et al. 2016); global average pooling, dropout, softmax. Every convolution is 3x3
 * and normalised. Takes pixels 0 to 255. The last block is the fifth convolution.
 */
export function cnnWide({ imageSize = 128, classes = 5, momentum = 0.99 }: CnnWideOptions = {}): BuiltModel {
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const convolve = (x: LayerOutput, filters: number, strides: 1 | 2) =>
    new BatchNormalization({ momentum }).apply(
      new Conv2D({ filters, kernelSize: 3, strides, padding: "same", useBias: false }).apply(x),
    );
  const relu = (x: LayerOutput) => new ReLU().apply(x);
  const shrink = (x: LayerOutput, filters: number) => relu(convolve(x, filters, 2));
  const scaled = new Rescaling({ scale: 1 / 255 }).apply(input);
  const shrunk = [16, 32, 64, 128].reduce(shrink, scaled);
  const lastBlocks = relu(new Add().apply([shrunk, convolve(shrunk, 128, 1)]));
  const pooled = new Dropout({ rate: 0.2 }).apply(new GlobalAveragePooling2D().apply(shrink(lastBlocks, 256)));
  const output = new Dense({ units: classes, activation: "softmax", name: "predictions" }).apply(pooled);
  return { model: new Model({ input, output, name: "cnn-wide" }), lastBlocks };
}
