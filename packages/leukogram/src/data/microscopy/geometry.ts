import { bilinearRun, LONGEST_SIDE, type Run } from "../bilinearRun.ts";
import { interleavedTarget, type PixelTarget } from "../pictures/pixelLayout.ts";
import type { PictureDraw } from "./draw.ts";
import { ELASTIC_CELLS } from "./elastic.ts";
import type { Field, Placement } from "./field.ts";

/** What of a {@link PictureDraw} says where the picture lies. */
export type GeometryDraw = Pick<PictureDraw, "transform" | "scale" | "shift" | "elastic">;

/**
 * Where the picture's points lie in the field, both measured in shares of their sides from their middles. Rotation and
 * shear are true for fields and pictures of the same proportions.
 */
export function placementOf({ transform, scale, shift }: GeometryDraw, { height, width }: Field): Placement {
  const { theta, shear, zx, zy, flipHorizontal, flipVertical } = transform;
  const [turn, skew] = [(theta * Math.PI) / 180, (shear * Math.PI) / 180];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const across = scale * zx * (flipHorizontal ? -1 : 1);
  const down = scale * zy * (flipVertical ? -1 : 1);
  const [xx, yx] = [cos * across, sin * across];
  const xy = -(cos * Math.sin(skew) + sin * Math.cos(skew)) * down;
  const yy = (cos * Math.cos(skew) - sin * Math.sin(skew)) * down;
  const x = shift[0] * scale + transform.tx / width;
  const y = shift[1] * scale + transform.ty / height;
  return { row: [yy, (yx * width) / height, y], column: [(xy * height) / width, xx, x] };
}

/**
 * Samples the picture [height, width, 3] out of a field, bilinear, mirrored beyond the field's edges, in one pass.
 * Fields more than 1.5 times as fine as the picture are halved first, by the mean of 2 x 2 pixels, as often as needed.
 */
