// Resize and Upsample: each axis separately, as a choice of entries or a matrix of weights, through which gradients pass.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alongLast } from "../../nn/activations.ts";
import { checkEntries } from "./mostEntries.ts";
import { BATCH, frontAxis, type NodeFacts } from "./nodeFacts.ts";

type ResizeOperator = (inputs: readonly Tensor[], facts: NodeFacts) => Tensor;

/** How an axis is brought from one size to another. */
interface Change {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

interface Settings {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly coefficient: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
}

const resize: ResizeOperator = (inputs, facts) => {
  const { opset } = facts;
  // Until opset 10 the scales were the second input.
  const [x, scales] = [inputs[0], inputs[opset < 11 ? 1 : 2]];
  const settings: Settings = {
    mode: facts.text("mode", "nearest"),
    // Before opset 11 it was what Upsample is.
    coordinates: opset < 11 ? "asymmetric" : facts.text("coordinate_transformation_mode", "half_pixel"),
    nearest: opset < 11 ? "floor" : facts.text("nearest_mode", "round_prefer_floor"),
    coefficient: facts.float("cubic_coeff_a", -0.75),
    excludesOutside: facts.int("exclude_outside", 0) === 1,
    antialias: facts.int("antialias", 0) === 1,
  };
  if (settings.antialias && settings.mode === "nearest") throw facts.refuse("has antialias = 1 with mode = nearest");
  const changes = changesOf(x!, facts, scales && realsIn(scales, facts));
  // Runtimes differ there: the corner of a size that is rounded down, or of what it was rounded from.
  if (
    settings.coordinates === "align_corners" &&
    changes.some(({ from, to, scale }) => Math.abs(from * scale - to) > 1e-3)
  )
    throw facts.refuse("has coordinate_transformation_mode = align_corners, with scales that give no whole size");
  return changed(x!, changes, settings);
};

const upsample: ResizeOperator = ([x, scales], facts) => {
  const mode = facts.text("mode", "nearest") === "nearest" ? "nearest" : "linear";
  const settings = { mode, coordinates: "asymmetric", nearest: "floor", coefficient: 0 };
  const changes = changesOf(x!, facts, facts.floats("scales") ?? (scales && realsIn(scales, facts)));
  return changed(x!, changes, { ...settings, excludesOutside: false, antialias: false });
};

function realsIn(tensor: Tensor, facts: NodeFacts): readonly number[] | undefined {
  const data = tensor.attributes.data;
  if (tensor.op !== ops.constantOp || !(data instanceof Float32Array))
    throw facts.refuse("takes scales that are not fixed");
  return data.length === 0 ? undefined : [...data];
}

function changesOf(x: Tensor, facts: NodeFacts, scales: readonly number[] | undefined): readonly Change[] {
  const sizes = facts.hosts.get(3)?.data;
  const hasSizes = sizes !== undefined && sizes.length > 0;
  const axes = facts.ints("axes")?.map((axis) => frontAxis(axis, x.rank, facts)) ?? [...x.shape.keys()];
  const given = hasSizes ? sizes : scales;
  if (given?.length !== axes.length) throw facts.refuse("has neither scales nor sizes for its axes");
  return axes.flatMap((axis, i): Change[] => {
    const from = x.shape[axis]!;
    const wanted = given[i]!;
    // Sizes that the graph takes from its images know the batch by its name alone.
    const keeps = wanted === from || (axis === 0 && (wanted === 1 || wanted === BATCH));
    if (hasSizes ? keeps : wanted === 1) return [];
    if (typeof from !== "number" || typeof wanted !== "number") throw facts.refuse("resizes the batch");
    const to = hasSizes ? wanted : Math.floor(from * wanted);
    if (!(to >= 1)) throw facts.refuse(`makes ${to} entries of ${from}`);
    return [{ axis, from, to, scale: hasSizes ? to / from : wanted }];
  });
}

function changed(x: Tensor, changes: readonly Change[], settings: Settings): Tensor {
  checkEntries(changes.reduce((shape, { axis, to }) => shape.with(axis, to), x.shape));
  if (settings.mode === "nearest")
    return changes.reduce(
      (t, change) => ops.gather(t, change.axis, Int32Array.from(nearestPlaces(change, settings))),
      x,
    );
  const isPlain = settings.mode === "linear" && settings.coordinates.endsWith("half_pixel") && !settings.antialias;
  const isFitting = changes.every(({ axis, from, to, scale }) => axis > 1 && to > 1 && to === from * scale);
  if (isPlain && isFitting && x.rank === 4) {
    const side = (axis: 2 | 3) => changes.find((change) => change.axis === axis)?.to ?? (x.shape[axis] as number);
    return ops.resize(x, [side(2), side(3)]);
  }
  return changes.reduce((t, change) => weighted(t, change, weightsOf(change, settings)), x);
}

// Where an entry of the result lies among those there are. Whole ratios are kept exact: a rounding would change the nearest.
function placeOf(at: number, { from, to, scale }: Change, coordinates: string): number {
  const back = (place: number) => (scale === to / from ? (place * from) / to : place / scale);
  if (coordinates === "asymmetric") return back(at);
  if (coordinates === "align_corners") return to === 1 ? 0 : (at * (from - 1)) / (to - 1);
  const half = back(at + 0.5) - 0.5;
  if (coordinates === "pytorch_half_pixel") return to > 1 ? half : 0;
  return coordinates === "half_pixel_symmetric" ? (from / 2) * (1 - to / (from * scale)) + half : half;
}

const ROUND: Readonly<Record<string, (place: number) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
};

function nearestPlaces(change: Change, { coordinates, nearest }: Settings): number[] {
  return Array.from({ length: change.to }, (_, at) => {
    const place = ROUND[nearest]!(placeOf(at, change, coordinates));
    return Math.min(Math.max(place, 0), change.from - 1);
  });
}

// [from, to]: how much of each entry is in each of the result.
function weightsOf(change: Change, settings: Settings): Float32Array {
  const { from, to } = change;
  const weights = new Float32Array(from * to);
  // Narrower by as much as the image shrinks, a filter is as much wider.
  const narrow = settings.antialias ? Math.min(change.scale, 1) : 1;
  const reach = (settings.mode === "linear" ? 1 : 2) / narrow;
  for (let at = 0; at < to; at++) {
    const place = placeOf(at, change, settings.coordinates);
    const [first, last] = [Math.floor(place - reach) + 1, Math.ceil(place + reach) - 1];
    const taps = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const shares = taps.map((tap) => {
      if (settings.excludesOutside && (tap < 0 || tap >= from)) return 0;
      return filter((tap - place) * narrow, settings);
    });
    const sum = shares.reduce((all, share) => all + share, 0);
    for (const [i, tap] of taps.entries()) weights[Math.min(Math.max(tap, 0), from - 1) * to + at]! += shares[i]! / sum;
  }
  return weights;
}

// A triangle, or the cubic of Keys 1981.
function filter(distance: number, { mode, coefficient: a }: Settings): number {
  const d = Math.abs(distance);
  if (mode === "linear") return Math.max(0, 1 - d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function weighted(x: Tensor, { axis, from, to }: Change, weights: Float32Array): Tensor {
  const matrix = ops.constant(weights, [from, to]);
  return alongLast(x, axis, (t) => ops.matMul(t, matrix));
}

/** By name. */
export const RESIZE_OPERATORS: Readonly<Record<string, ResizeOperator>> = { Resize: resize, Upsample: upsample };
