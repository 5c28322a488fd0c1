import { type Shape, sameShape } from "../../core/shape.ts";
import type { Tensor } from "../tensor.ts";
import { reduceSum } from "./reduceSum.ts";
import { reshape } from "./reshape.ts";

/** The sum over the axes along which `shape` was broadcast: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.rank - shape.length;
  const axes = x.shape.flatMap((dim, i) => (i < extra || (shape[i - extra] === 1 && dim !== 1) ? [i] : []));
  return reshape(reduceSum(x, axes, true), shape);
}
