// Kernel sizes, strides and padding as Keras's layers spell them.
import { LeukogramError } from "../../core/errors.ts";
import { samePadding } from "../../graph/ops/convolution.ts";
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";

/** One number for both, or [height, width]. */
export type Pair = number | readonly [number, number];

/** "same" gives ceil(size / stride) outputs, zeros around; "valid" adds nothing. */
export type Padding = "valid" | "same";

/** Both numbers of a pair. @throws ERR_CONFIG if one is not a whole number above 0. */
export function pair(value: Pair, what: string): readonly [number, number] {
  const both = typeof value === "number" ? ([value, value] as const) : value;
  if (both.length !== 2 || !both.every((size) => Number.isInteger(size) && size > 0))
    throw new LeukogramError(
      "ERR_CONFIG",
      `${what}: expected whole numbers above 0, received ${JSON.stringify(value)}`,
    );
  return both;
}

/** The padding itself. @throws ERR_CONFIG if it is another than those two. */
export function checkedPadding(padding: Padding, what: string): Padding {
  if (padding !== "valid" && padding !== "same")
    throw new LeukogramError(
      "ERR_CONFIG",
      `${what} padding: expected valid or same, received ${JSON.stringify(padding)}`,
    );
  return padding;
}

/** Zeros at top, left, bottom, right for a window over x [N, C, H, W]. */
export function windowPads(
  x: Tensor,
  size: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
): [number, number, number, number] {
  if (padding === "valid") return [0, 0, 0, 0];
  const [top, bottom] = samePadding(x.shape[2] as number, size[0], strides[0]);
  const [left, right] = samePadding(x.shape[3] as number, size[1], strides[1]);
  return [top, left, bottom, right];
}

/** Kernel [O, C, KH, KW] with its entries `rate` apart, zeros between. */
export function dilated(kernel: Tensor, rate: readonly [number, number]): Tensor {
  return rate.reduce((spread, distance, i) => {
    const axis = 2 + i;
    const size = spread.shape[axis] as number;
    if (distance === 1 || size === 1) return spread;
    // [.., K, ..] -> [.., K, rate, ..] -> [.., K * rate, ..], less the zeros behind the last entry
    const apart = ops.pad(ops.reshape(spread, spread.shape.toSpliced(axis + 1, 0, 1)), axis + 1, 0, distance - 1);
    const row = ops.reshape(apart, spread.shape.with(axis, size * distance));
    return ops.slice(row, axis, 0, (size - 1) * distance + 1);
  }, kernel);
}

/** Height and width of a kernel [O, C, KH, KW]. */
export function kernelExtent(kernel: Tensor): [number, number] {
  return kernel.shape.slice(2) as [number, number];
}
