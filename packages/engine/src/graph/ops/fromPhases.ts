import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

/** `clean`: entries past the border are zero. */
export type FromPhasesAttributes = {
  readonly phases: number;
  readonly size: readonly [number, number];
  readonly clean: boolean;
};

/** The image [N, C, H, W] that lies in phases in x [N, phases^2 C, GH, GW]; the inverse of `toPhases`. */
export function fromPhases(x: Tensor, phases: number, size: readonly [number, number], clean: boolean): Tensor {
  return apply(fromPhasesOp, [x], { phases, size, clean });
}

/** The operator of {@link fromPhases}: written in other ops. */
export const fromPhasesOp: Op<FromPhasesAttributes> = {
  name: "fromPhases",
  perImage: perImageOfFirst,
  infer: ([x], { phases, size }) => ({
    shape: [x!.shape[0]!, (x!.shape[1] as number) / (phases * phases), ...size],
    dtype: x!.dtype,
  }),
  lower(node, { phases, size }, ops) {
    const x = node.inputs[0]!;
    const [n, pc, gh, gw] = x.shape as [number, number, number, number];
    const c = pc / (phases * phases);
    const apart = ops.reshape(x, [n, phases, phases, c, gh, gw]);
    const woven = ops.transpose(apart, [0, 3, 4, 1, 5, 2]); // [N, C, GH, r, GW, s]
    const whole = ops.reshape(woven, [n, c, gh * phases, gw * phases]);
    return ops.slice(ops.slice(whole, 2, 0, size[0]), 3, 0, size[1]);
  },
  gradient: ({ inputs: [x], attributes: { phases }, dy, ops }) => [
    ops.toPhases(dy, phases, x!.shape.slice(2) as [number, number]),
  ],
};
