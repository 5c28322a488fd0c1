// What the three convolution ops share: settings, sizes and ONNX attributes.
import { LeukogramError } from "../../core/errors.ts";
import { type Shape, show } from "../../core/shape.ts";
import type { OnnxAttribute } from "../onnx/proto.ts";

/** Settings of a convolution over [N, C, H, W]. */
export type ConvolutionAttributes = {
  /** Step along height and width. */
  readonly strides: readonly [number, number];
  /** Zeros added: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** The channels fall into this many groups that do not see each other; as many as channels: depthwise. */
  readonly groups: number;
};

/** Stride 1, no padding, one group. */
export const PLAIN: ConvolutionAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], groups: 1 };

/** Height and width of the output. */
export function outputSize(
  shape: Shape,
  kernelSize: readonly [number, number],
  { strides, pads }: ConvolutionAttributes,
): [number, number] {
  const size = (axis: 0 | 1) => {
    const padded = (shape[2 + axis] as number) + pads[axis]! + pads[axis + 2]!;
    return Math.floor((padded - kernelSize[axis]) / strides[axis]) + 1;
  };
  const out: [number, number] = [size(0), size(1)];
  if (out[0] < 1 || out[1] < 1)
    throw new LeukogramError(
      "ERR_SHAPE",
      `convolution: a ${kernelSize.join("x")} kernel does not fit into ${show(shape)}`,
    );
  return out;
}

/** The settings as ONNX spells them; those that it takes for granted are left out, as files hold hundreds of these. */
export function onnxConvolution({ strides, pads, groups }: ConvolutionAttributes): Record<string, OnnxAttribute> {
  return {
    ...(strides.some((stride) => stride !== 1) && { strides: { ints: strides } }),
    ...(pads.some((pad) => pad !== 0) && { pads: { ints: pads } }),
    ...(groups !== 1 && { group: { int: groups } }),
  };
}

/** Zeros that make a window of `size` at `stride` cover `length` entries as TensorFlow's "same" does: [before, after]. */
export function samePadding(length: number, size: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}
