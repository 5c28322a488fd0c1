import type { Rng } from "@leukogram/engine/core/rng";
import { makeNoise, type Shape } from "./smearCanvas.ts";

/** A round shape with an uneven outline. */
export interface BlobOptions {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Unevenness of the outline, as a share of the radius. */
  readonly wobble: number;
  /** Length over breadth; 1 by default. */
  readonly elongation?: number;
}

/** A blob: an ellipse at a random angle whose outline wavers. */
export function blob(rng: Rng, { x, y, radius, wobble, elongation = 1 }: BlobOptions): Shape {
  const angle = rng.uniform(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const stretch = Math.sqrt(elongation);
  const waves = [2, 3, 4, 5, 7].map((k) => ({ k, size: (wobble * rng.uniform(0, 2)) / k, phase: rng.uniform(0, 7) }));
  // The outline by angle, in a table: a pixel costs one look-up.
  const outline = Float32Array.from({ length: 256 }, (_, i) => {
    const theta = (i / 256) * 2 * Math.PI;
    return radius * (1 + waves.reduce((sum, { k, size, phase }) => sum + size * Math.cos(k * theta + phase), 0));
  });
  const largest = outline.reduce((most, r) => Math.max(most, r), 0);
  return {
    x,
    y,
    reach: largest * stretch,
    distance(px, py) {
      const u = ((px - x) * cos + (py - y) * sin) / stretch;
      const v = ((py - y) * cos - (px - x) * sin) * stretch;
      const turn = (Math.atan2(v, u) / (2 * Math.PI) + 1) * 256;
      const whole = Math.floor(turn);
      const first = outline[whole & 255]!;
      const second = outline[(whole + 1) & 255]!;
      return Math.hypot(u, v) - (first + (second - first) * (turn - whole));
    },
  };
}

/** A ball, or the end of a {@link strand}. */
export interface Ball {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Balls joined in a row by strands of a given half width: the lobes of a nucleus and the threads between them. */
export function strand(balls: readonly Ball[], threadRadius: number, softness: number): Shape {
  const x = mean(balls.map((ball) => ball.x));
  const y = mean(balls.map((ball) => ball.y));
  const reach = Math.max(...balls.map((ball) => Math.hypot(ball.x - x, ball.y - y) + ball.radius)) + softness;
  return {
    x,
    y,
    reach,
    distance(px, py) {
      let nearest = Number.POSITIVE_INFINITY;
      for (const [i, ball] of balls.entries()) {
        nearest = smoothMinimum(nearest, Math.hypot(px - ball.x, py - ball.y) - ball.radius, softness);
        const next = balls[i + 1];
        if (next !== undefined)
          nearest = smoothMinimum(nearest, toSegment(px, py, ball, next) - threadRadius, softness);
      }
      return nearest;
    },
  };
}

/** What lies in both shapes, the second one drawn in by `inset` pixels. */
export function within(shape: Shape, outer: Shape, inset: number): Shape {
  return { ...shape, distance: (x, y) => Math.max(shape.distance(x, y), outer.distance(x, y) + inset) };
}

/** The shape with its outline shifted to and fro by up to `amount` pixels. */
export function roughen(rng: Rng, shape: Shape, amount: number, scale: number): Shape {
  const [dx, dy] = [makeNoise(rng, scale), makeNoise(rng, scale)];
  return {
    ...shape,
    reach: shape.reach + amount,
    distance: (x, y) => shape.distance(x + 2 * amount * (dx(x, y) - 0.5), y + 2 * amount * (dy(x, y) - 0.5)),
  };
}

/** A random point of the shape, at least `inset` pixels inside; undefined if 40 tries found none. */
export function pointInside(rng: Rng, shape: Shape, inset: number): { x: number; y: number } | undefined {
  for (let i = 0; i < 40; i++) {
    const x = shape.x + rng.uniform(-1, 1) * shape.reach;
    const y = shape.y + rng.uniform(-1, 1) * shape.reach;
    if (shape.distance(x, y) < -inset) return { x, y };
  }
  return undefined;
}

/** A plain disc. */
export function disc(x: number, y: number, radius: number): Shape {
  return { x, y, reach: radius, distance: (px, py) => Math.hypot(px - x, py - y) - radius };
}

function toSegment(px: number, py: number, a: Ball, b: Ball): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const t = Math.max(0, Math.min(1, ((px - a.x) * dx + (py - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - a.x - t * dx, py - a.y - t * dy);
}

// Polynomial smooth minimum (Quilez 2013): the two distances melt into one another within `k` pixels.
function smoothMinimum(a: number, b: number, k: number): number {
  if (a === Number.POSITIVE_INFINITY) return b;
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - h * h * k * 0.25;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
