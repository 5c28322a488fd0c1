import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

/**
 * How an image lies in phases (space to depth): entry (i, j) of phase (r, s) is pixel (i * phases + r, j * phases + s),
 * on a grid that may reach past the image's border.
 */
export type PhaseAttributes = {
  readonly phases: number;
  readonly grid: readonly [number, number];
  /** Whether entries past the border may be anything, rather than zero: their reader does not look. */
  readonly loose: boolean;
};

/** x [N, C, H, W] in phases: [N, phases^2 C, GH, GW], channel (r * phases + s) * C + c; zero past the border. */
export function toPhases(x: Tensor, phases: number, grid: readonly [number, number], loose = false): Tensor {
  return apply(toPhasesOp, [x], { phases, grid, loose });
}

/** The operator of {@link toPhases}: written in other ops. */
export const toPhasesOp: Op<PhaseAttributes> = {
  name: "toPhases",
  perImage: perImageOfFirst,
  infer: ([x], { phases, grid }) => ({
    shape: [x!.shape[0]!, phases * phases * (x!.shape[1] as number), ...grid],
    dtype: x!.dtype,
  }),
  lower(node, { phases, grid }, ops) {
    const x = node.inputs[0]!;
    const [, , h, w] = x.shape as readonly number[];
    const part = (t: Tensor, axis: number, r: number, size: number, cells: number) => {
      const found = r < size ? ops.slice(t, axis, r, size, phases) : undefined;
      return found && ops.pad(found, axis, 0, cells - (found.shape[axis] as number));
    };
    const steps = Array.from({ length: phases }, (_, i) => i);
    const parts = steps.flatMap((r) =>
      steps.map((s) => {
        const rows = part(x, 2, r, h!, grid[0]);
        const found = rows && part(rows, 3, s, w!, grid[1]);
        return found ?? ops.full([x.shape[0] as number, x.shape[1] as number, ...grid], 0);
      }),
    );
    return ops.concat(parts, 1);
  },
  gradient: ({ inputs: [x], attributes: { phases }, dy, ops }) => [
    ops.fromPhases(dy, phases, x!.shape.slice(2) as [number, number], false),
  ],
};
