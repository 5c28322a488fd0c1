import { readFileSync } from "node:fs";
import { readModel } from "@leukogram/engine/formats/readModel";
import { withPreprocessing } from "@leukogram/engine/models/preprocessing";
import { seenPicture } from "@leukogram/engine/nn/exportGraph";
import { createSession } from "@leukogram/engine/runtime/node";
import { integratedGradients } from "leukogram/explain/integratedGradients";
import { ModelRunner } from "leukogram/explain/modelRunner";
import { expect } from "vitest";
import { relativeError, runGraph } from "../support/graph.ts";
import { readNpy } from "../support/npy.ts";
import { shared, testWith } from "../support/shared.ts";

interface Row {
  readonly picture: string;
  readonly probabilities: readonly number[];
  readonly gradCam: readonly { readonly target: number; readonly layer: string; readonly map: readonly number[] }[];
  readonly integrated: {
    readonly target: number;
    readonly baseline: number;
    readonly blocks: readonly number[];
    readonly sum: number;
    readonly logit: number;
    readonly baselineLogit: number;
  };
}

const golden = JSON.parse(readFileSync(new URL("./explain.json", import.meta.url), "utf8")) as {
  readonly steps: number;
  readonly grid: number;
  readonly rows: readonly Row[];
};
const SIZE = 350;

// [3, H, W] added up over colours and the blocks of a grid.
function blocksOf(attributions: Float32Array): Float64Array {
  const { grid } = golden;
  const side = SIZE / grid;
  const blocks = new Float64Array(grid * grid);
  for (const [i, value] of attributions.entries()) {
    const [y, x] = [Math.floor(i / SIZE) % SIZE, i % SIZE];
    blocks[Math.floor(y / side) * grid + Math.floor(x / side)]! += value;
  }
  return blocks;
}

testWith("models/cnn_3.h5", "golden/pixels")(
  "Grad-CAM and integrated gradients are TensorFlow's",
  async () => {
    const model = withPreprocessing((await readModel(shared("models/cnn_3.h5"))).model, "0..1");
    const runner = new ModelRunner(model, { open: (bytes) => createSession(bytes, { threads: 1 }) });
    for (const { picture: name, probabilities, gradCam, integrated } of golden.rows) {
      const { data, shape } = readNpy(readFileSync(shared(`golden/pixels/${name}.decoded.npy`)));
      const images = { data: data as Uint8Array, shape: [1, ...shape] };
      const { seen } = await runGraph({ seen: seenPicture(model) }, { images });
      const picture = { data: seen!, channels: 3, height: SIZE, width: SIZE };
      expect(relativeError((await runner.answer({ data: seen!, count: 1 })).probabilities, probabilities)).toBeLessThan(
        1e-4,
      );
      for (const { target, layer, map } of gradCam)
        expect(relativeError((await runner.gradCam(picture, { target, layer })).data, map)).toBeLessThan(1e-4);
      const { target, baseline, blocks, sum, logit, baselineLogit } = integrated;
      const own = await integratedGradients(runner, picture, {
        target,
        baseline: [baseline, baseline, baseline],
        steps: golden.steps,
      });
      expect(relativeError(blocksOf(own.attributions), blocks)).toBeLessThan(1e-4);
      expect(relativeError([own.sum, own.logit, own.baselineLogit], [sum, logit, baselineLogit])).toBeLessThan(1e-4);
    }
    await runner.close();
  },
  400_000,
);
