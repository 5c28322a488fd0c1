// What architectures of ImageNet have in common: options, frozen or not, and the head for cell types.
import type { Layer, LayerOutput } from "../nn/layer.ts";
import { BatchNormalization, Dense, GlobalAveragePooling2D } from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";

/** Options of every backbone with a head. */
export interface BackboneOptions {
  /** Height and width in pixels; default 224. */
  readonly imageSize?: number | undefined;
  readonly classes?: number;
  /** `dense`: Dense 16, ReLU, batch normalisation, softmax. `linear`: softmax alone. Default: dense. */
  readonly head?: "dense" | "linear";
  /** Whether the backbone keeps its weights; default true. */
  readonly frozen?: boolean;
  /** Momentum of the batch normalisations that are trained; default 0.99. A frozen backbone keeps Keras's own. */
  readonly momentum?: number;
}

/** A model in two parts: what a frozen backbone computes once an image, and the head that learns from it. */
export interface BackboneModel {
  readonly model: Model;
  /** Where the backbone ends: a row [F]. */
  readonly features: LayerOutput;
  /** Where the last blocks begin. */
  readonly lastBlocks: LayerOutput;
  /** Finds in a layer's name the block that it belongs to: its groups, one after the other. */
  readonly blocks: RegExp;
}

/** The layers of a backbone, without a head. */
export interface Backbone extends Omit<BackboneModel, "model"> {
  readonly name: string;
  readonly input: LayerOutput;
}

/** A backbone with the head for cell types: layers `head_dense` and `head_bn` where it is dense, then `predictions`. */
export function withHead(backbone: Backbone, options: BackboneOptions): BackboneModel {
  const { classes = 5, head = "dense", frozen = true, momentum = 0.99 } = options;
  const { name, input, ...parts } = backbone;
  if (frozen) for (const layer of weighted(new Model({ input, output: parts.features }))) layer.trainable = false;
  const hidden =
    head === "linear"
      ? parts.features
      : new BatchNormalization({ momentum, name: "head_bn" }).apply(
          new Dense({ units: 16, activation: "relu", name: "head_dense" }).apply(parts.features),
        );
  const output = new Dense({ units: classes, activation: "softmax", name: "predictions" }).apply(hidden);
  return { model: new Model({ input, output, name }), ...parts };
}

const weighted = ({ layers }: Model): Layer[] => layers.filter(({ weights }) => weights.length > 0);

/** Layers of the head of {@link withHead}, which no weights file of a backbone has. */
export const HEAD_LAYERS: ReadonlySet<string> = new Set(["head_dense", "head_bn", "predictions"]);

/** Momentum of a backbone's batch normalisations: the caller's where they are trained, else the one Keras gave them. */
export function backboneMomentum({ frozen = true, momentum = 0.99 }: BackboneOptions, keras = 0.99): number {
  return frozen ? keras : momentum;
}

/** The mean over an image: [H, W, C] -> [C]; `name` is Keras's where its backbone pools by itself. */
export function pooled(maps: LayerOutput, name = "avg_pool"): LayerOutput {
  return new GlobalAveragePooling2D({ name }).apply(maps);
}

/** Gives a layer weights that are not learned and not drawn: what belongs to the pixels, not to training. */
export function fixed<L extends Layer>(layer: L, values: readonly ArrayLike<number>[]): L {
  for (const [i, weight] of layer.weights.entries()) weight.value = Float32Array.from(values[i]!);
  layer.trainable = false;
  layer.initialize = () => {};
  return layer;
}

/** Keras's zeros before a strided convolution: more at bottom and right where the size is even (imagenet_utils.correct_pad). */
export function correctPad(
  [height, width]: readonly number[],
  kernelSize: number,
): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const side = (size: number): [number, number] => [half - ((size + 1) % 2), half];
  return [side(height!), side(width!)];
}

/** Channels in eights, rounding never taking more than a tenth (keras.applications: _make_divisible, _depth). */
export function inEights(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}
