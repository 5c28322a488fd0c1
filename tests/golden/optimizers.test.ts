import * as ops from "@leukogram/engine/graph/ops/index";
import { adam, adamW, type Optimizer, rmsprop, sgd } from "@leukogram/engine/nn/optimizers";
import { cosineDecay } from "@leukogram/engine/nn/schedules";
import { describe, expect } from "vitest";
import { relativeError, runGraph } from "../support/graph.ts";
import { sharedJson, testWith } from "../support/shared.ts";

const FILE = "golden/optimizers.json";
const COSINE = "CosineDecay(1e-3,100,alpha=.1,warmup_target=1e-2,warmup_steps=10)";
type Matrix = number[][];
type Golden = { w0: Matrix; gradients: Matrix[] } & Record<string, Matrix[]>;

const OPTIMIZERS: Record<string, Optimizer> = {
  AdamW: adamW(),
  Adam: adam(),
  SGD: sgd(),
  SGD_momentum: sgd({ momentum: 0.9, nesterov: true }),
  RMSprop: rmsprop(),
  AdamW_clipnorm: adamW({ globalClipNorm: 1 }),
};

/** The parameters after each step at a learning rate of 0.01. */
async function steps(optimizer: Optimizer, golden: Golden): Promise<Float32Array[]> {
  const vector = (name: string) => ops.input(name, [12]);
  const slots = Array.from({ length: optimizer.slots }, (_, i) => vector(`slot${i}`));
  const next = optimizer.update({
    theta: vector("theta"),
    gradient: vector("gradient"),
    slots,
    learningRate: ops.input("rate", []),
    step: ops.input("step", []),
  });
  let state: Record<string, Float32Array> = { theta: Float32Array.from(golden.w0.flat()) };
  slots.forEach((_, i) => {
    state[`slot${i}`] = new Float32Array(12);
  });
  const history: Float32Array[] = [];
  for (const [i, gradient] of golden.gradients.entries()) {
    const feeds = { ...state, gradient: Float32Array.from(gradient.flat()) };
    const values = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, { data, shape: [12] }]));
    const scalar = (value: number) => ({ data: Float32Array.of(value), shape: [] });
    const results = await runGraph(
      { "theta.next": next.theta, ...Object.fromEntries(next.slots.map((slot, k) => [`slot${k}.next`, slot])) },
      { ...values, rate: scalar(0.01), step: scalar(i + 1) },
    );
    state = Object.fromEntries(Object.entries(results).map(([key, value]) => [key.replace(".next", ""), value]));
    history.push(state.theta!);
  }
  return history;
}

describe("optimizers take Keras's steps", () => {
  for (const [name, optimizer] of Object.entries(OPTIMIZERS))
    testWith(FILE)(name, async () => {
      const golden = sharedJson<Golden>(FILE);
      const history = await steps(optimizer, golden);
      expect(golden[name]).toHaveLength(5);
      for (const [i, expected] of golden[name]!.entries())
        expect(relativeError(history[i]!, expected.flat())).toBeLessThan(1e-6);
    });

  testWith(FILE)("cosine schedule with warm-up", () => {
    const rate = cosineDecay({
      initialLearningRate: 1e-3,
      decaySteps: 100,
      alpha: 0.1,
      warmupTarget: 1e-2,
      warmupSteps: 10,
    });
    const expected = sharedJson<Record<string, number[]>>(FILE)[COSINE]!;
    for (const [i, value] of expected.entries()) expect(rate(i * 10)).toBeCloseTo(value, 7);
  });
});
