// How the five white cells look under a May-Gruenwald Giemsa stain, in lengths of a picture of 360 pixels.

import type { Rng } from "@leukogram/engine/core/rng";
import type { CELL_TYPES } from "../../cells/classes.ts";
import { type Ink, makeNoise, type Shape, type SmearCanvas } from "./smearCanvas.ts";
import { type Ball, blob, disc, pointInside, roughen, strand, within } from "./smearShapes.ts";

/** Where a cell is drawn, and on what. */
export interface CellPlace {
  readonly canvas: SmearCanvas;
  readonly x: number;
  readonly y: number;
  /** Pixels of this picture in one of a picture of 360. */
  readonly scale: number;
}

/** Draws one white cell and returns its outline. */
export type CellPainter = (rng: Rng, place: CellPlace) => Shape;

const NEUTROPHIL: CellPainter = (rng, place) => {
  const radius = rng.uniform(60, 78) * place.scale;
  const body = cytoplasm(rng, place, { radius, wobble: 0.03, ink: [0.87, 0.82, 0.98], grain: 0.08 });
  const tint = rng.uniform(0.5, 0.95);
  granules(rng, place, body, { count: rng.integer(160) + 120, size: [0.9, 1.7], ink: [0.68, 0.5, 0.78], alpha: tint });
  // One in eight is a band form, whose nucleus has no lobes yet.
  const band = rng.uniform() < 0.125;
  const lobes = band ? 6 : 3 + rng.integer(3);
  const bend = rng.uniform(0.38, 0.5) * radius;
  const span = (band ? rng.uniform(0.5, 0.75) : rng.uniform(0.42, 0.62) * (lobes / 8 + 0.45)) * 2 * Math.PI;
  const share = band ? 0.18 : 0.95 / (lobes + 0.4);
  const balls = alongArc(rng, body, { count: lobes, bend, span, radius: [share * 0.85, share * 1.15], size: radius });
  const thread = (band ? 0.18 : rng.uniform(0.045, 0.11)) * radius;
  const shape = roughen(rng, strand(balls, thread, 0.1 * radius), 0.04 * radius, 0.25 * radius);
  nucleus(rng, place, within(shape, body, 2), { dark: [0.24, 0.13, 0.5], pale: [0.46, 0.28, 0.7], clump: 8 });
  return body;
};

const EOSINOPHIL: CellPainter = (rng, place) => {
  const radius = rng.uniform(60, 78) * place.scale;
  const body = cytoplasm(rng, place, { radius, wobble: 0.04, ink: [0.88, 0.7, 0.74], grain: 0.06 });
  const red = rng.uniform(-0.05, 0.05);
  granules(rng, place, body, {
    count: 330,
    size: [2.6, 4.2],
    ink: [0.88 + red, 0.5 + red, 0.47 - red],
    alpha: rng.uniform(0.4, 0.85),
    spread: 0.12,
  });
  const lobes = rng.uniform() < 0.82 ? 2 : 3;
  const bend = rng.uniform(0.42, 0.52) * radius;
  const span = lobes === 2 ? rng.uniform(1.7, 2.9) : rng.uniform(2.8, 3.8);
  const size: [number, number] = lobes === 2 ? [0.3, 0.39] : [0.23, 0.29];
  const balls = alongArc(rng, body, { count: lobes, bend, span, radius: size, size: radius });
  const shape = roughen(
    rng,
    strand(balls, rng.uniform(0.06, 0.12) * radius, 0.08 * radius),
    0.05 * radius,
    0.3 * radius,
  );
  nucleus(rng, place, within(shape, body, 2), { dark: [0.26, 0.15, 0.5], pale: [0.45, 0.27, 0.66], clump: 8 });
  return body;
};

