import type { Rng } from "@leukogram/engine/core/rng";
import { stainMatrix } from "./colour.ts";
import type { PictureDraw } from "./draw.ts";

/** One way in which a microscope, a stain or a camera spoils pictures, at five strengths. */
export interface Corruption {
  readonly name: string;
  readonly title: string;
  /** What the strengths count. */
  readonly unit: string;
  /** From hardly visible to hardly legible. */
  readonly strengths: readonly [number, number, number, number, number];
  /** What it does to one picture; chance gives a direction, never a strength. Lengths are in pixels of `side`. */
  draw(strength: number, picture: { readonly rng: Rng; readonly side: number }): Partial<PictureDraw>;
}

const STILL = { theta: 0, tx: 0, ty: 0, shear: 0, zx: 1, zy: 1, flipHorizontal: false, flipVertical: false };

/** A picture that is left as it is. */
export const UNCHANGED: PictureDraw = {
  transform: STILL,
  scale: 1,
  shift: [0, 0],
  defocus: 0,
  vignette: { loss: 0, middle: [0, 0] },
  light: [1, 1, 1],
  noise: { deviation: 0, seed: 0 },
  gamma: 1,
  contrast: 1,
  fade: 0,
};

/** Side of the picture that lengths are given for, pixels. */
const SIDE = 256;

const even = (gain: number): PictureDraw["light"] => [gain, gain, gain];
const sign = (rng: Rng) => (rng.uniform() < 0.5 ? -1 : 1);
const PLAIN = [0, 0, 0, 0, 0, 0, 0, 0, 0] as const;

/** All of them, in the order in which slide, lens, light and camera cause them. */
export const CORRUPTIONS: readonly Corruption[] = [
  {
    name: "offCentre",
    title: "Crop off centre",
    unit: "share of the image's side, in a random direction",
    strengths: [0.05, 0.1, 0.15, 0.2, 0.25],
    draw(strength, { rng }) {
      const angle = rng.uniform(0, 2 * Math.PI);
      return { shift: [strength * Math.cos(angle), strength * Math.sin(angle)] };
    },
  },
  {
    name: "rotation",
    title: "Rotation",
    unit: "degrees, in either direction",
    strengths: [10, 30, 45, 90, 180],
    draw: (strength, { rng }) => ({ transform: { ...STILL, theta: strength * sign(rng) } }),
  },
  {
    name: "larger",
    title: "Larger scale",
    unit: "times the size",
    strengths: [1.15, 1.3, 1.5, 1.75, 2],
    draw: (strength) => ({ scale: 1 / strength }),
  },
  {
    name: "smaller",
    title: "Smaller scale",
    unit: "fraction of the size",
    strengths: [0.87, 0.77, 0.67, 0.57, 0.5],
    draw: (strength) => ({ scale: 1 / strength }),
  },
  {
    name: "paleStain",
    title: "Pale stain",
    unit: "fraction of the dyes",
    strengths: [0.85, 0.7, 0.55, 0.45, 0.35],
    draw: (strength) => ({ stain: stainMatrix([strength, strength, strength], PLAIN) }),
  },
  {
    name: "darkStain",
    title: "Dark stain",
    unit: "times the dyes",
    strengths: [1.15, 1.3, 1.5, 1.75, 2],
    draw: (strength) => ({ stain: stainMatrix([strength, strength, strength], PLAIN) }),
  },
  {
    name: "stainHue",
    title: "Hue of the stain",
    unit: "ratio of purple to pink dye, or the reverse",
    strengths: [1.15, 1.3, 1.5, 1.75, 2],
    draw(strength, { rng }) {
      const gain = strength ** (sign(rng) / 2);
      return { stain: stainMatrix([gain, 1 / gain, 1], PLAIN) };
    },
  },
  {
    name: "defocus",
    title: "Defocus",
    unit: `pixels of ${SIDE}, standard deviation`,
    strengths: [1, 2, 3, 4.5, 6],
    draw: (strength, { side }) => ({ defocus: (strength * side) / SIDE }),
  },
  {
    name: "vignette",
    title: "Vignette",
    unit: "share of light lost in the corners",
    strengths: [0.15, 0.3, 0.45, 0.6, 0.75],
    draw: (strength) => ({ vignette: { loss: strength, middle: [0, 0] } }),
  },
  {
    name: "underexposure",
    title: "Under-exposure",
    unit: "fraction of the light",
    strengths: [0.87, 0.75, 0.62, 0.5, 0.38],
    draw: (strength) => ({ light: even(strength) }),
  },
  {
    name: "overexposure",
    title: "Over-exposure",
    unit: "times the light",
    strengths: [1.1, 1.2, 1.35, 1.5, 1.75],
    draw: (strength) => ({ light: even(strength) }),
  },
  {
    name: "whiteBalance",
    title: "White balance",
    unit: "ratio of red to blue, or the reverse",
    strengths: [1.1, 1.2, 1.35, 1.5, 1.75],
    draw(strength, { rng }) {
      const gain = strength ** (sign(rng) / 2);
      return { light: [gain, 1, 1 / gain] };
    },
  },
  {
    name: "noise",
    title: "Noise",
    unit: "grey levels at white, standard deviation",
    strengths: [5, 10, 17, 25, 35],
    draw: (strength, { rng }) => ({ noise: { deviation: strength, seed: rng.uint32() } }),
  },
  {
    name: "jpeg",
    title: "JPEG",
    unit: "quality",
    strengths: [75, 50, 30, 18, 10],
    draw: (strength) => ({ quality: strength }),
  },
];
