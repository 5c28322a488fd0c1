/**
 * Strided convolutions of few channels, as stride-1 convolutions and matrix products on phases of the image
 * (space to depth). The weights are laid out again by one Gather; entries that are no tap are zero.
 */

import type { ConvolutionAttributes } from "../ops/convolution.ts";
import * as ops from "../ops/index.ts";
import type { Rule } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import { inputGradient, kernelGradient, windowedKernelGradient } from "./phaseGradients.ts";
import { type Conv, type Grid, gridOf, isPixels, layOut, patches, phased } from "./phaseLayout.ts";
import { combine, map, normalize, sums, toPhasesOfPhases } from "./phaseMaps.ts";
import { type PhasePlan, phasePlan } from "./phasePlan.ts";

// Positions past the output's border must come out as zero, and do where their windows see only padding.
function bordersAreZero(plan: PhasePlan, conv: ConvolutionAttributes, size: Grid, out: Grid, grid: Grid): boolean {
  return [0, 1].every((i) => {
    const axis = i as 0 | 1;
    return grid[axis] * plan.outPhases === out[axis] || out[axis] * conv.strides[axis] - conv.pads[axis] >= size[axis];
  });
}

/** conv2d of an image in phases. */
const convolve: Rule = (node) => {
  const [x, kernel, bias] = node.inputs;
  const from = phased(x);
  if (node.op.name !== "conv2d" || !from?.clean || node.attributes.groups !== 1) return undefined;
  const conv = node.attributes as Conv;
  const [o, c, kh, kw] = kernel!.shape as [number, number, number, number];
  const plan = phasePlan(conv, [kh, kw], from.phases);
  if (plan === undefined) return undefined;
  const q = plan.outPhases;
  const out = gridOf(node);
  const grid: Grid = [Math.ceil(out[0] / q), Math.ceil(out[1] / q)];
  const { inner } = from;
  const entry = (oc: number, ic: number, k: readonly [number, number]) => ((oc * c + ic) * kh + k[0]) * kw + k[1];
  if (!isPixels(inner) && q === 1) return convolveGrid(inner, kernel!, bias, plan, grid);
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
  const along = (axis: 0 | 1) => {
    const shifts = plan.shifts.map((shift) => shift[axis]);
    const low = Math.min(...shifts);
    const extent = Math.max(...shifts) - low + 1;
    return { low, extent, end: grid[axis] - gridOf(x)[axis] + low + extent - 1 };
  };
  const [r, s] = [along(0), along(1)];
  if ([r, s].some(({ low, end }) => low > 0 || end < 0)) return undefined;
  const channels = x.shape[1] as number;
  const index = new Int32Array(o * channels * r.extent * s.extent).fill(-1);
  for (const { kernel: k, in: phase, shift } of plan.taps)
    for (let oc = 0; oc < o; oc++)
      for (let ic = 0; ic < c; ic++) {
        const channel = (phase[0] * plan.inPhases + phase[1]) * c + ic;
        const at = ((oc * channels + channel) * r.extent + shift[0] - r.low) * s.extent + shift[1] - s.low;
        index[at] = ((oc * c + ic) * kh + k[0]) * kw + k[1];
      }
  const laid = layOut([kernel], [o, channels, r.extent, s.extent], index);
  return ops.conv2d(x, laid, { pads: [-r.low, -s.low, r.end, s.end], bias });
}

const MAPS: readonly Rule[] = [toPhasesOfPhases, map, normalize, combine, sums];

/** All rules; an image that lies in phases is what sets them going. */
export const PHASES: readonly Rule[] = [convolve, kernelGradient, inputGradient, ...MAPS];

/** All rules but those that the batch may be folded for. */
export const PHASES_BEFORE_FOLDING: readonly Rule[] = [convolve, windowedKernelGradient, inputGradient, ...MAPS];
