// Gradients of convolutions on phases: the output's gradient, moved by each shift, against the phases of the input.
import { PLAIN } from "../ops/convolution.ts";
import * as ops from "../ops/index.ts";
import type { PhaseAttributes } from "../ops/toPhases.ts";
import type { Rule } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Conv,
  flatten,
  type Grid,
  gridOf,
  isPixels,
  layOut,
  moved,
  patches,
  phased,
  rows,
} from "./phaseLayout.ts";
import { type PhasePlan, phasePlan } from "./phasePlan.ts";

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

/** dz on the grid of `plan.outPhases`, or undefined if it does not lie so. */
function gradientGrid(dz: Tensor, plan: PhasePlan): Tensor | undefined {
  const from = phased(dz);
  if (plan.outPhases === 1) return dz;
  return from?.clean && from.phases === plan.outPhases ? from.inner : undefined;
}

function inPhases(x: Tensor, phases: number): Tensor {
  const [height, width] = gridOf(x);
  return phases === 1 ? x : ops.toPhases(x, phases, [Math.ceil(height / phases), Math.ceil(width / phases)]);
}

/** The kernel's gradient as one matrix product an image. */
export const kernelGradient: Rule = (node) => {
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
  if (from && isPixels(from.inner) && q === 1) return pixelKernelGradient(node, from.inner, plan, dzGrid);
  const inner = from?.inner ?? inPhases(x, phases);
  const image = from && isPixels(inner) ? patches(inner, c, plan, gridOf(dz), gridOf(dzGrid)) : undefined;
  // Phases that no tap reads, as of a point with strides, come last and are left out.
  const read = Math.max(...plan.taps.map((tap) => tap.in[0] * phases + tap.in[1])) + 1;
  const left = rows(image?.tensor ?? (read < phases ** 2 ? ops.slice(inner, 1, 0, read * c) : inner));
  const right = image ? rows(dzGrid) : movedGradients(dzGrid, plan, gridOf(inner));
  const product = productOverImages(left, right); // [planes, shifts * q^2 * O]
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

/** Bytes from which on products of single images are not kept beside each other. */
const LARGE_BYTES = 6e6;

/** The sum over images of left [N, A, G] times right [N, B, G] turned: [A, B]. */
function productOverImages(left: Tensor, right: Tensor): Tensor {
  const [n, a, g] = left.shape as [number, number, number];
  const b = right.shape[1] as number;
  const together = (t: Tensor, planes: number) => ops.reshape(ops.transpose(t, [1, 0, 2]), [planes, n * g]);
  // Laying both so that a plane's images follow each other costs less than many large products.
  if (4 * n * a * b >= LARGE_BYTES && a * b > g * (a + b))
    return ops.matMul(together(left, a), ops.transpose(together(right, b), [1, 0]));
  return ops.reduceSum(ops.matMul(left, ops.transpose(right, [0, 2, 1])), [0]);
}

/** The same for kernels larger than 1x1. */
export const windowedKernelGradient: Rule = (node) =>
  node.op.name === "conv2dKernelGradient" && gridOf(node).some((size) => size > 1) ? kernelGradient(node) : undefined;

// The convolution of pixels is a 1x1 convolution over patches; so is its gradient.
function pixelKernelGradient(node: Tensor, pixels: Tensor, plan: PhasePlan, dz: Tensor): Tensor {
  const [o, c, kh, kw] = node.shape as [number, number, number, number];
  const image = patches(pixels, c, plan, gridOf(dz), gridOf(dz));
  const planes = image.tensor.shape[1] as number;
  const product = ops.conv2dKernelGradient(image.tensor, dz, { ...PLAIN, kernelSize: [1, 1] }); // [O, planes, 1, 1]
  const index = new Int32Array(o * c * kh * kw);
  for (const tap of plan.taps)
    for (let oc = 0; oc < o; oc++)
      for (let ic = 0; ic < c; ic++)
        index[((oc * c + ic) * kh + tap.kernel[0]) * kw + tap.kernel[1]] = oc * planes + image.plane(tap) + ic;
  return ops.gather(flatten(product), 0, index, [o, c, kh, kw]);
}

// Whether the last window lies partly on padding at the bottom or the right, so that zeros there get a gradient too.
function reachesPastBorder(node: Tensor): boolean {
  const [dz, kernel] = node.inputs as [Tensor, Tensor];
  const { strides, pads } = node.attributes as Conv;
  return ([0, 1] as const).some(
    (i) => (gridOf(dz)[i] - 1) * strides[i] - pads[i] + gridOf(kernel)[i] > gridOf(node)[i],
  );
}

/** A convolution's input gradient, wanted in phases, is one matrix product an image. */
export const inputGradient: Rule = (node) => {
  const x = node.inputs[0];
  if (node.op.name !== "toPhases" || x!.op.name !== "conv2dInputGradient" || x!.attributes.groups !== 1)
    return undefined;
  const { phases, grid, loose } = node.attributes as unknown as PhaseAttributes;
  if (!loose && reachesPastBorder(x!)) return undefined;
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
