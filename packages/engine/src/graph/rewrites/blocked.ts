/**
 * Strided convolutions of few channels on ONNX Runtime's blocks of channels. Fewer filters than fill a block do so with
 * the phases of their output: four filters at 2x2 positions are sixteen.
 */
import * as ops from "../ops/index.ts";
import { BLOCK_CHANNELS } from "../ops/toBlocks.ts";
import type { Rule } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import { type Conv, flatten, type Grid, gridOf, layOut, phased } from "./phaseLayout.ts";
import { range } from "./phasePlan.ts";

/** Channels up to which a convolution of strides is no large matrix product, which is as fast as blocks are. */
const FEW = 64;

/** One group, and a stride and a kernel larger than 1. */
function isStrided({ attributes }: Tensor, size: Grid): boolean {
  const { groups, strides } = attributes as Conv;
  return groups === 1 && strides.every((step) => step > 1) && size.some((n) => n > 1);
}

const isWhole = (channels: number) => channels % BLOCK_CHANNELS === 0 && channels <= FEW;

/** conv2d with strides. */
export const blockConvolution: Rule = (node) => {
  const [x, kernel, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
  if (node.op !== ops.conv2dOp || !isStrided(node, gridOf(kernel))) return undefined;
  const [o, c] = kernel.shape as [number, number];
  const few = c < BLOCK_CHANNELS;
  if (!isWhole(o) || !(few || isWhole(c))) return undefined;
  const { strides, pads } = node.attributes as Conv;
  return ops.fromBlocks(ops.blockedConvolution(few ? x : ops.toBlocks(x), kernel, { strides, pads, bias }));
};

/** The gradient of such by the kernel. */
export const blockKernelGradient: Rule = (node) => {
  if (node.op !== ops.conv2dKernelGradientOp || !isStrided(node, gridOf(node))) return undefined;
  const [x, dz] = node.inputs as [Tensor, Tensor];
  const [o, c] = node.shape as [number, number];
  if (!isWhole(o) || c > FEW) return undefined;
  const { strides, pads } = node.attributes as Conv;
  return ops.blockedKernelGradient(x, dz, { strides, pads, kernelSize: gridOf(node) });
};

/** A convolution of pixels that writes its output in phases. */
interface Wide {
  readonly phases: number;
  readonly strides: Grid;
  /** Zeros around the pixels. */
  readonly pads: Conv["pads"];
  /** Of the kernel that reads what all phases of an output read. */
  readonly kernelSize: Grid;
  readonly grid: Grid;
}

/** How the convolution of x by a kernel of `size`, with an output of `out`, can be wide; undefined if it can't. */
function wideOf(x: Tensor, node: Tensor, size: Grid, out: Grid, filters: number, phases: number): Wide | undefined {
  const isPixels = x.op === ops.castOp && x.inputs[0]!.op === ops.inputOp;
  if (!isPixels || !isStrided(node, size) || (x.shape[1] as number) >= BLOCK_CHANNELS) return undefined;
  if (!isWhole(filters * phases ** 2)) return undefined;
  const { strides, pads } = node.attributes as Conv;
  const both = <T>(along: (i: 0 | 1) => T): readonly [T, T] => [along(0), along(1)];
  const grid = both((i) => Math.ceil(out[i] / phases));
  const kernelSize = both((i) => size[i] + strides[i] * (phases - 1));
  const ends = both((i) => (grid[i] - 1) * strides[i] * phases + kernelSize[i] - gridOf(x)[i] - pads[i]);
  // Past the output's border, windows must see only padding.
  const isClean = (i: 0 | 1) => grid[i] * phases === out[i] || out[i] * strides[i] - pads[i] >= gridOf(x)[i];
  if (!isClean(0) || !isClean(1)) return undefined;
  const wide = both((i) => strides[i] * phases);
  return { phases, strides: wide, pads: [pads[0], pads[1], ends[0], ends[1]], kernelSize, grid };
}

/** Whether a convolution of pixels can write its output in so many phases. */
export const canWiden = (node: Tensor, phases: number): boolean => {
  const [x, kernel] = node.inputs as [Tensor, Tensor];
  return wideOf(x, node, gridOf(kernel), gridOf(node), kernel.shape[0] as number, phases) !== undefined;
};

/** The pixels with their padding, which is cheapest while they are bytes. */
function paddedPixels(x: Tensor, { pads, strides, kernelSize, grid }: Wide): Tensor {
  const needed = (i: 0 | 1) => (grid[i] - 1) * strides[i] + kernelSize[i];
  const bytes = ([0, 1] as const).reduce((t, i) => ops.pad(t, 2 + i, pads[i], pads[i + 2]!), x.inputs[0]!);
  const cut = ([0, 1] as const).reduce((t, i) => ops.slice(t, 2 + i, 0, needed(i)), bytes);
  return ops.cast(cut, "float32");
}

/** Calls back with each entry's place in the wide kernel [phases^2 O, C, KH, KW], phase by phase, and in its own. */
function eachEntry(
  [o, c, kh, kw]: readonly [number, number, number, number],
  { phases, strides, kernelSize }: Wide,
  use: (wide: number, own: number, phase: number) => void,
): void {
  const steps = strides.map((step) => step / phases);
  for (const phase of range(phases ** 2))
    for (const k of range(o * c * kh * kw)) {
      const [oc, ic, row, column] = [
        Math.floor(k / (c * kh * kw)),
        Math.floor(k / (kh * kw)) % c,
        Math.floor(k / kw) % kh,
        k % kw,
      ];
      const r = row + Math.floor(phase / phases) * steps[0]!;
      const s = column + (phase % phases) * steps[1]!;
      use((((phase * o + oc) * c + ic) * kernelSize[0] + r) * kernelSize[1] + s, k, phase);
    }
}

/** conv2d of pixels, the output in `phases`. */
const widen =
  (phases: number): Rule =>
  (node) => {
    if (node.op !== ops.conv2dOp) return undefined;
    const [x, kernel, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    const [o, c, kh, kw] = kernel.shape as [number, number, number, number];
    const wide = wideOf(x, node, [kh, kw], gridOf(node), o, phases);
    if (wide === undefined) return undefined;
    const filters = phases ** 2 * o;
    const shape = [filters, c, ...wide.kernelSize] as const;
    const index = new Int32Array(shape.reduce((a, b) => a * b)).fill(-1);
    eachEntry([o, c, kh, kw], wide, (at, own) => {
      index[at] = own;
    });
    const settings = { strides: wide.strides, pads: [0, 0, 0, 0] as const };
    const z = ops.fromBlocks(ops.blockedConvolution(paddedPixels(x, wide), layOut([kernel], shape, index), settings));
    const whole = bias === undefined ? z : ops.add(z, biasMap(bias, wide, gridOf(node)));
    return phases === 1 ? whole : ops.fromPhases(whole, phases, gridOf(node), true);
  };

/** The bias [O] at every place of the output, and zero past its border: [1, phases^2 O, GH, GW]. */
function biasMap(bias: Tensor, { phases, grid }: Wide, out: Grid): Tensor {
  const o = bias.shape[0] as number;
  const cells = grid[0] * grid[1];
  const valid = Float32Array.from({ length: phases ** 2 * cells }, (_, k) => {
    const [phase, at] = [Math.floor(k / cells), k % cells];
    const row = Math.floor(at / grid[1]) * phases + Math.floor(phase / phases);
    return row < out[0] && (at % grid[1]) * phases + (phase % phases) < out[1] ? 1 : 0;
  });
  const map = ops.mul(ops.constant(valid, [phases ** 2, 1, cells]), ops.reshape(bias, [1, o, 1]));
  return ops.reshape(map, [1, phases ** 2 * o, ...grid]);
}

/** The gradient of such a convolution by the kernel. */
const widenKernelGradient =
  (phases: number): Rule =>
  (node) => {
    if (node.op !== ops.conv2dKernelGradientOp) return undefined;
    const [x, dz] = node.inputs as [Tensor, Tensor];
    const [o, c, kh, kw] = node.shape as [number, number, number, number];
    const wide = wideOf(x, node, [kh, kw], gridOf(dz), o, phases);
    const from = phased(dz);
    const inner = phases === 1 ? dz : from?.clean && from.phases === phases ? from.inner : undefined;
    if (wide === undefined || inner === undefined) return undefined;
    const { strides, kernelSize } = wide;
    const sums = ops.blockedKernelGradient(paddedPixels(x, wide), inner, { strides, kernelSize, pads: [0, 0, 0, 0] });
    const entries = o * c * kh * kw;
    const index = new Int32Array(phases ** 2 * entries);
    eachEntry([o, c, kh, kw], wide, (at, own, phase) => {
      index[phase * entries + own] = at;
    });
    const taken = ops.gather(flatten(sums), 0, index, [phases ** 2, entries]);
    return ops.reshape(ops.reduceSum(taken, [0]), node.shape);
  };

/** All rules; `phases` of the output of the convolutions that read pixels, 0 if those are not for blocks. */
export function blockRules(phases: number): readonly Rule[] {
  const pixels = phases === 0 ? [] : [widen(phases), widenKernelGradient(phases)];
  return [...pixels, blockConvolution, blockKernelGradient];
}
