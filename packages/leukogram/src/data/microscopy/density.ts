/** Steps of the table of light by density, per unit of optical density. */
const STEPS = 1024;
/** The smallest density in the table; below it the light is cut. */
const LOWEST = -1;
const HIGHEST = 6;

/** Optical density of each grey level: -ln((level + 1) / 256) (Beer and Lambert). */
export const DENSITY: Float32Array = Float32Array.from({ length: 256 }, (_, level) => -Math.log((level + 1) / 256));

/** Grey level of each density, in steps; see {@link lightIndex}. */
export const LIGHT: Float32Array = Float32Array.from(
  { length: (HIGHEST - LOWEST) * STEPS + 1 },
  (_, step) => 256 * Math.exp(-(LOWEST + step / STEPS)) - 1,
);

const LAST = LIGHT.length - 1;

/** Where in {@link LIGHT} the grey level of a density is. */
export function lightIndex(density: number): number {
  const step = ((density - LOWEST) * STEPS + 0.5) | 0;
  return step < 0 ? 0 : step > LAST ? LAST : step;
}
