import type { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "../../cells/classes.ts";
import { type Ink, makeNoise, type Shape, SmearCanvas } from "./smearCanvas.ts";
import { CELL_PAINTERS } from "./smearCells.ts";
import { blob, disc, pointInside, roughen } from "./smearShapes.ts";

/** How a slide was stained and lit: the same for all pictures of one slide. */
export interface SlideLook {
  /** Colour of the bare slide, 0 to 1. */
  readonly lamp: Ink;
  /** Strength of the stain by channel; 1 is usual. */
  readonly stain: Ink;
  /** Red cells in a picture, about. */
  readonly density: number;
  /** How much of the red cells' middle is pale, 0 to 1. */
  readonly pallor: number;
}

/** The look of the slide `index`. */
export function drawSlideLook(rng: Rng): SlideLook {
  const strength = rng.uniform(0.75, 1.2);
  const bright = rng.uniform(0.93, 1.0);
  return {
    lamp: [bright, rng.uniform(0.88, 0.93) * bright, rng.uniform(0.8, 0.9) * bright],
    stain: [strength * rng.uniform(0.85, 1.15), strength * rng.uniform(0.88, 1.12), strength * rng.uniform(0.85, 1.2)],
    density: rng.uniform(10, 26),
    pallor: rng.uniform(0.35, 0.95),
  };
}

/**
 * Draws a crop of a blood smear around one white cell, the class `label` of {@link CELL_TYPES}.
 *
 * @returns uint8 [size, size, 3]
 */
export function drawSmear(rng: Rng, label: number, { size, look }: { size: number; look: SlideLook }): Uint8Array {
  const canvas = new SmearCanvas(size);
  const scale = (size / 360) * rng.uniform(0.92, 1.08);
  const x = size / 2 + rng.uniform(-22, 22) * scale;
  const y = size / 2 + rng.uniform(-22, 22) * scale;
  const painter = CELL_PAINTERS[CELL_TYPES[label]!];
  // The cell is drawn twice: once aside, for the room it takes, so that the red cells can lie below its edge.
  const outline = painter(rng.fork("white"), { canvas: new SmearCanvas(1), x, y, scale });
  redCells(rng.fork("red"), canvas, { scale, look, room: disc(x, y, outline.reach * 0.93) });
  painter(rng.fork("white"), { canvas, x, y, scale });
  platelets(rng.fork("platelets"), canvas, scale, disc(x, y, outline.reach * 1.1));
  const outOfFocus = rng.uniform() < 0.12;
  canvas.blur((outOfFocus ? rng.uniform(1.6, 3) : rng.uniform(0.55, 1.5)) * (size / 360));
  return develop(rng.fork("camera"), canvas, look);
}

function redCells(rng: Rng, canvas: SmearCanvas, options: { scale: number; look: SlideLook; room: Shape }): void {
  const { scale, look, room } = options;
  const { size } = canvas;
  const placed: { x: number; y: number; radius: number }[] = [];
  const wanted = Math.round(look.density * rng.uniform(0.6, 1.3));
  for (let tries = 0; placed.length < wanted && tries < 400; tries++) {
    const radius = rng.uniform(31, 39) * scale;
    const [x, y] = [rng.uniform(-radius, size + radius), rng.uniform(-radius, size + radius)];
    if (room.distance(x, y) < radius * 0.85) continue;
    const overlap = rng.uniform() < 0.12 ? 1.2 : 1.95;
    if (placed.some((other) => Math.hypot(other.x - x, other.y - y) < ((other.radius + radius) / 2) * overlap))
      continue;
    placed.push({ x, y, radius });
    redCell(rng, canvas, { x, y, radius, scale, pallor: look.pallor * rng.uniform(0.6, 1.1) });
  }
}

interface RedCell {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly scale: number;
  readonly pallor: number;
}

function redCell(rng: Rng, canvas: SmearCanvas, { x, y, radius, scale, pallor }: RedCell): void {
  const shape = blob(rng, { x, y, radius, wobble: 0.035, elongation: 1 + 0.35 * rng.uniform() ** 3 });
  const depth = rng.uniform(0.85, 1.15);
  const [red, green, blue] = [0.2 * depth, 0.29 * depth, 0.2 * depth];
  const pale = rng.uniform(0.28, 0.5); // radius of the pale middle
  canvas.paint(
    shape,
    (_px, _py, distance) => {
      const out = 1 + distance / radius; // 0 in the middle, 1 at the rim
      const t = Math.max(0, Math.min(1, (out - pale + 0.18) / 0.36));
      const thick = (1 - pallor * (1 - t * t * (3 - 2 * t))) * (1 + 0.12 * Math.max(0, out - 0.75) * 4);
      return [1 - red * thick, 1 - green * thick, 1 - blue * thick];
    },
    { softness: 1.6 * scale },
  );
}

function platelets(rng: Rng, canvas: SmearCanvas, scale: number, room: Shape): void {
  for (let i = rng.integer(4); i > 0; i--) {
    const [x, y] = [rng.uniform(0, canvas.size), rng.uniform(0, canvas.size)];
    if (room.distance(x, y) < 8 * scale) continue;
    const shape = roughen(
      rng,
      blob(rng, { x, y, radius: rng.uniform(6, 12) * scale, wobble: 0.2 }),
      2 * scale,
      5 * scale,
    );
    canvas.paint(shape, [0.68, 0.56, 0.82], { softness: 2 * scale, alpha: 0.8 });
    for (let k = 0; k < 14; k++) {
      const at = pointInside(rng, shape, 1.5 * scale);
      if (at !== undefined)
        canvas.paint(disc(at.x, at.y, 1.4 * scale), [0.4, 0.22, 0.6], { softness: scale, alpha: 0.8, blend: "cover" });
    }
  }
}

// Lamp, stain, uneven light and the sensor's noise.
function develop(rng: Rng, { size, light }: SmearCanvas, { lamp, stain }: SlideLook): Uint8Array {
  const out = new Uint8Array(light.length);
  const clouds = makeNoise(rng, size / 3);
  const [tiltX, tiltY] = [rng.uniform(-0.04, 0.04), rng.uniform(-0.04, 0.04)];
  const exposure = rng.uniform(0.94, 1.04);
  const grain = rng.uniform(0.004, 0.014);
  const saturation = rng.uniform(0.65, 1.1);
  // What the lamp shines through dye of each density, in a table: a power for every pixel is slow.
  const curves = stain.map((strength, c) => {
    const gamma = strength * rng.uniform(0.94, 1.06);
    return Float32Array.from({ length: 1201 }, (_, i) => lamp[c]! * (i / 1000) ** gamma);
  });
  const look = (at: number, c: number) => curves[c]![Math.max(0, Math.min(1200, Math.round(light[at]! * 1000)))]!;
  const through = new Float64Array(3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      const tilt = tiltX * (x / size - 0.5) + tiltY * (y / size - 0.5);
      const lit = exposure * (1 + tilt + 0.03 * (clouds(x, y) - 0.5));
      const bits = rng.uint32(); // two bytes make the noise that the channels share, each of the others one of its own
      const shared = ((bits & 255) + ((bits >>> 8) & 255)) / 255 - 1;
      for (let c = 0; c < 3; c++) through[c] = look(at + c, c);
      const grey = (through[0]! + through[1]! + through[2]!) / 3;
      for (let c = 0; c < 3; c++) {
        const own = c === 1 ? 0 : ((bits >>> (16 + 4 * c)) & 255) / 255 - 0.5;
        const shown = (grey + (through[c]! - grey) * saturation) * lit + grain * (shared + own);
        out[at + c] = Math.round(255 * Math.max(0, Math.min(1, shown)));
      }
    }
  }
  return out;
}
