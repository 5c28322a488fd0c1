import { LeukogramError } from "@leukogram/engine/core/errors";
import type { PixelLayout } from "@leukogram/engine/graph/compileTraining";

/** How a training step wants its pixels; declared where the step is compiled. */
export type { PixelLayout };

/** Where the pixel at (row, column, channel) goes: rows[row] + columns[column] + channel * channelStride. */
export interface PixelTarget {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly channelStride: number;
}

/** Elements of one image in this layout. */
export function layoutSize({ phases, height, width }: PixelLayout): number {
  return phases * phases * 3 * height * width;
}

/** Where pixels go that stay [height, width, 3]. */
export function interleavedTarget(height: number, width: number): PixelTarget {
  return {
    rows: Int32Array.from({ length: height }, (_, row) => row * width * 3),
    columns: Int32Array.from({ length: width }, (_, column) => column * 3),
    channelStride: 1,
  };
}

/**
 * Where the pixels of an image [height, width, 3] go in this layout, counted from the image's first element.
 *
 * @throws LeukogramError ERR_SHAPE if the planes are too small for the image, or a number is not whole.
 */
export function layoutTarget(layout: PixelLayout, height: number, width: number): PixelTarget {
  const { phases } = layout;
  const whole = [phases, layout.height, layout.width].every((value) => Number.isInteger(value) && value > 0);
  if (!whole || layout.height * phases < height || layout.width * phases < width) {
    throw new LeukogramError(
      "ERR_SHAPE",
      `pixel layout: expected planes of at least ${Math.ceil(height / phases)} x ${Math.ceil(width / phases)} for images of ${height} x ${width} in ${phases} phases, received ${layout.height} x ${layout.width}`,
    );
  }
  const plane = layout.height * layout.width;
  return {
    rows: Int32Array.from(
      { length: height },
      (_, row) => (row % phases) * phases * 3 * plane + Math.floor(row / phases) * layout.width,
    ),
    columns: Int32Array.from(
      { length: width },
      (_, column) => (column % phases) * 3 * plane + Math.floor(column / phases),
    ),
    channelStride: plane,
  };
}

/** Copies an image [height, width, 3] to where `target` puts its pixels. */
export function copyInto(src: Uint8Array, out: Uint8Array, { rows, columns, channelStride }: PixelTarget): void {
  let source = 0;
  for (let row = 0; row < rows.length; row++) {
    const start = rows[row]!;
    for (let column = 0; column < columns.length; column++) {
      const target = start + columns[column]!;
      out[target] = src[source]!;
      out[target + channelStride] = src[source + 1]!;
      out[target + 2 * channelStride] = src[source + 2]!;
      source += 3;
    }
  }
}
