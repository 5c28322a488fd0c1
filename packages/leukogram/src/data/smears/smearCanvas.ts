import type { Rng } from "@leukogram/engine/core/rng";

/** Light that comes through, by channel: 1 is none taken away. */
export type Ink = readonly [red: number, green: number, blue: number];

/** A region of the plane; distances in pixels. */
export interface Shape {
  readonly x: number;
  readonly y: number;
  /** No point of the shape is farther from (x, y). */
  readonly reach: number;
  /** Negative inside; near the outline, about the distance to it. */
  distance(x: number, y: number): number;
}

/** How {@link SmearCanvas.paint} lays ink on. */
export interface PaintOptions {
  /** Pixels over which the outline fades. */
  readonly softness: number;
  /** 0 to 1. */
  readonly alpha?: number;
  /** "multiply" is dye over dye; "cover" hides what lies below. */
  readonly blend?: "multiply" | "cover";
}

/** A square picture of light that comes through a slide: [size, size, 3], 1 is the bare lamp. */
export class SmearCanvas {
  readonly size: number;
  readonly light: Float32Array;

  constructor(size: number) {
    this.size = size;
    this.light = new Float32Array(size * size * 3).fill(1);
  }

  /** Lays ink on a shape; `ink` may vary by place and by the distance to the outline. */
  paint(shape: Shape, ink: Ink | ((x: number, y: number, distance: number) => Ink), options: PaintOptions): void {
    const { softness, alpha = 1, blend = "multiply" } = options;
    const { size, light } = this;
    const margin = shape.reach + softness + 1;
    const [left, right] = [Math.max(0, Math.floor(shape.x - margin)), Math.min(size - 1, Math.ceil(shape.x + margin))];
    const [top, bottom] = [Math.max(0, Math.floor(shape.y - margin)), Math.min(size - 1, Math.ceil(shape.y + margin))];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const distance = shape.distance(x, y);
        if (distance >= softness) continue;
        const cover = alpha * fade(distance, softness);
        const [red, green, blue] = typeof ink === "function" ? ink(x, y, distance) : ink;
        const at = (y * size + x) * 3;
        const keep = 1 - cover;
        if (blend === "cover") {
          light[at] = light[at]! * keep + red * cover;
          light[at + 1] = light[at + 1]! * keep + green * cover;
          light[at + 2] = light[at + 2]! * keep + blue * cover;
        } else {
          light[at]! *= keep + red * cover;
          light[at + 1]! *= keep + green * cover;
          light[at + 2]! *= keep + blue * cover;
        }
      }
    }
  }

  /** Blurs by a Gaussian of this standard deviation, in pixels. */
  blur(sigma: number): void {
    const radius = Math.ceil(2.5 * sigma);
    const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const kernel = Float32Array.from(weights, (weight) => weight / total);
    const between = new Float32Array(this.light.length);
    blurAxis(this.light, between, kernel, this.size, 3, this.size * 3);
    blurAxis(between, this.light, kernel, this.size, this.size * 3, 3);
  }
}

function fade(distance: number, softness: number): number {
  if (distance <= -softness) return 1;
  const t = (softness - distance) / (2 * softness);
  return t * t * (3 - 2 * t);
}

function blurAxis(
  from: Float32Array,
  to: Float32Array,
  kernel: Float32Array,
  size: number,
  step: number,
  other: number,
) {
  const taps = kernel.length;
  const radius = (taps - 1) / 2;
  const places = Int32Array.from({ length: size * taps }, (_, i) => {
    return Math.max(0, Math.min(size - 1, Math.floor(i / taps) + (i % taps) - radius)) * step;
  });
  for (let line = 0; line < size; line++) {
    for (let i = 0; i < size; i++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0, place = i * taps; k < taps; k++, place++) {
        const at = line * other + places[place]!;
        const weight = kernel[k]!;
        red += from[at]! * weight;
        green += from[at + 1]! * weight;
        blue += from[at + 2]! * weight;
      }
      const target = line * other + i * step;
      to[target] = red;
      to[target + 1] = green;
      to[target + 2] = blue;
    }
  }
}

/** Smooth noise in [0, 1] with bumps about `scale` pixels wide. */
export function makeNoise(rng: Rng, scale: number): (x: number, y: number) => number {
  const lattice = new Float32Array(4096);
  for (let i = 0; i < lattice.length; i++) lattice[i] = rng.uniform();
  return (x, y) => {
    const u = x / scale + 1024;
    const v = y / scale + 1024;
    const column = Math.floor(u);
    const row = Math.floor(v);
    const s = smooth(u - column);
    const t = smooth(v - row);
    const above = (row & 63) << 6;
    const below = ((row + 1) & 63) << 6;
    const left = column & 63;
    const right = (column + 1) & 63;
    const upper = lattice[above | left]! * (1 - s) + lattice[above | right]! * s;
    const lower = lattice[below | left]! * (1 - s) + lattice[below | right]! * s;
    return upper * (1 - t) + lower * t;
  };
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
