// The graphs that a model is handed on as.
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Model } from "./model.ts";
import { FIXED, logitsOf, type Outputs } from "./modelGraphs.ts";

/** What {@link exportGraph} takes beside the model. */
export interface ExportOptions {
  /** Cuts out of RGB images what the model sees; default: all of it, resized. */
  readonly crop?: Crop | undefined;
  /** Number of turned and mirrored views, 1 to 8, over which logarithms of probabilities are averaged; default 1. */
  readonly views?: number | undefined;
  /** Other pictures of the same object, over which they are averaged too; default: the usual one alone. */
  readonly pictures?: readonly PictureVariant[] | undefined;
  /** What answers to a picture, its output a softmax; default: the layers as they are. */
  readonly call?: ((picture: Tensor) => Tensor) | undefined;
}

/** How a picture is varied at test time. */
export interface PictureVariant {
  /** Side of the part that is seen as a share of the usual one; above 1 only if `crop` leaves something out. */
  readonly scale: number;
  /** Factor on the optical densities: above 1 as a longer stain would have it. */
  readonly stain: number;
}

/**
 * What a model sees of `images`, [batch, 3, height, width], 0 to 255: a picture [batch, C, ...size], 0 to 255, for each variant.
 */
export type Crop = (
  images: Tensor,
  variants: readonly PictureVariant[],
  size: readonly [number, number],
) => readonly Tensor[];

/** The picture as it is. */
export const PLAIN_PICTURE: PictureVariant = { scale: 1, stain: 1 };

/**
 * The model as it is handed on: `images`, uint8 RGB [batch, height, width, 3] of any size, in; `probabilities`
 * [batch, K] out. Resizing, cropping and scaling are part of the graph.
 */
export function exportGraph(
  model: Model,
  { crop, views = 1, pictures: variants = [PLAIN_PICTURE], call = (x) => model.call(x, FIXED) }: ExportOptions = {},
): Outputs {
  const seen = picturesOf(model, crop, variants).flatMap((picture) => viewsOf(picture, views));
  if (seen.length === 1) return { probabilities: call(seen[0]!) };
  const logarithms = seen.map((view) => ops.logSoftmax(logitsOf(model, call(view), "views can't be averaged")));
  return { probabilities: ops.softmax(ops.mul(logarithms.reduce(ops.add), ops.scalar(1 / seen.length))) };
}

/** The usual picture as the first layer takes it, 0 to 255, [batch, C, H, W], from `images` as {@link exportGraph} takes them. */
export function seenPicture(model: Model, crop?: Crop): Tensor {
  return picturesOf(model, crop, [PLAIN_PICTURE])[0]!;
}

function picturesOf(model: Model, crop: Crop | undefined, variants: readonly PictureVariant[]): readonly Tensor[] {
  const [height, width, channels] = model.input.shape as [number, number, number];
  const images = ops.input("images", ["batch", "height", "width", crop ? 3 : channels], "uint8");
  const planar = ops.cast(ops.transpose(images, [0, 3, 1, 2]), "float32"); // [N, H, W, C] -> [N, C, H, W]
  const size = [height, width] as const;
  if (crop) return crop(planar, variants, size);
  return variants.map(({ scale, stain }) => stained(middleOf(planar, size, scale), stain));
}

/** The layers alone: `images`, floats [batch, height, width, channels] as the model's own layers expect them, to `probabilities`. */
export function plainGraph(model: Model): Outputs {
  const images = ops.input("images", ["batch", ...model.input.shape]);
  const x = model.input.shape.length === 3 ? ops.transpose(images, [0, 3, 1, 2]) : images;
  return { probabilities: model.call(x, FIXED) };
}

/** Pictures 0 to 255 at `factor` times their optical density against white: light to the power of the factor. */
export function stained(pictures: Tensor, factor: number): Tensor {
  if (factor === 1) return pictures;
  const share = ops.clip(ops.mul(pictures, ops.scalar(1 / 255)), 1 / 256, 1);
  return ops.mul(ops.pow(share, ops.scalar(factor)), ops.scalar(255));
}

// The middle of pictures, `scale` of their height and width, brought to a size.
function middleOf(planar: Tensor, size: readonly [number, number], scale: number): Tensor {
  const whole = size.map((side) => Math.round(side / scale)) as [number, number];
  const resized = ops.resize(planar, whole);
  return [2, 3].reduce((x, axis, i) => {
    const start = (whole[i]! - size[i]!) >> 1;
    return whole[i] === size[i] ? x : ops.slice(x, axis, start, start + size[i]!);
  }, resized);
}

/** The same entries, kept from ONNX Runtime's pulling of layouts through Resize, which loses sizes: that stops at a pool. */
export function fenced(x: Tensor): Tensor {
  return ops.averagePool(x, { poolSize: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] });
}

/** The first `count` of a square's eight turned and mirrored views: as it is, mirrored each way, transposed, ... */
export function viewsOf(pictures: Tensor, count: number): Tensor[] {
  if (count === 1) return [pictures];
  const x = fenced(pictures);
  const mirrored = (t: Tensor, axis: 2 | 3) => {
    const size = t.shape[axis] as number;
    return ops.gather(
      t,
      axis,
      Int32Array.from({ length: size }, (_, i) => size - 1 - i),
    );
  };
  const across = mirrored(x, 3);
  const upright = [x, across, mirrored(x, 2), mirrored(across, 2)];
  const turned = upright.map((view) => ops.transpose(view, [0, 1, 3, 2]));
  return [x, across, upright[2]!, turned[0]!, upright[3]!, ...turned.slice(1)].slice(0, count);
}
