import type { Augmentation } from "../augmentation/augment.ts";
import { INGREDIENTS, type Microscopy } from "./ingredients.ts";

/** A row of a contact sheet: what is done to its pictures, and in words. */
export interface PreviewRow {
  readonly name: string;
  /** Strength and unit, or what else one should know. */
  readonly text: string;
  /** Share of the training images that it happens to; in the row it happens to all. */
  readonly chance: number;
  readonly augmentation: Augmentation;
}

const STILL: Augmentation = {
  rotationRange: 0,
  zoomRange: 0,
  horizontalFlip: false,
  verticalFlip: false,
  fillMode: "nearest",
  microscopy: {},
};

/**
 * The rows of a contact sheet of an augmentation: the pictures as they are, their place (scale, rotation, zoom and
 * flips), each ingredient that is on by itself, and all together, `together` times.
 */
export function previewRows(augmentation: Augmentation, { together = 3 } = {}): PreviewRow[] {
  const { microscopy = {}, rotationRange, zoomRange, horizontalFlip, verticalFlip } = augmentation;
  const { scaleMin = 1, scaleMax = 1 } = microscopy;
  const flips = [horizontalFlip && "left-right", verticalFlip && "up-down"].filter(Boolean).join(", ");
  const place = `scale ${scaleMin} to ${scaleMax}, turn ${rotationRange} degrees, zoom ${zoomRange}, flips ${flips || "none"}`;
  return [
    { name: "original", text: "the whole field", chance: 1, augmentation: STILL },
    {
      name: "place",
      text: place,
      chance: 1,
      augmentation: { ...augmentation, microscopy: { scaleMin, scaleMax } },
    },
    ...INGREDIENTS.flatMap(({ name, unit }) => {
      const { strength = 0, chance = 0 } = microscopy[name] ?? {};
      if (strength * chance === 0) return [];
      const alone: Microscopy = { [name]: { strength, chance: 1 } };
      return { name, text: strengthText(strength, unit), chance, augmentation: { ...STILL, microscopy: alone } };
    }),
    ...Array.from({ length: together }, () => ({ name: "all", text: "together", chance: 1, augmentation })),
  ];
}

/** Every ingredient at its usual strength and chance, and the scales of a first trial. */
export const USUAL_MICROSCOPY: Microscopy = {
  scaleMin: 0.3,
  scaleMax: 1.05,
  ...Object.fromEntries(INGREDIENTS.map(({ name, usual, chance }) => [name, { strength: usual, chance }])),
};

function strengthText(strength: number, unit: string): string {
  const most = Number((1 + strength).toFixed(4));
  return unit === "factor" ? `factor 1 / ${most} to ${most}` : `up to ${strength} ${unit}`;
}
