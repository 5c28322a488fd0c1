import * as ops from "../ops/index.ts";
import type { Rule } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Batch and channels of what is laid out from the pixels change places while they are still bytes, and before they are
 * repeated: there are fewer to move.
 */
export const swapEarly: Rule = (node) => {
  if (node.op !== ops.transposeOp || String(node.attributes.order) !== "1,0,2,3" || node.rank !== 4) return undefined;
  return node.inputs[0]!.op.name !== "input" && isFromInput(node.inputs[0]!) ? swapped(node.inputs[0]!) : undefined;
};

const SWAP = [1, 0, 2, 3];

// Whether a tensor is an input, only cut, set side by side, cast and moved by a number.
function isFromInput(t: Tensor): boolean {
  if (t.op.name === "input") return true;
  return swapStep(t) !== undefined && t.inputs.every((input) => input.rank === 0 || isFromInput(input));
}

function swapped(t: Tensor): Tensor {
  return swapStep(t)?.() ?? ops.transpose(t, SWAP);
}

// How to compute a tensor with its first two axes swapped from inputs with theirs swapped, if that is known.
function swapStep(t: Tensor): (() => Tensor) | undefined {
  const x = t.inputs[0]!;
  const { axis, before, after, value, indices } = t.attributes as {
    axis: number;
    before: number;
    after: number;
    value?: number;
    indices: Int32Array;
  };
  if (t.op.name === "concat" && axis === 1) return () => ops.concat(t.inputs.map(swapped), 0);
  if (t.op.name === "pad" && axis > 1) return () => ops.pad(swapped(x), axis, before, after, value);
  if (t.op.name === "gather" && axis === 1 && t.rank === 4) return () => ops.gather(swapped(x), 0, indices);
  if (t.op.name === "cast") return () => ops.cast(swapped(x), t.dtype);
  if (t.op === ops.addOp && t.inputs[1]!.rank === 0) return () => ops.add(swapped(x), t.inputs[1]!);
  return undefined;
}
