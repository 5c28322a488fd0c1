// x[...] as Keras and TensorFlow write it.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { ChannelSlice } from "../../nn/layers/index.ts";
import { KerasOperation } from "./operation.ts";
import type { Operation } from "./operator.ts";

/** The entries of an axis: their places, and whether the axis goes, as for x[0]. */
interface Selection {
  readonly places: readonly number[];
  readonly isDropped: boolean;
}

/** Part of a tensor, by ranges, single places and an ellipsis. */
export function item(operation: Operation): LayerOutput {
  const { name, refuse, tensor, value } = operation;
  const x = tensor(0);
  const key = value(1);
  const sizes = [undefined, ...x.shape];
  const list = Array.isArray(key) ? key : [key];
  const at = list.findIndex(isEllipsis);
  const missing = sizes.length - list.length + (at < 0 ? 0 : 1);
  if (missing < 0) throw refuse("indexes more axes than the tensor has");
  const open = new Array<object>(missing).fill({});
  const entries = list.toSpliced(at < 0 ? list.length : at, at < 0 ? 0 : 1, ...open);
  const [batch, ...others] = entries;
  if (!isWhole(batch)) throw refuse("selects images of a batch");
  const selections = others.map((entry, i) => {
    const found = selectionOf(entry, x.shape[i]!);
    if (found === undefined || found.places.length === 0)
      throw refuse(`takes ${JSON.stringify(entry).slice(0, 60)} of an axis of ${x.shape[i]}`);
    return found;
  });
  const range = channelsOnly(selections, x.shape);
  if (range !== undefined) return new ChannelSlice({ ...range, name }).apply(x);
  return new KerasOperation("getitem", ([all]) => selected(all!, selections), { name }).apply(x);
}

const isEllipsis = (entry: unknown) => (entry as { class_name?: string } | null)?.class_name === "__ellipsis__";

/** The range of a slice; undefined for anything else. */
function rangeOf(entry: unknown): { start?: unknown; stop?: unknown; step?: unknown } | undefined {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return undefined;
  const { class_name: name, config } = entry as { class_name?: string; config?: object };
  if (name !== undefined) return name === "__slice__" ? (config ?? {}) : undefined;
  return entry;
}

function isWhole(entry: unknown): boolean {
  const { start, stop, step } = rangeOf(entry) ?? { start: "none" };
  return (start ?? 0) === 0 && (stop ?? null) === null && (step ?? 1) === 1;
}

// As Python's slice.indices.
function selectionOf(entry: unknown, size: number): Selection | undefined {
  const isPlace = (place: unknown): place is number => Number.isInteger(place);
  if (isPlace(entry)) {
    const place = entry < 0 ? entry + size : entry;
    return place >= 0 && place < size ? { places: [place], isDropped: true } : undefined;
  }
  const range = rangeOf(entry);
  if (range === undefined) return undefined;
  const { start, stop } = range;
  const step = range.step ?? 1;
  if (!isPlace(step) || step === 0) return undefined;
  if (![start, stop].every((end) => end === undefined || end === null || isPlace(end))) return undefined;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const within = (end: unknown, otherwise: number) =>
    isPlace(end) ? Math.min(Math.max(end < 0 ? end + size : end, low), high) : otherwise;
  const [from, to] = [within(start, step > 0 ? low : high), within(stop, step > 0 ? high : low)];
  const count = Math.max(0, Math.ceil((to - from) / step));
  return { places: Array.from({ length: count }, (_, i) => from + i * step), isDropped: false };
}

function channelsOnly(selections: readonly Selection[], shape: readonly number[]) {
  const last = selections.at(-1)!;
  const isRest = selections.slice(0, -1).every(({ places, isDropped }, i) => !isDropped && isRun(places, shape[i]!));
  if (!isRest || last.isDropped || !last.places.every((place, i) => place === last.places[0]! + i)) return undefined;
  return { start: last.places[0]!, stop: last.places.at(-1)! + 1 };
}

const isRun = (places: readonly number[], size: number) =>
  places.length === size && places.every((place, i) => place === i);

function selected(x: Tensor, selections: readonly Selection[]): Tensor {
  const part = selections.reduce((whole, { places }, i) => entriesOf(whole, i + 1, places), x);
  const kept = part.shape.filter((_, i) => !selections[i - 1]?.isDropped);
  return kept.length === part.rank ? part : ops.reshape(part, kept);
}

/** Entries at some places along an axis. */
export function entriesOf(x: Tensor, axis: number, places: readonly number[]): Tensor {
  const [first, second] = places as [number, number?];
  const step = second === undefined ? 1 : second - first;
  if (step > 0) return ops.slice(x, axis, first, places.at(-1)! + 1, step);
  return ops.gather(x, axis, Int32Array.from(places));
}
