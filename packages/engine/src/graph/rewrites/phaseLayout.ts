// Images that lie in phases, and weights laid out for them.
import type { ConvolutionAttributes } from "../ops/convolution.ts";
import * as ops from "../ops/index.ts";
import type { Attributes, Tensor } from "../tensor.ts";
import { type PhasePlan, range } from "./phasePlan.ts";

/** Settings of a convolution node. */
export type Conv = Attributes & ConvolutionAttributes;

/** Height and width. */
export type Grid = readonly [number, number];

/** An image in phases: entries past its border are zero where `clean`. */
export interface Phased {
  readonly phases: number;
  readonly size: Grid;
  readonly clean: boolean;
  /** The phases, [N, phases^2 C, GH, GW]. */
  readonly inner: Tensor;
}

/** How a tensor lies in phases, or undefined if it does not. */
export function phased(t: Tensor | undefined): Phased | undefined {
  if (t?.op.name !== "fromPhases") return undefined;
  const { phases, size, clean } = t.attributes as unknown as Omit<Phased, "inner">;
  return { phases, size, clean, inner: t.inputs[0]! };
}

/** Height and width of [N, C, H, W]. */
export function gridOf(t: Tensor): Grid {
  return t.shape.slice(2) as [number, number];
}

/** Whether a tensor is the pixels that come in, moved by one number or as they are. */
export function isPixels(x: Tensor): boolean {
  if (x.op === ops.addOp && x.inputs[1]!.rank === 0) return isPixels(x.inputs[0]!);
  return x.op.name === "cast" && x.inputs[0]!.op.name === "input";
}

/** All entries in one row. */
export function flatten(t: Tensor): Tensor {
  return ops.reshape(t, [(t.shape as number[]).reduce((a, b) => a * b, 1)]);
}

/** Each plane in one row: [N, C, H, W] -> [N, C, H * W]. */
export function rows(t: Tensor): Tensor {
  const [height, width] = gridOf(t);
  return ops.reshape(t, [t.shape[0]!, t.shape[1]!, height * width]);
}

const ZERO = ops.constant(new Float32Array(1), [1]);

/** Weights of `shape` from the entries of `parts`, one after the other, by `index`; -1 for zero. */
export function layOut(parts: readonly Tensor[], shape: readonly number[], index: Int32Array): Tensor {
  const flat = ops.concat([...parts.map(flatten), ZERO], 0);
  const zero = (flat.shape[0] as number) - 1;
  const indices = index.map((i) => (i < 0 ? zero : i));
  return ops.gather(flat, 0, indices, shape);
}

/** The tensor moved so that cell i holds what was in cell i + shift, on a grid of another size; zeros come in. */
export function moved(t: Tensor, shift: Grid, grid: Grid): Tensor {
  const size = gridOf(t);
  const along = (x: Tensor, i: 0 | 1) => ops.pad(x, 2 + i, -shift[i], grid[i] - size[i] + shift[i]);
  return along(along(t, 0), 1);
}

/** The input of a convolution in planes, one a tap: the convolution is a matrix product. */
export interface Patches {
  /** [N, planes, GH, GW]: the planes of the taps, then one a phase of the output that is 1 on valid positions. */
  readonly tensor: Tensor;
  /** Number of the plane that a tap reads at channel 0; channel c is c planes on. */
  readonly plane: (tap: PhasePlan["taps"][number]) => number;
  /** Number of the plane of 1s of an output phase; undefined if every position is valid. */
  readonly ones: ((out: readonly [number, number]) => number) | undefined;
}

/** The planes for a convolution of x, an image in phases, whose output of `outSize` lies on `grid`. */
export function patches(x: Tensor, channels: number, plan: PhasePlan, outSize: Grid, grid: Grid): Patches {
  const bytes = x.op.name === "cast" ? x.inputs[0]! : x;
  const places = new Map<string, number>();
  const groups = plan.shifts.map((shift) => {
    const used = plan.taps.filter((tap) => tap.shift.join() === shift.join());
    const phases = [...new Set(used.map((tap) => tap.in[0] * plan.inPhases + tap.in[1]))].sort((a, b) => a - b);
    for (const phase of phases) places.set(`${shift}:${phase}`, places.size * channels);
    const planes = phases.flatMap((phase) => range(channels).map((c) => phase * channels + c));
    const all = planes.length === bytes.shape[1];
    return moved(all ? bytes : ops.gather(bytes, 1, Int32Array.from(planes)), shift, grid);
  });
  const q = plan.outPhases;
  const first = places.size * channels;
  const parts =
    q === 1 ? groups : [...groups, onesPlanes(q, outSize, grid, x.shape[0] as number, bytes.dtype === "uint8")];
  const tensor = ops.concat(parts, 1);
  return {
    tensor: bytes === x ? tensor : ops.cast(tensor, "float32"),
    plane: (tap) => places.get(`${tap.shift}:${tap.in[0] * plan.inPhases + tap.in[1]}`)!,
    ones: q === 1 ? undefined : (out) => first + out[0] * q + out[1],
  };
}

function onesPlanes(q: number, size: Grid, grid: Grid, batch: number, bytes: boolean): Tensor {
  const cells = grid[0] * grid[1];
  const entry = (k: number) => {
    const [phase, at] = [Math.floor(k / cells), k % cells];
    const row = Math.floor(at / grid[1]) * q + Math.floor(phase / q);
    return row < size[0] && (at % grid[1]) * q + (phase % q) < size[1] ? 1 : 0;
  };
  const shape = { length: q * q * cells };
  const data = bytes ? Uint8Array.from(shape, (_, k) => entry(k)) : Float32Array.from(shape, (_, k) => entry(k));
  return ops.expand(ops.constant(data, [1, q * q, ...grid]), [batch, q * q, ...grid]);
}
