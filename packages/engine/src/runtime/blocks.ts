import { compile } from "../graph/compile.ts";
import * as ops from "../graph/ops/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import { createSession } from "./node.ts";
import type { SessionOptions } from "./session.ts";

let answer: Promise<boolean> | undefined;
let kernels: Promise<boolean> | undefined;

/**
 * Whether ONNX Runtime's operators on blocks of channels are there and right. They are internal to it, and only some
 * processors have them, so a small convolution is computed both ways, once a process.
 */
export function supportsBlocks({ device = "cpu" }: SessionOptions = {}): Promise<boolean> {
  if (device !== "cpu") return Promise.resolve(false);
  answer ??= probe().catch(() => false);
  return answer;
}

/** Whether they can compute ordinary convolutions too: blocks must be of sixteen channels, as with AVX-512. */
export async function supportsBlockedKernels(options: SessionOptions = {}): Promise<boolean> {
  if (!(await supportsBlocks(options))) return false;
  kernels ??= probeKernels().catch(() => false);
  return kernels;
}

/** The numbers that a probe reads. */
function numbers(shape: readonly number[]) {
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, (_, i) => ((i * 7919) % 251) / 251 - 0.5), shape };
}

/** Whether two graphs of the same inputs give the same numbers. */
async function agree(got: Tensor, wanted: Tensor, inputs: Readonly<Record<string, readonly number[]>>) {
  const session = await createSession(compile({ got, wanted }), { threads: 1 });
  const feeds = Object.entries(inputs).map(([name, shape]) => [name, numbers(shape)]);
  const found = await session.run(Object.fromEntries(feeds));
  await session.release();
  const [own, other] = [found.got!.data as Float32Array, found.wanted!.data as Float32Array];
  return other.every((entry, i) => Math.abs(entry - own[i]!) < 1e-5 * Math.max(1, Math.abs(entry)));
}

async function probeKernels(): Promise<boolean> {
  const settings = { strides: [2, 2], pads: [0, 1, 1, 0] } as const;
  const shapes = { x: [16, 16, 6, 5], kernel: [32, 16, 3, 3], dz: [16, 32, 3, 2] };
  const [x, kernel, dz] = Object.entries(shapes).map(([name, shape]) => ops.input(name, shape)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const forward = ops.fromBlocks(ops.blockedConvolution(ops.toBlocks(x), kernel, settings));
  const gradient = { ...settings, kernelSize: [3, 3] } as const;
  return (
    (await agree(forward, ops.conv2d(x, kernel, settings), { x: shapes.x, kernel: shapes.kernel })) &&
    (await agree(
      ops.blockedKernelGradient(x, dz, gradient),
      ops.conv2dKernelGradient(x, dz, { ...gradient, groups: 1 }),
      { x: shapes.x, dz: shapes.dz },
    ))
  );
}

const SHAPE = [1, 32, 6, 5] as const;

async function probe(): Promise<boolean> {
  const x = ops.input("x", SHAPE);
  const kernel = ops.input("kernel", [1, 32, 3, 3]);
  const settings = { strides: [2, 1], pads: [1, 1, 1, 0] } as const;
  const blocked = ops.blockedConv2d(ops.toBlocks(x), ops.toBlocks(kernel), { ...settings, dilations: [1, 1] });
  const plain = ops.conv2d(x, ops.reshape(kernel, [32, 1, 3, 3]), { ...settings, groups: 32 });
  return agree(ops.fromBlocks(blocked), plain, { x: SHAPE, kernel: [1, 32, 3, 3] });
}
