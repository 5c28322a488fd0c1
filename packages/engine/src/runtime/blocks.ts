import { compile } from "../graph/compile.ts";
import * as ops from "../graph/ops/index.ts";
import { createSession } from "./node.ts";
import type { SessionOptions } from "./session.ts";

let answer: Promise<boolean> | undefined;

/**
 * Whether ONNX Runtime's operators on blocks of channels are there and right. They are internal to it, and only some
 * processors have them, so a small convolution is computed both ways, once a process.
 */
export function supportsBlocks({ device = "cpu" }: SessionOptions = {}): Promise<boolean> {
  if (device !== "cpu") return Promise.resolve(false);
  answer ??= probe().catch(() => false);
  return answer;
}

const SHAPE = [1, 32, 6, 5] as const;

async function probe(): Promise<boolean> {
  const x = ops.input("x", SHAPE);
  const kernel = ops.input("kernel", [1, 32, 3, 3]);
  const settings = { strides: [2, 1], pads: [1, 1, 1, 0] } as const;
  const blocked = ops.blockedConv2d(ops.toBlocks(x), ops.toBlocks(kernel), { ...settings, dilations: [1, 1] });
  const plain = ops.conv2d(x, ops.reshape(kernel, [32, 1, 3, 3]), { ...settings, groups: 32 });
  const session = await createSession(compile({ blocked: ops.fromBlocks(blocked), plain }), { threads: 1 });
  const value = (shape: readonly number[]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { data: Float32Array.from({ length }, (_, i) => ((i * 7919) % 251) / 251 - 0.5), shape };
  };
  const found = await session.run({ x: value(SHAPE), kernel: value([1, 32, 3, 3]) });
  await session.release();
  const [got, wanted] = [found.blocked!.data as Float32Array, found.plain!.data as Float32Array];
  return wanted.every((entry, i) => Math.abs(entry - got[i]!) < 1e-5);
}
