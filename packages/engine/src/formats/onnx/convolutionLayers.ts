// A Conv of ONNX as layers of Keras: the kernel re-laid, its padding as Keras has it.
import { permuted } from "../../core/permute.ts";
import type { Dim } from "../../core/shape.ts";
import { samePadding } from "../../graph/ops/convolution.ts";
import type { Layer } from "../../nn/layer.ts";
import { Conv2D, DepthwiseConv2D, ZeroPadding2D } from "../../nn/layers/index.ts";
import type { Padding } from "../../nn/layers/window.ts";
import type { Window } from "./nodeFacts.ts";

/** A convolution whose weights are known. */
export interface Convolved {
  readonly window: Window;
  /** [O, C / groups, KH, KW]. */
  readonly kernel: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly bias: Float32Array | undefined;
  readonly groups: number;
  /** Of its input: [N, C, H, W]. */
  readonly shape: readonly Dim[];
  readonly name: string;
}

/** The padding as Keras's word for it, where it has one. */
export function samePads(
  { size, strides, dilations, pads }: Omit<Window, "hanging">,
  shape: readonly Dim[],
): Padding | undefined {
  if (pads.every((pad) => pad === 0)) return "valid";
  const [top, left, bottom, right] = pads;
  const isSame = ([before, after]: readonly number[], i: 0 | 1) => {
    const extent = (size[i] - 1) * dilations[i] + 1;
    return samePadding(shape[2 + i] as number, extent, strides[i]).join() === `${before},${after}`;
  };
  return isSame([top, bottom], 0) && isSame([left, right], 1) ? "same" : undefined;
}

/** The layers, one behind the other, and the weights of the last. */
export function convolutionLayers(given: Convolved): { layers: Layer[]; weights: Float32Array[] } {
  const { window, kernel, bias, groups, shape, name } = given;
  const padding = samePads(window, shape);
  const [top, left, bottom, right] = window.pads;
  const around =
    padding === undefined
      ? [
          new ZeroPadding2D({
            padding: [
              [top, bottom],
              [left, right],
            ],
          }),
        ]
      : [];
  const settings = {
    kernelSize: window.size,
    strides: window.strides,
    dilationRate: window.dilations,
    padding: padding ?? ("valid" as const),
    useBias: bias !== undefined,
    name,
  };
  const [filters, channels] = [kernel.shape[0]!, shape[1] as number];
  const isDepthwise = groups > 1 && groups === channels;
  const layer = isDepthwise
    ? new DepthwiseConv2D({ ...settings, depthMultiplier: filters / channels })
    : new Conv2D({ ...settings, filters, groups });
  // [O, I, KH, KW] -> [KH, KW, I, O]; of a depthwise one [C * M, 1, KH, KW] -> [KH, KW, C, M]
  const relaid = permuted(kernel.data, kernel.shape, [2, 3, 1, 0]);
  return { layers: [...around, layer], weights: [relaid, ...(bias ? [bias] : [])] };
}
