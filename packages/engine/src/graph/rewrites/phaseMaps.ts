// Entry-by-entry ops and sums work on phases as they are.
import { sameShape } from "../../core/shape.ts";
import * as ops from "../ops/index.ts";
import type { PhaseAttributes } from "../ops/toPhases.ts";
import type { Rule } from "../rewrite.ts";
import { Tensor } from "../tensor.ts";
import { gridOf, type Phased, phased } from "./phaseLayout.ts";
import { isFilledWith } from "./simplify.ts";

const wrap = (t: Tensor, { phases, size }: Phased, clean: boolean) => ops.fromPhases(t, phases, size, clean);

/** Whether the phases fill the image, so that nothing lies past its border. */
const isWhole = ({ phases, size, inner }: Phased) => gridOf(inner).every((cells, i) => cells * phases === size[i]);

/** An op of one tensor. */
export const map: Rule = (node) => {
  const from = phased(node.inputs[0]);
  const keepsZero = node.op.keepsZero?.(node.attributes);
  if (from === undefined || keepsZero === undefined) return undefined;
  return wrap(new Tensor(node.op, [from.inner], node.attributes), from, from.clean && keepsZero);
};

/** A scale and a shift a channel: the same for each phase. */
export const normalize: Rule = (node) => {
  const from = phased(node.inputs[0]);
  if (from === undefined || node.op !== ops.channelAffineOp) return undefined;
  const [, scale, shift] = node.inputs as [Tensor, Tensor, Tensor];
  const [a, b] = [scale, shift].map((t) => ops.concat(new Array<Tensor>(from.phases ** 2).fill(t), 0));
  return wrap(ops.channelAffine(from.inner, a!, b!), from, from.clean && isFilledWith(shift, 0));
};

/** Sums and products of two images, or of an image and one number. */
export const combine: Rule = (node) => {
  const isProduct = node.op === ops.mulOp;
  if (!isProduct && node.op !== ops.addOp && node.op !== ops.subOp) return undefined;
  const at = node.inputs.findIndex((t) => phased(t) !== undefined);
  const from = phased(node.inputs[at]);
  const other = node.inputs[1 - at];
  if (from === undefined || other === undefined) return undefined;
  const isNumber = other.rank === 0;
  if (!isNumber && !sameShape(other.shape, node.shape)) return undefined;
  const beside = phased(other)?.phases === from.phases ? phased(other) : undefined;
  // What is multiplied by zero past the border, or comes out of order there anyway, may be anything there.
  const loose = from.clean || !isProduct;
  const there = isNumber ? other : (beside?.inner ?? ops.toPhases(other, from.phases, gridOf(from.inner), loose));
  const otherClean = isNumber ? isWhole(from) : (beside?.clean ?? !loose);
  const clean = isProduct ? from.clean || otherClean : from.clean && otherClean;
  return wrap(new Tensor(node.op, at === 0 ? [from.inner, there] : [there, from.inner], {}), from, clean);
};

/** Into phases and out again is nothing. */
export const toPhasesOfPhases: Rule = (node) => {
  if (node.op.name !== "toPhases") return undefined;
  const { phases, grid, loose } = node.attributes as unknown as PhaseAttributes;
  const from = phased(node.inputs[0]);
  if (from?.phases !== phases || !(from.clean || loose)) return undefined;
  return gridOf(from.inner).every((n, i) => n === grid[i]) ? from.inner : undefined;
};

/** Sums over images and positions. */
export const sums: Rule = (node) => {
  const { name } = node.op;
  const from = phased(node.inputs[0]);
  if ((name !== "reduceMean" && name !== "reduceSum") || !from?.clean) return undefined;
  if (String(node.attributes.axes) !== "0,2,3" || node.attributes.keepDims) return undefined;
  const { inner } = from;
  const channels = node.shape[0] as number;
  const byPhase = (t: Tensor) => ops.reduceSum(ops.reshape(t, [from.phases ** 2, channels]), [0]);
  if (name === "reduceSum") return byPhase(ops.reduceSum(inner, [0, 2, 3]));
  const [gh, gw] = gridOf(inner);
  return ops.mul(byPhase(ops.reduceMean(inner, [0, 2, 3])), ops.scalar((gh * gw) / (from.size[0] * from.size[1])));
};