export class PictureSampler {
  readonly #height: number;
  readonly #width: number;
  readonly #target: PixelTarget;
  readonly #rows: Float64Array = new Float64Array(2 * (ELASTIC_CELLS + 1));
  readonly #halves: Field[] = [];

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#height = height;
    this.#width = width;
    this.#target = interleavedTarget(height, width);
  }

  /** Fills `out` [height, width, 3]. */
  sample(field: Field, draw: GeometryDraw, out: Uint8Array): Uint8Array {
    const placement = placementOf(draw, field);
    const source = this.#fineness(field, placement);
    for (let row = 0; row < this.#height; row++) this.#sampleRow(source, placement, draw, row, out);
    return out;
  }

  #fineness(field: Field, { row, column }: Placement): Field {
    const down = (Math.hypot(row[0], column[0]) * field.height) / this.#height;
    const across = (Math.hypot(row[1], column[1]) * field.width) / this.#width;
    let finest = Math.max(down, across);
    let source = field;
    for (let level = 0; finest > 1.5 && source.height > 1 && source.width > 1; level++, finest /= 2) {
      source = this.#halves[level] = halve(source, this.#halves[level]);
    }
    return source;
  }

  // Along a row the place in the field is a straight line within each cell of the elastic grid.
  #sampleRow(source: Field, { row, column }: Placement, { elastic }: GeometryDraw, at: number, out: Uint8Array): void {
    const { height, width } = source;
    const [h, w] = [this.#height, this.#width];
    const v = (at + 0.5) / h - 0.5;
    const knots = this.#rows;
    for (let k = 0; k <= ELASTIC_CELLS; k++) {
      const u = k / ELASTIC_CELLS - 0.5;
      const [dx, dy] = elastic === undefined ? NONE : bendAt(elastic, v + 0.5, k);
      knots[2 * k] = (row[0] * (v + dy) + row[1] * (u + dx) + row[2] + 0.5) * height - 0.5;
      knots[2 * k + 1] = (column[0] * (v + dy) + column[1] * (u + dx) + column[2] + 0.5) * width - 0.5;
    }
    for (let k = 0; k < ELASTIC_CELLS; k++) {
      const from = Math.ceil((k * w) / ELASTIC_CELLS - 0.5);
      const to = Math.ceil(((k + 1) * w) / ELASTIC_CELLS - 0.5);
      const yStep = ((knots[2 * k + 2]! - knots[2 * k]!) * ELASTIC_CELLS) / w;
      const xStep = ((knots[2 * k + 3]! - knots[2 * k + 1]!) * ELASTIC_CELLS) / w;
      const lead = from + 0.5 - (k * w) / ELASTIC_CELLS;
      const [y, x] = [knots[2 * k]! + yStep * lead, knots[2 * k + 1]! + xStep * lead];
      const run = { row: at, from, to, y, x, yStep, xStep };
      if (isInside(source, run)) bilinearRun(source, run, { out, target: this.#target });
      else mirroredRun(source, run, out.subarray(this.#target.rows[at]));
    }
  }
}

const NONE: readonly [number, number] = [0, 0];

// The displacement on a row, `v` 0 to 1, at the grid's column k.
function bendAt({ dx, dy }: NonNullable<GeometryDraw["elastic"]>, v: number, k: number): [number, number] {
  const cell = Math.min(Math.floor(v * ELASTIC_CELLS), ELASTIC_CELLS - 1);
  const share = v * ELASTIC_CELLS - cell;
  const upper = cell * (ELASTIC_CELLS + 1) + k;
  const lower = upper + ELASTIC_CELLS + 1;
  return [dx[upper]! + (dx[lower]! - dx[upper]!) * share, dy[upper]! + (dy[lower]! - dy[upper]!) * share];
}

function isInside({ height, width }: Field, { y, x, yStep, xStep, from, to }: Run): boolean {
  const [lastY, lastX] = [y + yStep * (to - from - 1), x + xStep * (to - from - 1)];
  const margin = 1 / 1024; // fixed point
  return (
    Math.min(y, lastY) >= margin &&
    Math.min(x, lastX) >= margin &&
    Math.max(y, lastY) < height - 1 - margin &&
    Math.max(x, lastX) < width - 1 - margin &&
    Math.max(height, width) <= LONGEST_SIDE
  );
}

// `out` is a row of the picture.
function mirroredRun({ data, height, width }: Field, run: Run, out: Uint8Array): void {
  for (let i = 0, to = run.from * 3; i < run.to - run.from; i++, to += 3) {
    const y = run.y + run.yStep * i;
    const x = run.x + run.xStep * i;
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const upper = mirror(top, height) * width;
    const lower = mirror(top + 1, height) * width;
    const [first, second] = [mirror(left, width), mirror(left + 1, width)];
    for (let channel = 0; channel < 3; channel++) {
      const a = data[(upper + first) * 3 + channel]!;
      const b = data[(upper + second) * 3 + channel]!;
      const c = data[(lower + first) * 3 + channel]!;
      const d = data[(lower + second) * 3 + channel]!;
      const above = a + (b - a) * (x - left);
      out[to + channel] = (above + (c + (d - c) * (x - left) - above) * (y - top) + 0.5) | 0;
    }
  }
}

// Index `i` of a line of `count` pixels that goes on in its mirror images, the edge pixel twice.
function mirror(i: number, count: number): number {
  const period = 2 * count;
  const within = ((i % period) + period) % period;
  return within < count ? within : period - 1 - within;
}

// The mean of 2 x 2 pixels; a last odd row or column is left out.
function halve({ data, height, width }: Field, old: Field | undefined): Field {
  const [h, w] = [height >> 1, width >> 1];
  const out = old !== undefined && old.height === h && old.width === w ? old.data : new Uint8Array(h * w * 3);
  const stride = width * 3;
  for (let row = 0, to = 0; row < h; row++) {
    let at = row * 2 * stride;
    for (let column = 0; column < w; column++, at += 6, to += 3) {
      const below = at + stride;
      out[to] = (data[at]! + data[at + 3]! + data[below]! + data[below + 3]! + 2) >> 2;
      out[to + 1] = (data[at + 1]! + data[at + 4]! + data[below + 1]! + data[below + 4]! + 2) >> 2;
      out[to + 2] = (data[at + 2]! + data[at + 5]! + data[below + 2]! + data[below + 5]! + 2) >> 2;
    }
  }
  return { data: out, height: h, width: w };
}
