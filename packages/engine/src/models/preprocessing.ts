// How pixels were scaled before a model saw them, and layers that do the same.
import { LeukogramError } from "../core/errors.ts";
import { graft } from "../nn/graft.ts";
import type { LayerOutput } from "../nn/layer.ts";
import { Conv2D, Input, Rescaling } from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";
import { fixed } from "./backbone.ts";

/**
 * Ways to scale pixels before a model, as in keras.applications.imagenet_utils: "caffe" is blue, green, red less ImageNet's
 * means; "torch" is ImageNet's means and deviations on 0 to 1.
 */
export const PREPROCESSINGS = ["0..255", "0..1", "-1..1", "caffe", "torch"] as const;

/** The name of a way to scale pixels. */
export type Preprocessing = (typeof PREPROCESSINGS)[number];

const CAFFE_MEANS = [103.939, 116.779, 123.68];
/** Means of ImageNet's red, green and blue on 0 to 1. */
export const TORCH_MEANS = [0.485, 0.456, 0.406];
/** Their deviations. */
export const TORCH_DEVIATIONS = [0.229, 0.224, 0.225];

/**
 * The same model behind a layer that scales pixels 0 to 255 as its own pixels were. Weights are shared.
 *
 * @throws ERR_CONFIG if the model does not take three colours and the scaling needs them.
 */
export function withPreprocessing(model: Model, preprocessing: Preprocessing): Model {
  if (preprocessing === "0..255") return model;
  const input = Input(model.input.shape, { name: "pixels" });
  const scaled = scaledPixels(input, preprocessing);
  return new Model({ input, output: graft(model.input, model.output, scaled), name: model.name });
}

/** Shares of red, green and blue in grey (ITU-R BT.601), as PIL and TensorFlow have them. */
const GREY = [0.299, 0.587, 0.114];

/** The same model for pictures in three colours, of which one that takes a single channel sees the grey ones. */
export function takingColours(model: Model): Model {
  const [height, width, channels] = model.input.shape as [number, number, number];
  if (channels !== 1) return model;
  const input = Input([height, width, 3], { name: "colours" });
  const layer = new Conv2D({ filters: 1, kernelSize: 1, useBias: false, name: "grey" });
  const grey = layer.apply(input);
  fixed(layer, [GREY]);
  return new Model({ input, output: graft(model.input, model.output, grey), name: model.name });
}

/** Name of the layer of {@link scaledPixels}. */
export const PREPROCESSING_LAYER = "preprocessing";

/**
 * Pixels 0 to 255 scaled by one layer, named `preprocessing`, whose weights are never learned.
 *
 * @throws ERR_CONFIG if the pixels are not of three colours and the scaling needs them.
 */
export function scaledPixels(pixels: LayerOutput, preprocessing: Exclude<Preprocessing, "0..255">): LayerOutput {
  if (preprocessing === "0..1") return new Rescaling({ scale: 1 / 255, name: PREPROCESSING_LAYER }).apply(pixels);
  if (preprocessing === "-1..1")
    return new Rescaling({ scale: 1 / 127.5, offset: -1, name: PREPROCESSING_LAYER }).apply(pixels);
  const channels = pixels.shape[2];
  if (channels !== 3)
    throw new LeukogramError(
      "ERR_CONFIG",
      `preprocessing ${preprocessing} needs 3 colour channels, but the model takes ${channels}`,
    );
  // A convolution of one pixel is in every format, whatever the colours' order.
  const scaled = new Conv2D({ filters: 3, kernelSize: 1, name: PREPROCESSING_LAYER }).apply(pixels);
  fixed(scaled.layer, colourWeights(preprocessing));
  return scaled;
}

// [kernel, bias]
function colourWeights(preprocessing: "caffe" | "torch"): readonly ArrayLike<number>[] {
  const isCaffe = preprocessing === "caffe";
  const kernel = Array.from({ length: 9 }, (_, i) => {
    const [from, to] = [Math.floor(i / 3), i % 3];
    if (isCaffe) return from + to === 2 ? 1 : 0;
    return from === to ? 1 / (255 * TORCH_DEVIATIONS[to]!) : 0;
  });
  const bias = [0, 1, 2].map((to) => (isCaffe ? -CAFFE_MEANS[to]! : -TORCH_MEANS[to]! / TORCH_DEVIATIONS[to]!));
  return [kernel, bias];
}

/** What makes one doubt how a model's pixels are to be scaled, one sentence each. */
export function preprocessingSmells(model: Model): string[] {
  const [, first] = model.layers;
  const rescaling = model.layers.slice(0, 4).find((layer): layer is Rescaling => layer instanceof Rescaling);
  const smells: string[] = [];
  if (first?.name === PREPROCESSING_LAYER) return smells; // somebody said how
  const { scale, offset } = rescaling?.config ?? { scale: 1, offset: 0 };
  if (rescaling !== undefined && Math.abs(Number(scale) * 255 - 1) < 0.01 && offset === 0)
    smells.push(
      `The model divides pixels by 255 (layer "${rescaling.name}"). If training also divided them (ImageDataGenerator(rescale=1/255), image / 255.0), they were divided twice: use --preprocessing 0..1. To find out with a few labelled images: leukogram inspect MODEL --data DIR.`,
    );
  const isMobileNet =
    /mobilenet/i.test(model.name) || model.layers.some(({ name }) => /^(expanded_conv|conv_dw_1)/.test(name));
  if (isMobileNet && offset !== -1)
    smells.push(
      "The model looks like a MobileNet, whose ImageNet weights expect pixels from -1 to 1, but it has no layer that scales them. If training scaled them, use --preprocessing -1..1; with 0 to 1 it works, but worse.",
    );
  if (rescaling === undefined && !isMobileNet)
    smells.push(
      "The model has no layer that scales pixels. Give the scaling used in training with --preprocessing, or find it with leukogram inspect MODEL --data DIR.",
    );
  return smells;
}
