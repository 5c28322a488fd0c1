import * as ops from "@leukogram/engine/graph/ops/index";
import { lossPerImage } from "@leukogram/engine/nn/losses";
import { expect, test } from "vitest";
import { runGraph } from "../support/graph.ts";

const LOGITS = [1.5, -0.3, 0.8, 4, 0.2, 0.1, -1, 2];

async function losses(targets: readonly number[], options: Parameters<typeof lossPerImage>[2], logits = LOGITS) {
  const classes = targets.length / 2;
  const loss = lossPerImage(ops.input("targets", [2, classes]), ops.input("logits", [2, classes]), options);
  const feeds = {
    targets: { data: Float32Array.from(targets), shape: [2, classes] },
    logits: { data: Float32Array.from(logits), shape: [2, classes] },
  };
  const { loss: out } = await runGraph({ loss }, feeds);
  return [...out!];
}

test("an image is not asked about the classes that its laboratory lacks: its loss is that without them", async () => {
  // The first image's laboratory lacks the last class, and its logit is the largest; the second's has all.
  const marked = [0, 1, 0, -1, 0, 0, 1, 0];
  for (const labelSmoothing of [0, 0.1]) {
    const [first, second] = await losses(marked, { labelSmoothing, absentMarked: true });
    const [alone] = await losses([0, 1, 0, 0, 0, 1], { labelSmoothing }, [1.5, -0.3, 0.8, 0, 0, 0]);
    expect(first).toBeCloseTo(alone!, 5);
    const [, plain] = await losses([0, 1, 0, 0, 0, 0, 1, 0], { labelSmoothing });
    expect(second).toBeCloseTo(plain!, 5);
    const [asked] = await losses([0, 1, 0, 0, 0, 0, 1, 0], { labelSmoothing });
    expect(asked).toBeGreaterThan(first! + 1);
  }
});
