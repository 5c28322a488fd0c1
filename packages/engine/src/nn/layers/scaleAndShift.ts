// The gamma and beta that the normalisation layers share, each of which may be left out.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { CallContext } from "../layer.ts";
import { newWeight, type Weight } from "../weight.ts";

/** Which of the two a layer has; both by default. */
export interface ScaleAndShift {
  /** Whether beta is added. */
  readonly center: boolean;
  /** Whether gamma is multiplied by. */
  readonly scale: boolean;
}

/** The weights gamma [C] and beta [C], as far as the layer has them. */
export function scaleAndShiftWeights({ center, scale }: ScaleAndShift, channels: number): Weight[] {
  return [
    ...(scale ? [newWeight("gamma", [channels], "ones")] : []),
    ...(center ? [newWeight("beta", [channels], "zeros")] : []),
  ];
}

/** gamma [C] and beta [C] in the graph; 1 and 0 if the layer has none. */
export function scaleAndShift(weights: readonly Weight[], channels: number, context: CallContext): [Tensor, Tensor] {
  const find = (name: string, otherwise: number) => {
    const weight = weights.find((candidate) => candidate.name === name);
    return weight === undefined ? ops.full([channels], otherwise) : context.weight(weight);
  };
  return [find("gamma", 1), find("beta", 0)];
}
