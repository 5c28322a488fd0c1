import { gradients } from "@leukogram/engine/graph/autodiff";
import * as ops from "@leukogram/engine/graph/ops/index";
import { type LossOptions, sparseCategoricalCrossentropy } from "@leukogram/engine/nn/losses";
import { describe, expect } from "vitest";
import { relativeError, runGraph } from "../support/graph.ts";
import { sharedJson, testWith } from "../support/shared.ts";

const FILE = "golden/losses.json";
type Case = { loss: number; gradLogits: number[][] };
type Golden = { logits: number[][]; labels: number[]; classWeight: number[] } & Record<string, Case>;

const CASES: Record<string, (golden: Golden) => LossOptions> = {
  crossentropy: () => ({}),
  "smoothing0.1": () => ({ labelSmoothing: 0.1 }),
  classWeighted: ({ classWeight }) => ({ classWeights: classWeight }),
  focal: () => ({ focal: { alpha: 0.25, gamma: 2 } }),
};

describe("losses give Keras's values and gradients", () => {
  for (const [name, options] of Object.entries(CASES))
    testWith(FILE)(name, async () => {
      const golden = sharedJson<Golden>(FILE);
      const logits = ops.input("logits", [6, 5]);
      const loss = sparseCategoricalCrossentropy(ops.input("labels", [6], "int32"), logits, options(golden));
      const results = await runGraph(
        { loss, gradient: gradients(loss, [logits])[0]! },
        {
          logits: { data: Float32Array.from(golden.logits.flat()), shape: [6, 5] },
          labels: { data: Int32Array.from(golden.labels), shape: [6] },
        },
      );
      expect(relativeError(results.loss!, [golden[name]!.loss])).toBeLessThan(1e-5);
      expect(relativeError(results.gradient!, golden[name]!.gradLogits.flat())).toBeLessThan(1e-5);
    });
});
