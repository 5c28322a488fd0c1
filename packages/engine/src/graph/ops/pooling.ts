// What the two pooling ops share.
import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import type { TensorType } from "../tensor.ts";
import { type ConvolutionAttributes, outputSize } from "./convolution.ts";

/** Window, step and padding of a pooling. */
export type PoolAttributes = Omit<ConvolutionAttributes, "groups"> & { readonly poolSize: readonly [number, number] };

/** The type of the pooled tensor. @throws ERR_SHAPE if there is no image, or it is smaller than the window. */
export function pooledType(x: TensorType, attributes: PoolAttributes): TensorType {
  if (x.shape.length !== 4)
    throw new LeukogramError("ERR_SHAPE", `pooling: expected [N, C, H, W], received ${show(x.shape)}`);
  const size = outputSize(x.shape, attributes.poolSize, { ...attributes, groups: 1 });
  return { shape: [x.shape[0]!, x.shape[1]!, ...size], dtype: x.dtype };
}

/** For each tap of the window, 1 if it lies inside the image, else 0: arrays of OH * OW, taps row by row. */
export function tapMasks(
  inputSize: readonly [number, number],
  outSize: readonly [number, number],
  kernelSize: readonly [number, number],
  { strides, pads }: Pick<ConvolutionAttributes, "strides" | "pads">,
): Float32Array[] {
  const inside = (out: number, tap: number, axis: 0 | 1) => {
    const at = out * strides[axis] - pads[axis] + tap;
    return at >= 0 && at < inputSize[axis];
  };
  const taps = Array.from({ length: kernelSize[0] * kernelSize[1] }, (_, i) => i);
  return taps.map((tap) =>
    Float32Array.from({ length: outSize[0] * outSize[1] }, (_, at) =>
      inside(Math.floor(at / outSize[1]), Math.floor(tap / kernelSize[1]), 0) &&
      inside(at % outSize[1], tap % kernelSize[1], 1)
        ? 1
        : 0,
    ),
  );
}
