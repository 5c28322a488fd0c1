import { LeukogramError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { numElements } from "../core/shape.ts";

type Fill = (rng: Rng, shape: readonly number[]) => () => number;

// Variance scaling (keras.initializers): spread 1 / fan, drawn from a uniform or a truncated normal distribution.
const scaled =
  (scale: number, mode: "in" | "average", distribution: "uniform" | "normal"): Fill =>
  (rng, shape) => {
    const [fanIn, fanOut] = fans(shape);
    const variance = scale / Math.max(1, mode === "in" ? fanIn : (fanIn + fanOut) / 2);
    const limit = Math.sqrt(3 * variance);
    if (distribution === "uniform") return () => rng.uniform(-1, 1) * limit;
    // The constant undoes what cutting off at two standard deviations takes from the spread.
    const deviation = Math.sqrt(variance) / 0.8796256610342398;
    return () => truncatedNormal(rng) * deviation;
  };

const INITIALIZERS: Readonly<Record<string, Fill>> = {
  zeros: () => () => 0,
  ones: () => () => 1,
  glorot_uniform: scaled(1, "average", "uniform"),
  glorot_normal: scaled(1, "average", "normal"),
  he_uniform: scaled(2, "in", "uniform"),
  he_normal: scaled(2, "in", "normal"),
  lecun_uniform: scaled(1, "in", "uniform"),
  lecun_normal: scaled(1, "in", "normal"),
  random_uniform: (rng) => () => rng.uniform(-0.05, 0.05),
  random_normal: (rng) => () => rng.normal(0, 0.05),
  truncated_normal: (rng) => () => truncatedNormal(rng) * 0.05,
};

/**
 * New entries for a weight of Keras's layout, by the initializer of that Keras name.
 *
 * @throws ERR_CONFIG for a name that is not known.
 */
export function initialize(name: string, shape: readonly number[], rng: Rng): Float32Array {
  const fill = INITIALIZERS[name];
  if (fill === undefined)
    throw new LeukogramError("ERR_CONFIG", `unknown initializer "${name}"`, {
      hint: `Use one of ${Object.keys(INITIALIZERS).join(", ")}.`,
    });
  const next = fill(rng, shape);
  const values = new Float32Array(numElements(shape));
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}

// As keras.src.initializers.random_initializers.compute_fans.
function fans(shape: readonly number[]): [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return [shape.at(-2)! * field, shape.at(-1)! * field];
}

function truncatedNormal(rng: Rng): number {
  for (;;) {
    const value = rng.normal();
    if (Math.abs(value) <= 2) return value;
  }
}
