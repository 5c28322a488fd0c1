// What stays of a picture when it is turned, mirrored or saved again: for telling copies from other cells.
import { MEASURED_SIZE } from "../data/microscopy/measures.ts";

/** Height and width of the picture that a fingerprint is taken of, pixels. */
export const PRINT_SIZE = MEASURED_SIZE;

const RINGS = 12;
const ANGLES = 48;
const INNER = 4;
const OUTER = 30;
/** Waves around a ring whose strength is kept. */
const WAVES = 4;

/** Length of {@link Fingerprint.invariants}. */
export const INVARIANTS = RINGS * (3 + WAVES);
/** Length of {@link Fingerprint.polar}. */
export const POLAR = RINGS * ANGLES;

/** A picture in polar coordinates around its middle. */
export interface Fingerprint {
  /** [84]; mean colour of each ring, and the strength of the slowest waves along it: the same however the picture is turned or mirrored. */
  readonly invariants: Float32Array;
  /** [12 * 48]; grey level less its ring's mean, ring by ring, halved so that it fits. */
  readonly polar: Int8Array;
}

/** Takes the fingerprint of a picture [64, 64, 3]; only the disc that stays inside however it is turned counts. */
export function fingerprint(picture: Uint8Array): Fingerprint {
  const invariants = new Float32Array(INVARIANTS);
  const polar = new Int8Array(POLAR);
  const grey = new Float32Array(ANGLES);
  for (let ring = 0; ring < RINGS; ring++) {
    const sums = sampleRing(picture, ring, grey);
    const mean = sums.reduce((a, b) => a + b) / 3 / ANGLES;
    for (let channel = 0; channel < 3; channel++) invariants[ring * (3 + WAVES) + channel] = sums[channel]! / ANGLES;
    for (let i = 0; i < ANGLES; i++) {
      grey[i]! -= mean;
      polar[ring * ANGLES + i] = Math.max(-127, Math.min(127, Math.round(grey[i]! / 2)));
    }
    for (let wave = 1; wave <= WAVES; wave++) invariants[ring * (3 + WAVES) + 2 + wave] = strength(grey, wave);
  }
  return { invariants, polar };
}

// Where each point of each ring lies: four pixels and their shares.
const POINTS = Array.from({ length: RINGS * ANGLES }, (_, i) => {
  const radius = INNER + ((OUTER - INNER) * Math.floor(i / ANGLES)) / (RINGS - 1);
  // Half a step off the axes, so that turning by a quarter and mirroring only permute the points.
  const angle = (2 * Math.PI * ((i % ANGLES) + 0.5)) / ANGLES;
  const x = (PRINT_SIZE - 1) / 2 + radius * Math.cos(angle);
  const y = (PRINT_SIZE - 1) / 2 + radius * Math.sin(angle);
  const at = (Math.floor(y) * PRINT_SIZE + Math.floor(x)) * 3;
  return { at, across: x % 1, down: y % 1 };
});

function sampleRing(picture: Uint8Array, ring: number, grey: Float32Array): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < ANGLES; i++) {
    const { at, across, down } = POINTS[ring * ANGLES + i]!;
    let total = 0;
    for (let channel = 0; channel < 3; channel++) {
      const p = at + channel;
      const q = p + PRINT_SIZE * 3;
      const upper = picture[p]! + (picture[p + 3]! - picture[p]!) * across;
      const lower = picture[q]! + (picture[q + 3]! - picture[q]!) * across;
      const value = upper + (lower - upper) * down;
      sums[channel]! += value;
      total += value;
    }
    grey[i] = total / 3;
  }
  return sums;
}

function strength(ring: Float32Array, wave: number): number {
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < ANGLES; i++) {
    const phase = (2 * Math.PI * wave * i) / ANGLES;
    real += ring[i]! * Math.cos(phase);
    imaginary += ring[i]! * Math.sin(phase);
  }
  return (2 * Math.hypot(real, imaginary)) / ANGLES;
}

/** How two pictures lie best on each other. */
export interface Alignment {
  /** Correlation of what varies along the rings, -1 to 1. */
  readonly correlation: number;
  /** Degrees by which the first must be turned, after mirroring, in steps of 7.5. */
  readonly turn: number;
  readonly mirrored: boolean;
}

/** The best of all turns and of both mirrorings of two {@link Fingerprint.polar}. */
export function align(first: Int8Array, second: Int8Array): Alignment {
  const scale = Math.sqrt(energy(first) * energy(second));
  let best: Alignment = { correlation: scale === 0 ? 0 : -1, turn: 0, mirrored: false };
  if (scale === 0) return best;
  for (const mirrored of [false, true])
    for (let shift = 0; shift < ANGLES; shift++) {
      const correlation = overlap(first, second, shift, mirrored) / scale;
      if (correlation > best.correlation) best = { correlation, turn: (shift * 360) / ANGLES, mirrored };
    }
  return best;
}

/** Outer rings are longer, and count accordingly. */
const RING_WEIGHTS = Float64Array.from({ length: RINGS }, (_, ring) => INNER + ((OUTER - INNER) * ring) / (RINGS - 1));

function overlap(first: Int8Array, second: Int8Array, shift: number, mirrored: boolean): number {
  let total = 0;
  for (let ring = 0; ring < RINGS; ring++) {
    const start = ring * ANGLES;
    let sum = 0;
    let j = shift;
    for (let i = 0; i < ANGLES; i++) {
      sum += first[start + (mirrored ? ANGLES - 1 - i : i)]! * second[start + j]!;
      if (++j === ANGLES) j = 0;
    }
    total += RING_WEIGHTS[ring]! * sum;
  }
  return total;
}

function energy(polar: Int8Array): number {
  let total = 0;
  for (let i = 0; i < POLAR; i++) total += RING_WEIGHTS[Math.floor(i / ANGLES)]! * polar[i]! ** 2;
  return total;
}
