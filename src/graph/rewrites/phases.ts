/**
 * Strided convolutions of few channels, as stride-1 convolutions and matrix products on phases of the image
 * (space to depth). The weights are laid out anew by one Gather; entries that are no tap are zero.
 */

import type { ConvolutionAttributes } from "../ops/convolution.ts";
import * as ops from "../ops/index.ts";
import type { Rule } from "../rewrite.ts";
import type { Attributes, Tensor } from "../tensor.ts";
import { type PhasePlan, phasePlan, range } from "./phasePlan.ts";

type Phased = { phases: number; size: [number, number]; clean: boolean };
type Conv = Attributes & ConvolutionAttributes;
type Grid = readonly [number, number];

const phased = (t: Tensor): Phased | undefined =>
  t.op.name === "fromPhases" ? (t.attributes as unknown as Phased) : undefined;
const gridOf = (t: Tensor) => t.shape.slice(2) as [number, number];
const ZERO = ops.constant(new Float32Array(1), [1]);
const flatten = (t: Tensor) => ops.reshape(t, [(t.shape as number[]).reduce((a, b) => a * b, 1)]);
const rows = (t: Tensor) => ops.reshape(t, [t.shape[0]!, t.shape[1]!, (t.shape[2] as number) * (t.shape[3] as number)]);
const turned = (t: Tensor) => ops.transpose(t, [0, 2, 1]);

/** Weights from a flat vector by `index`, -1 for zero. */
function layOut(parts: readonly Tensor[], shape: readonly number[], index: Int32Array): Tensor {
  const flat = ops.concat([...parts.map(flatten), ZERO], 0);
  const zero = (flat.shape[0] as number) - 1;
  return ops.gather(
    flat,
    0,
    index.map((i) => (i < 0 ? zero : i)),
    shape,
  );
}

/** The tensor moved so that cell i holds what was in cell i + shift, on a grid of another size; zeros come in. */
function moved(t: Tensor, shift: readonly [number, number], grid: Grid): Tensor {
  return shift.reduce((x, by, i) => ops.pad(x, 2 + i, -by, grid[i as 0 | 1] - gridOf(t)[i as 0 | 1] + by), t);
}

// --- the input in planes, one a tap: the convolution is a matrix product -------------------------------------------

interface Patches {
  /** [N, planes, GH, GW]: the planes of the taps, then one a phase of the output that is 1 on valid positions. */
  readonly tensor: Tensor;
  /** Number of the plane that a tap reads at channel 0; channel c is c planes on. */
  readonly plane: (tap: PhasePlan["taps"][number]) => number;
  /** Number of the plane of 1s of an output phase; undefined where every position is valid. */
  readonly ones: ((out: readonly [number, number]) => number) | undefined;
}

