import type { Rng } from "@leukogram/engine/core/rng";
import { type AffineTransform, type Augmentation, drawTransform } from "../augmentation/augment.ts";
import { type BackgroundDraw, drawBackground } from "./background.ts";
import { type ColourMap, hueMatrix, stainMatrix } from "./colour.ts";
import { drawElastic, type ElasticGrid } from "./elastic.ts";
import type { IngredientName, Microscopy } from "./ingredients.ts";
import type { SharpenDraw } from "./sharpen.ts";

/** What chance decided for one picture. */
export interface PictureDraw {
  readonly transform: AffineTransform;
  /** Share of the field's side that the picture shows. */
  readonly scale: number;
  /** Shift of its middle along columns and rows, shares of the picture's side. */
  readonly shift: readonly [number, number];
  readonly elastic?: ElasticGrid | undefined;
  /** How far stain and background move to those of another image, and which: its place among them, 0 to 1. */
  readonly restain?: { readonly share: number; readonly place: number } | undefined;
  readonly background?: BackgroundDraw | undefined;
  /** How optical densities are mixed; undefined if they stay. */
  readonly stain?: ColourMap | undefined;
  /** Standard deviation of the blur, pixels. */
  readonly defocus: number;
  /** Loss of light in the corners, a share, and the middle of the light, shares of the sides from the picture's. */
  readonly vignette: { readonly loss: number; readonly middle: readonly [number, number] };
  /** Factor on each channel's light. */
  readonly light: readonly [number, number, number];
  /** Standard deviation at white, grey levels, and where its random numbers begin. */
  readonly noise: { readonly deviation: number; readonly seed: number };
  readonly gamma: number;
  readonly contrast: number;
  /** Share of the contrast that is lost besides. */
  readonly fade: number;
  /** How colours are mixed by the camera; undefined if they stay. */
  readonly colours?: ColourMap | undefined;
  /** What the camera adds of fine detail; undefined for nothing. */
  readonly sharpen?: SharpenDraw | undefined;
  /** JPEG quality, 1 to 100; undefined for no JPEG. */
  readonly quality?: number | undefined;
}

/**
 * Draws what happens to one picture. Each ingredient has a stream of its own, so that none shifts another's draws;
 * rotation, zoom and flips are those of {@link drawTransform} from the same `rng`.
 */
export function drawPicture(
  rng: Rng,
  augmentation: Augmentation,
  size: { readonly height: number; readonly width: number },
): PictureDraw {
  const microscopy = augmentation.microscopy ?? {};
  const doses = new Doses(rng, microscopy);
  const exposure = doses.factor("exposure");
  return {
    transform: drawTransform(rng, augmentation, size),
    ...placement(rng, doses, microscopy),
    restain: doses.value("restain", (r, most) => ({ share: r.uniform(0, most), place: r.uniform() })),
    background: doses.value("background", drawBackground),
    stain: stainMap(doses),
    defocus: doses.value("defocus", (r, most) => r.uniform(0, most)) ?? 0,
    vignette: doses.value("vignette", (r, most) => ({
      loss: r.uniform(0, most),
      middle: [r.uniform(-0.25, 0.25), r.uniform(-0.25, 0.25)],
    })) ?? { loss: 0, middle: [0, 0] },
    light: (
      doses.value("whiteBalance", (r, most) => [factor(r, most), factor(r, most), factor(r, most)]) ?? [1, 1, 1]
    ).map((gain) => gain * exposure) as [number, number, number],
    noise: doses.value("noise", (r, most) => ({ deviation: r.uniform(0, most), seed: r.uint32() })) ?? {
      deviation: 0,
      seed: 0,
    },
    gamma: doses.factor("gamma"),
    contrast: doses.factor("contrast"),
    fade: doses.value("fade", (r, most) => r.uniform(0, most)) ?? 0,
    colours: cameraMap(doses),
    sharpen: doses.value("sharpen", (r, most) => ({ amount: r.uniform(0, most), sigma: r.uniform(0.6, 1.6) })),
    quality: doses.value("jpeg", (r, most) => Math.round(r.uniform(100 - most, Math.max(95, 100 - most)))),
  };
}

// Gives each ingredient its own stream, and nothing to those that are off or out of luck.
class Doses {
  readonly #rng: Rng;
  readonly #microscopy: Microscopy;

  constructor(rng: Rng, microscopy: Microscopy) {
    this.#rng = rng;
    this.#microscopy = microscopy;
  }

  value<T>(name: IngredientName, draw: (rng: Rng, strength: number) => T): T | undefined {
    const { strength = 0, chance = 0 } = this.#microscopy[name] ?? {};
    if (strength === 0 || chance === 0) return undefined;
    const rng = this.#rng.fork(name);
    return rng.uniform() < chance ? draw(rng, strength) : undefined;
  }

  factor(name: IngredientName): number {
    return this.value(name, factor) ?? 1;
  }
}

function factor(rng: Rng, most: number): number {
  return (1 + most) ** rng.uniform(-1, 1);
}

function placement(rng: Rng, doses: Doses, { scaleMin = 1, scaleMax = 1 }: Microscopy) {
  const shift = doses.value("shift", (r, most): [number, number] => [r.uniform(-most, most), r.uniform(-most, most)]);
  return {
    scale: scaleMin === scaleMax ? scaleMin : scaleMin * (scaleMax / scaleMin) ** rng.fork("scale").uniform(),
    shift: shift ?? ([0, 0] as const),
    elastic: doses.value("elastic", drawElastic),
  };
}

function stainMap(doses: Doses): ColourMap | undefined {
  const amounts = doses.value("stain", (r, most) => [factor(r, most), factor(r, most), factor(r, most)] as const);
  const mixing = doses.value("stainColour", (r, most) => Array.from({ length: 9 }, () => r.uniform(-most, most)));
  if (amounts === undefined && mixing === undefined) return undefined;
  return stainMatrix(amounts ?? [1, 1, 1], mixing ?? new Array(9).fill(0));
}

function cameraMap(doses: Doses): ColourMap | undefined {
  const saturation = doses.factor("saturation");
  const hue = doses.value("hue", (r, most) => r.uniform(-most, most)) ?? 0;
  return saturation === 1 && hue === 0 ? undefined : hueMatrix(saturation, hue);
}
