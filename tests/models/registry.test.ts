// What must hold of every model of the registry, at a size that is quick to build.
import { kerasModelConfig } from "@leukogram/engine/formats/keras/kerasConfig";
import { compile } from "@leukogram/engine/graph/compile";
import { MODELS } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { flatSize, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { sgd } from "@leukogram/engine/nn/optimizers";
import { createSession } from "@leukogram/engine/runtime/node";
import { expect, test } from "vitest";

const settings = { classes: 3, momentum: 0.9, alpha: 1, head: "dense", frozen: false, preprocessing: "right" } as const;
const SIZE = 64;
/** Models of more parameters take long to fill and to run. */
const MOST_RUN = 5e6;

test.each([...MODELS.keys()])("%s is built, trained and written", async (name) => {
  const { model } = MODELS.get(name)!.build({ ...settings, imageSize: SIZE });
  expect(model.input.shape).toEqual([SIZE, SIZE, 3]);
  expect(model.output.shape).toEqual([3]);
  const step = trainingGraph(model, { batchSize: 2, optimizer: sgd() });
  expect(step["theta.next"]!.shape).toEqual([flatSize([...model.trainableWeights.values()])]);
  expect(JSON.stringify(kerasModelConfig(model).json)).toContain(model.layers.at(-1)!.name);
  if (model.parameters > MOST_RUN) return;
  const session = await createSession(compile(exportGraph(model.initialize(1))), { threads: 1 });
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => (i * 31) % 256);
  const { probabilities } = await session.run({ images: { data, shape: [1, SIZE, SIZE, 3] } });
  await session.release();
  expect((probabilities!.data as Float32Array).reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
});
