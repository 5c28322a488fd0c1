import type { Model } from "@leukogram/engine/nn/model";
import { adamW } from "@leukogram/engine/nn/optimizers";
import { layoutSize } from "leukogram/data/pictures/pixelLayout";
import { StepRunner, type StepRunnerOptions } from "leukogram/training/stepRunner";

/** A training step on made-up images of five classes. @param batch how many images at a time */
export async function trainingStep(
  model: Model,
  options: Pick<StepRunnerOptions, "fast" | "kernels" | "without">,
  batch = 32,
) {
  const runner = new StepRunner(model.initialize(0), { optimizer: adamW(), ...options });
  const layout = (await runner.trainingLayout(batch))!;
  const images = new Uint8Array(batch * layoutSize(layout)).map((_, i) => (i * 7919) % 251);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 5);
  return { step: () => runner.step({ images, labels }, 1e-3), release: () => runner.release() };
}

/** Milliseconds that some work takes. */
export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
