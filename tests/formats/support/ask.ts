import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";

/** What a model gives for reals [count, H, W, C], or [count, units], as its own layers expect them. */
export async function ask(model: Model, data: ArrayLike<number>, { count = 1 } = {}): Promise<number[]> {
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({
    images: { data: Float32Array.from(data), shape: [count, ...model.input.shape] },
  });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}