const BASOPHIL: CellPainter = (rng, place) => {
  const radius = rng.uniform(52, 72) * place.scale;
  const body = cytoplasm(rng, place, { radius, wobble: 0.06, ink: [0.72, 0.58, 0.82], grain: 0.12 });
  const balls = alongArc(rng, body, {
    count: 2 + rng.integer(2),
    bend: 0.36 * radius,
    span: rng.uniform(1.8, 3.4),
    radius: [0.36, 0.46],
    size: radius,
  });
  const shape = roughen(rng, strand(balls, 0.25 * radius, 0.3 * radius), 0.08 * radius, 0.4 * radius);
  nucleus(rng, place, within(shape, body, 3), {
    dark: [0.42, 0.26, 0.58],
    pale: [0.56, 0.38, 0.7],
    clump: 16,
    softness: 3,
  });
  granules(rng, place, body, {
    count: Math.round(rng.uniform(80, 260)),
    size: [2.8, 5.6],
    ink: [0.22, 0.12, 0.44],
    alpha: rng.uniform(0.8, 0.95),
    spread: 0.08,
    overEdge: 3,
  });
  return body;
};

const LYMPHOCYTE: CellPainter = (rng, place) => {
  const large = rng.uniform() < 0.25;
  const radius = (large ? rng.uniform(54, 72) : rng.uniform(38, 54)) * place.scale;
  const body = cytoplasm(rng, place, {
    radius,
    wobble: 0.05,
    ink: [0.52, 0.6, 0.88],
    grain: 0.12,
    elongation: rng.uniform(1, 1.15),
  });
  const share = large ? rng.uniform(0.7, 0.82) : rng.uniform(0.82, 0.92);
  const shift = (0.95 - share) * radius * rng.uniform(0.3, 1);
  const angle = rng.uniform(0, 2 * Math.PI);
  const round = blob(rng, {
    x: body.x + shift * Math.cos(angle),
    y: body.y + shift * Math.sin(angle),
    radius: share * radius,
    wobble: 0.03,
    elongation: rng.uniform(1, 1.12),
  });
  nucleus(rng, place, within(roughen(rng, round, 0.03 * radius, 0.5 * radius), body, 1), {
    dark: [0.21, 0.12, 0.45],
    pale: large ? [0.44, 0.28, 0.66] : [0.34, 0.2, 0.56],
    clump: 11,
  });
  return body;
};

const MONOCYTE: CellPainter = (rng, place) => {
  const radius = rng.uniform(60, 90) * place.scale;
  const body = cytoplasm(rng, place, {
    radius,
    wobble: 0.11,
    ink: [0.66, 0.69, 0.9],
    grain: 0.16,
    elongation: rng.uniform(1, 1.25),
  });
  const vacuoles = rng.integer(11);
  const bend = rng.uniform(0.3, 0.42) * radius;
  const balls = alongArc(rng, body, {
    count: 7,
    bend,
    span: rng.uniform() < 0.2 ? rng.uniform(4.5, 5.5) : rng.uniform(1.9, 3.7), // one in five is nearly round
    radius: [0.29, 0.37],
    size: radius,
  });
  const kidney = roughen(rng, strand(balls, 0.28 * radius, 0.12 * radius), 0.06 * radius, 0.45 * radius);
  nucleus(rng, place, within(kidney, body, 3), { dark: [0.36, 0.21, 0.58], pale: [0.58, 0.4, 0.76], clump: 5 });
  for (let i = 0; i < vacuoles; i++) {
    const at = pointInside(rng, body, 6 * place.scale);
    if (at === undefined || kidney.distance(at.x, at.y) < -4 * place.scale) continue;
    const hole = disc(at.x, at.y, rng.uniform(2.5, 7) * place.scale);
    place.canvas.paint(hole, [0.93, 0.92, 0.98], {
      softness: 1.3 * place.scale,
      alpha: rng.uniform(0.6, 0.95),
      blend: "cover",
    });
  }
  granules(rng, place, body, { count: rng.integer(60), size: [0.8, 1.3], ink: [0.62, 0.45, 0.75], alpha: 0.6 });
  return body;
};

/** The painters of the five cells. */
export const CELL_PAINTERS: Readonly<Record<(typeof CELL_TYPES)[number], CellPainter>> = {
  Basophil: BASOPHIL,
  Eosinophil: EOSINOPHIL,
  Lymphocyte: LYMPHOCYTE,
  Monocyte: MONOCYTE,
  Neutrophil: NEUTROPHIL,
};

interface Cytoplasm {
  readonly radius: number;
  readonly wobble: number;
  readonly ink: Ink;
  /** How much the ink varies from place to place. */
  readonly grain: number;
  readonly elongation?: number;
}

