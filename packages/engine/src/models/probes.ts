// Pictures by which it is found out what a model does: few, and as different from each other as can be.
import { Rng } from "../core/rng.ts";
import { numElements } from "../core/shape.ts";
import { compile } from "../graph/compile.ts";
import { plainGraph } from "../nn/exportGraph.ts";
import type { LayerShape } from "../nn/layout.ts";
import type { Model } from "../nn/model.ts";
import type { Session } from "../runtime/session.ts";

/** A picture's entries at (x, y), each from -1 to 1, channel, from 0 to 1. */
type Pattern = (x: number, y: number, channel: number, rng: Rng) => number;

const NUCLEUS = [0.35, 0.2, 0.5];
const GROUND = [0.95, 0.9, 0.85];

// A stained cell on a bright ground, noise, a slope, stripes.
const PATTERNS: readonly Pattern[] = [
  (x, y, c) => {
    const distance = x * x + y * y;
    return distance < 0.12 ? NUCLEUS[c % 3]! : distance < 0.4 ? 0.7 : GROUND[c % 3]!;
  },
  (_x, _y, _c, rng) => rng.uniform(),
  (x, y, c) => ((c % 2 === 0 ? x : y) + 1) / 2,
  (x, y, c) => (Math.sin(9 * x + 5 * y + c) + 1) / 2,
];

/** Where the pixels of a row or column lie, from -1 to 1. */
const places = (size: number) => Float64Array.from({ length: size }, (_, i) => (2 * i + 1) / size - 1);

// A command asks for the same pictures several times; they go when memory is short.
let latest: { readonly shape: string; readonly pictures: WeakRef<Map<number, Float32Array>> } | undefined;

/** A probe picture, uint8 as floats 0 to 255, of this shape: the same each time, and not to be written to. */
export function probePicture(shape: LayerShape, index: number): Float32Array {
  const known = latest?.shape === shape.join() ? latest.pictures.deref() : undefined;
  const pictures = known ?? new Map<number, Float32Array>();
  if (known === undefined) latest = { shape: shape.join(), pictures: new WeakRef(pictures) };
  const picture = pictures.get(index) ?? draw(shape, PATTERNS[index]!);
  pictures.set(index, picture);
  return picture;
}

function draw(shape: LayerShape, pattern: Pattern): Float32Array {
  const [height, width, channels] =
    shape.length === 3 ? (shape as [number, number, number]) : [1, numElements(shape), 1];
  const [xs, ys] = [places(width), places(height)];
  const rng = new Rng(17).fork("probes");
  const picture = new Float32Array(numElements(shape));
  let i = 0;
  for (const y of ys)
    for (const x of xs) for (let c = 0; c < channels; c++) picture[i++] = Math.round(255 * pattern(x, y, c, rng));
  return picture;
}

// As they are; how pixels may have been scaled; and far beyond, where what has no bounds shows it, and what is saturated may turn.
const SCALES: readonly (readonly [picture: number, scale: number, offset: number])[] = [
  [0, 1, 0],
  [1, 1, 0],
  [0, 1 / 255, 0],
  [2, 1 / 255, 0],
  [0, 1 / 127.5, -1],
  [3, 1 / 127.5, -1],
  [1, 40, -5000],
  [2, -8, 500],
];

/** So many of the rows of {@link probeRows} are for the first pictures as they are. */
export const UNSCALED = SCALES.findIndex(([, scale]) => scale !== 1);

/**
 * What a model's layers give, [K] each, for probe pictures scaled in several ways.
 *
 * @param isEnough told all rows so far; the rest is not asked for once it is true. Default: never.
 */
export async function probeRows(
  model: Model,
  open: (model: Uint8Array) => Promise<Session>,
  isEnough: (rows: readonly Float32Array[]) => boolean = () => false,
): Promise<readonly Float32Array[]> {
  const session = await open(compile(plainGraph(model), { simplify: false }));
  try {
    const rows: Float32Array[] = [];
    for (const [picture, scale, offset] of SCALES) {
      const data = probePicture(model.input.shape, picture).map((value) => value * scale + offset);
      const { probabilities } = await session.run({ images: { data, shape: [1, ...model.input.shape] } });
      rows.push(Float32Array.from(probabilities!.data as Float32Array));
      if (isEnough(rows)) break;
    }
    return rows;
  } finally {
    await session.release();
  }
}