function patches(x: Tensor, channels: number, plan: PhasePlan, outSize: Grid, grid: Grid): Patches {
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

const onesCache = new Map<string, Tensor>();

function onesPlanes(q: number, size: Grid, grid: Grid, batch: number, bytes: boolean): Tensor {
  const key = JSON.stringify([q, size, grid, bytes]);
  const cells = grid[0] * grid[1];
  const entry = (k: number) => {
    const [phase, at] = [Math.floor(k / cells), k % cells];
    const row = Math.floor(at / grid[1]) * q + Math.floor(phase / q);
    return row < size[0] && (at % grid[1]) * q + (phase % q) < size[1] ? 1 : 0;
  };
  const shape = { length: q * q * cells };
  const data = bytes ? Uint8Array.from(shape, (_, k) => entry(k)) : Float32Array.from(shape, (_, k) => entry(k));
  const made = onesCache.get(key) ?? ops.constant(data, [1, q * q, ...grid]);
  onesCache.set(key, made);
  return ops.expand(made, [batch, q * q, ...grid]);
}

// Positions past the output's border must come out as zero, and do where their windows see only padding.
function bordersAreZero(plan: PhasePlan, conv: ConvolutionAttributes, size: Grid, out: Grid, grid: Grid): boolean {
  return [0, 1].every((i) => {
    const axis = i as 0 | 1;
    return grid[axis] * plan.outPhases === out[axis] || out[axis] * conv.strides[axis] - conv.pads[axis] >= size[axis];
  });
}

const isImage = (x: Tensor) => x.op.name === "cast" && x.inputs[0]!.op.name === "input";

/** conv2d of an image in phases. */
const convolve: Rule = (node) => {
  const [x, kernel, bias] = node.inputs;
  const from = x && phased(x);
  if (node.op.name !== "conv2d" || !from?.clean || node.attributes.groups !== 1) return undefined;
  const conv = node.attributes as Conv;
  const [o, c, kh, kw] = kernel!.shape as [number, number, number, number];
  const plan = phasePlan(conv, [kh, kw], from.phases);
  if (plan === undefined) return undefined;
  const q = plan.outPhases;
  const out = gridOf(node);
  const grid: Grid = [Math.ceil(out[0] / q), Math.ceil(out[1] / q)];
  const inner = x!.inputs[0]!;
  const entry = (oc: number, ic: number, k: readonly [number, number]) => ((oc * c + ic) * kh + k[0]) * kw + k[1];
  if (!isImage(inner) && q === 1) return convolveGrid(inner, kernel!, bias, plan, grid);
  if (!bordersAreZero(plan, conv, from.size, out, grid)) return undefined;
  const { tensor, plane, ones } = patches(inner, c, plan, out, grid);
  const planes = tensor.shape[1] as number;
  const index = new Int32Array(q * q * o * planes).fill(-1);
  for (const tap of plan.taps)
    for (let oc = 0; oc < o; oc++) {
      const row = (tap.out[0] * q + tap.out[1]) * o + oc;
      for (let ic = 0; ic < c; ic++) index[row * planes + plane(tap) + ic] = entry(oc, ic, tap.kernel);
      if (ones && bias) index[row * planes + ones(tap.out)] = o * c * kh * kw + oc;
    }
  const laid = layOut(bias ? [kernel!, bias] : [kernel!], [q * q * o, planes, 1, 1], index);
  const result = ops.conv2d(tensor, laid, { bias: ones ? undefined : bias });
  return q === 1 ? result : ops.fromPhases(result, q, out, true);
};

/** The same as one dense stride-1 convolution on the grid. */
function convolveGrid(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  plan: PhasePlan,
  grid: Grid,
): Tensor | undefined {
  const [o, c, kh, kw] = kernel.shape as [number, number, number, number];
  const low = [0, 1].map((i) => Math.min(...plan.shifts.map((s) => s[i as 0 | 1]))) as [number, number];
  const extent = [0, 1].map((i) => Math.max(...plan.shifts.map((s) => s[i as 0 | 1])) - low[i]! + 1) as [
    number,
    number,
  ];
  const end = [0, 1].map((i) => grid[i as 0 | 1] - gridOf(x)[i as 0 | 1] + low[i]! + extent[i]! - 1) as [
    number,
    number,
  ];
  if (low.some((shift) => shift > 0) || end.some((pad) => pad < 0)) return undefined;
  const channels = x.shape[1] as number;
  const index = new Int32Array(o * channels * extent[0] * extent[1]).fill(-1);
  for (const { kernel: k, in: phase, shift } of plan.taps)
    for (let oc = 0; oc < o; oc++)
      for (let ic = 0; ic < c; ic++) {
        const channel = (phase[0] * plan.inPhases + phase[1]) * c + ic;
        const at = ((oc * channels + channel) * extent[0] + shift[0] - low[0]) * extent[1] + shift[1] - low[1];
        index[at] = ((oc * c + ic) * kh + k[0]) * kw + k[1];
      }
  return ops.conv2d(x, layOut([kernel], [o, channels, ...extent], index), {
    pads: [-low[0], -low[1], end[0], end[1]],
    bias,
  });
}

// --- gradients: the output's gradient, moved by each shift, against the phases of the input ------------------------

/** dz moved by every shift, one below the other: [N, shifts * channels, GH * GW]. */
function movedGradients(dz: Tensor, plan: PhasePlan, grid: Grid): Tensor {
  return rows(
    ops.concat(
      plan.shifts.map(([u, v]) => moved(dz, [-u, -v], grid)),
      1,
    ),
  );
}

const shiftIndex = (plan: PhasePlan, shift: readonly [number, number]) =>
  plan.shifts.findIndex((s) => s[0] === shift[0] && s[1] === shift[1]);

/** dz on the grid of `plan.outPhases`, or undefined where it does not lie so. */
function gradientGrid(dz: Tensor, plan: PhasePlan): Tensor | undefined {
  const from = phased(dz);
  if (plan.outPhases === 1) return dz;
  return from?.clean && from.phases === plan.outPhases ? dz.inputs[0]! : undefined;
}

/** The kernel's gradient as one matrix product an image. */
const kernelGradient: Rule = (node) => {
  if (node.op.name !== "conv2dKernelGradient" || node.attributes.groups !== 1) return undefined;
  const [x, dz] = node.inputs as [Tensor, Tensor];
  const [o, c, kh, kw] = node.shape as [number, number, number, number];
  const conv = node.attributes as Conv;
  const from = phased(x);
  if (from && !from.clean) return undefined;
  const phases = from?.phases ?? conv.strides[0];
  const plan = phasePlan(conv, [kh, kw], phases);
  const dzGrid = plan && gradientGrid(dz, plan);
  if (plan === undefined || dzGrid === undefined) return undefined;
  const q = plan.outPhases;
  const inner = from
    ? x.inputs[0]!
    : phases === 1
      ? x
      : ops.toPhases(x, phases, gridOf(x).map((n) => Math.ceil(n / phases)) as [number, number]);
  const image = from && isImage(inner) ? patches(inner, c, plan, gridOf(dz), gridOf(dzGrid)) : undefined;
  const left = rows(image?.tensor ?? inner);
  const right = image ? rows(dzGrid) : movedGradients(dzGrid, plan, gridOf(inner));
  const product = ops.reduceSum(ops.matMul(left, turned(right)), [0]); // [planes, shifts * q^2 * O]
  const columns = product.shape[1] as number;
  const index = new Int32Array(q * q * o * c * kh * kw);
  for (const tap of plan.taps)
    for (let oc = 0; oc < o; oc++)
      for (let ic = 0; ic < c; ic++) {
        const phase = tap.out[0] * q + tap.out[1];
        const row = image ? image.plane(tap) + ic : (tap.in[0] * phases + tap.in[1]) * c + ic;
        const column = (image ? 0 : shiftIndex(plan, tap.shift)) * q * q * o + phase * o + oc;
        const at = ((oc * c + ic) * kh + tap.kernel[0]) * kw + tap.kernel[1];
        index[phase * o * c * kh * kw + at] = row * columns + column;
      }
  const taken = ops.gather(flatten(product), 0, index, [q * q, o, c, kh, kw]);
  return q === 1 ? ops.reshape(taken, [o, c, kh, kw]) : ops.reduceSum(taken, [0]);
};

/** A convolution's input gradient, wanted in phases, is one matrix product an image. */
const inputGradient: Rule = (node) => {
  const x = node.inputs[0];
  if (node.op.name !== "toPhases" || x!.op.name !== "conv2dInputGradient" || x!.attributes.groups !== 1)
    return undefined;
  const { phases, grid } = node.attributes as unknown as { phases: number; grid: Grid };
  const [dz, kernel] = x!.inputs as [Tensor, Tensor];
  const [o, c, kh, kw] = kernel.shape as [number, number, number, number];
  const plan = phasePlan(x!.attributes as Conv, [kh, kw], phases);
  const dzGrid = plan && gradientGrid(dz, plan);
  if (plan === undefined || dzGrid === undefined) return undefined;
  const q = plan.outPhases;
  const columns = plan.shifts.length * q * q * o;
  const index = new Int32Array(phases * phases * c * columns).fill(-1);
  for (const tap of plan.taps)
    for (let oc = 0; oc < o; oc++)
      for (let ic = 0; ic < c; ic++) {
        const row = (tap.in[0] * phases + tap.in[1]) * c + ic;
        const column = (shiftIndex(plan, tap.shift) * q * q + tap.out[0] * q + tap.out[1]) * o + oc;
        index[row * columns + column] = ((oc * c + ic) * kh + tap.kernel[0]) * kw + tap.kernel[1];
      }
  const laid = layOut([kernel], [phases * phases * c, columns], index);
  return ops.reshape(ops.matMul(laid, movedGradients(dzGrid, plan, grid)), node.shape);
};

// --- entry-by-entry ops and sums work on phases as they are ---------------------------------------------------------

const ZERO_TO_ZERO = new Set(["relu", "step", "abs", "neg", "tanh", "sign"]);

const elementwise: Rule = (node) => {
  const { name } = node.op;
  const at = node.inputs.findIndex((t) => phased(t) !== undefined);
  if (at < 0) return undefined;
  const like = phased(node.inputs[at]!)!;
  const inner = node.inputs[at]!.inputs[0]!;
  const wrap = (t: Tensor, clean: boolean) => ops.fromPhases(t, like.phases, like.size, clean);
  if (ZERO_TO_ZERO.has(name))
    return wrap(
      { relu: ops.relu, step: ops.step, abs: ops.abs, neg: ops.neg, tanh: ops.tanh, sign: ops.sign }[name as "relu"](
        inner,
      ),
      like.clean,
    );
  if (name === "channelAffine" && at === 0) {
    const tile = (t: Tensor) =>
      ops.concat(
        range(like.phases ** 2).map(() => t),
        0,
      );
    return wrap(ops.channelAffine(inner, tile(node.inputs[1]!), tile(node.inputs[2]!)), false);
  }
  if (name !== "mul" && name !== "add") return undefined;
  const other = node.inputs[1 - at]!;
  if (other.rank !== 4 || other.shape.some((dim, i) => dim !== node.shape[i])) return undefined;
  const there =
    phased(other)?.phases === like.phases ? other.inputs[0]! : ops.toPhases(other, like.phases, gridOf(inner));
  const otherClean = phased(other)?.phases === like.phases ? phased(other)!.clean : there.op.name === "toPhases";
  const operands: [Tensor, Tensor] = at === 0 ? [inner, there] : [there, inner];
  return name === "mul" ? wrap(ops.mul(...operands), like.clean || otherClean) : wrap(ops.add(...operands), false);
};

const toPhasesOfPhases: Rule = (node) => {
  const x = node.inputs[0];
  if (node.op.name !== "toPhases") return undefined;
  const { phases, grid } = node.attributes as unknown as { phases: number; grid: Grid };
  const from = phased(x!);
  const inner = x!.inputs[0];
  if (from?.phases === phases && from.clean && gridOf(inner!).every((n, i) => n === grid[i as 0 | 1])) return inner;
  return undefined;
};

const sums: Rule = (node) => {
  const { name } = node.op;
  const from = node.inputs[0] && phased(node.inputs[0]);
  if ((name !== "reduceMean" && name !== "reduceSum") || !from?.clean) return undefined;
  if (String(node.attributes.axes) !== "0,2,3" || node.attributes.keepDims) return undefined;
  const inner = node.inputs[0]!.inputs[0]!;
  const channels = node.shape[0] as number;
  const byPhase = (t: Tensor) => ops.reduceSum(ops.reshape(t, [from.phases ** 2, channels]), [0]);
  if (name === "reduceSum") return byPhase(ops.reduceSum(inner, [0, 2, 3]));
  const [gh, gw] = gridOf(inner);
  return ops.mul(byPhase(ops.reduceMean(inner, [0, 2, 3])), ops.scalar((gh * gw) / (from.size[0] * from.size[1])));
};

/** All rules; an image that lies in phases is what sets them going. */
export const PHASES: readonly Rule[] = [convolve, kernelGradient, inputGradient, toPhasesOfPhases, elementwise, sums];