function cytoplasm(rng: Rng, { canvas, x, y, scale }: CellPlace, options: Cytoplasm): Shape {
  const { radius, wobble, ink, grain, elongation = rng.uniform(1, 1.12) } = options;
  const body = blob(rng, { x, y, radius, wobble, elongation });
  const [coarse, fine] = [makeNoise(rng, 16 * scale), makeNoise(rng, 3 * scale)];
  const paint = (px: number, py: number, distance: number): Ink => {
    const rim = distance > -2.5 * scale ? 0.94 : 1; // the membrane shows as a thin line
    const shade = rim * (1 + grain * (coarse(px, py) + fine(px, py) - 1));
    return [ink[0] * shade, ink[1] * shade, ink[2] * (1 + (shade - 1) / 2)];
  };
  canvas.paint(body, paint, { softness: 1.4 * scale, blend: "cover" });
  return body;
}

interface Nucleus {
  readonly dark: Ink;
  readonly pale: Ink;
  /** Size of the clumps of chromatin. */
  readonly clump: number;
  readonly softness?: number;
}

function nucleus(rng: Rng, { canvas, scale }: CellPlace, shape: Shape, { dark, pale, clump, softness = 1.3 }: Nucleus) {
  const [coarse, fine] = [makeNoise(rng, clump * scale), makeNoise(rng, clump * 0.4 * scale)];
  const stain = rng.uniform(0.92, 1.1);
  const paint = (x: number, y: number, distance: number): Ink => {
    const edge = Math.max(0, 1 + distance / (4 * scale)); // chromatin lies thick along the membrane
    const open = Math.max(0, Math.min(1, 2 * (0.65 * coarse(x, y) + 0.35 * fine(x, y)) - 0.6 - 0.5 * edge));
    return [0, 1, 2].map((c) => (dark[c]! + (pale[c]! - dark[c]!) * open) * stain) as unknown as Ink;
  };
  canvas.paint(shape, paint, { softness: softness * scale, blend: "cover" });
}

interface Granules {
  readonly count: number;
  /** Radius from and to. */
  readonly size: readonly [number, number];
  readonly ink: Ink;
  readonly alpha: number;
  /** How much the ink varies from granule to granule. */
  readonly spread?: number;
  /** How far they may lie over the cell's edge. */
  readonly overEdge?: number;
}

function granules(rng: Rng, { canvas, scale }: CellPlace, body: Shape, options: Granules): void {
  const { count, size, ink, alpha, spread = 0.05, overEdge = 0 } = options;
  for (let i = 0; i < count; i++) {
    const radius = rng.uniform(size[0], size[1]) * scale;
    const at = pointInside(rng, body, radius - overEdge * scale);
    if (at === undefined) continue;
    const shade = 1 + rng.uniform(-spread, spread);
    const grain: Ink = [ink[0] * shade, ink[1] * shade, ink[2] * shade];
    canvas.paint(disc(at.x, at.y, radius), grain, { softness: 0.9 * scale, alpha, blend: "cover" });
  }
}

interface Arc {
  readonly count: number;
  /** Radius of the arc, pixels. */
  readonly bend: number;
  /** Radians. */
  readonly span: number;
  /** Radius of the balls, from and to, as shares of `size`. */
  readonly radius: readonly [number, number];
  readonly size: number;
}

// Lobes in a bow around the middle of the cell, turned at random.
function alongArc(rng: Rng, body: Shape, { count, bend, span, radius, size }: Arc): Ball[] {
  const start = rng.uniform(0, 2 * Math.PI);
  const [shiftX, shiftY] = [rng.uniform(-0.08, 0.08) * size, rng.uniform(-0.08, 0.08) * size];
  return Array.from({ length: count }, (_, i) => {
    const angle = start + (span * i) / Math.max(1, count - 1);
    const away = bend * rng.uniform(0.88, 1.12);
    return {
      x: body.x + shiftX + away * Math.cos(angle),
      y: body.y + shiftY + away * Math.sin(angle),
      radius: rng.uniform(radius[0], radius[1]) * size,
    };
  });
}
