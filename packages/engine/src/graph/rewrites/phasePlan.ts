import type { ConvolutionAttributes } from "../ops/convolution.ts";

/** One use of a kernel entry: output phase `out` reads input phase `in`, `shift` grid cells further on. */
export interface Tap {
  /** Row and column of the kernel. */
  readonly kernel: readonly [number, number];
  readonly out: readonly [number, number];
  readonly in: readonly [number, number];
  readonly shift: readonly [number, number];
}

/**
 * A strided convolution seen on grids of phases: its input lies in `inPhases` = stride * `outPhases` phases, its
 * output in `outPhases`, and between the grids the convolution has stride 1.
 */
export interface PhasePlan {
  readonly inPhases: number;
  readonly outPhases: number;
  readonly taps: readonly Tap[];
  /** The distinct shifts, in order. */
  readonly shifts: readonly (readonly [number, number])[];
}

/** The plan, or undefined if the phases are no multiple of the stride. */
export function phasePlan(
  { strides, pads }: Pick<ConvolutionAttributes, "strides" | "pads">,
  kernelSize: readonly [number, number],
  inPhases: number,
): PhasePlan | undefined {
  const outPhases = inPhases / strides[0];
  if (strides[0] !== strides[1] || !Number.isInteger(outPhases)) return undefined;
  const along = (axis: 0 | 1) =>
    range(outPhases).flatMap((out) =>
      range(kernelSize[axis]).map((kernel) => {
        const row = strides[axis] * out + kernel - pads[axis];
        const shift = Math.floor(row / inPhases);
        return { kernel, out, in: row - shift * inPhases, shift };
      }),
    );
  const columns = along(1);
  const taps = along(0).flatMap((r) =>
    columns.map(
      (c): Tap => ({
        kernel: [r.kernel, c.kernel],
        out: [r.out, c.out],
        in: [r.in, c.in],
        shift: [r.shift, c.shift],
      }),
    ),
  );
  const shifts = new Map(taps.map(({ shift }) => [shift.join(), shift]));
  const ordered = [...shifts.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return { inPhases, outPhases, taps, shifts: ordered };
}

/** 0 to count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
