import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { cnn } from "@leukogram/engine/models/cnn";
import { adamW, sgd } from "@leukogram/engine/nn/optimizers";
import { copyInto, layoutSize, layoutTarget, type PixelLayout } from "leukogram/data/pictures/pixelLayout";
import { StepRunner } from "leukogram/training/stepRunner";
import { expect } from "vitest";
import { relativeError } from "../support/graph.ts";
import { readNpz } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";

const RUN = "golden/training/run.json";
const BATCH = 20;
const SIZE = 64;

/** Images [N, SIZE, SIZE, 3] as the layout wants them. */
function arrange(images: Uint8Array, layout: PixelLayout): Uint8Array {
  const target = layoutTarget(layout, SIZE, SIZE);
  const [from, to] = [SIZE * SIZE * 3, layoutSize(layout)];
  const out = new Uint8Array((images.length / from) * to);
  for (let i = 0; i < images.length / from; i++)
    copyInto(images.subarray(i * from, (i + 1) * from), out.subarray(i * to, (i + 1) * to), target);
  return out;
}

/** Our CNN with the weights of a file. */
async function ownModel(file: string) {
  const model = cnn({ imageSize: 64 });
  const path = shared(`golden/training/${file}`);
  loadWeights(model, await readKerasFile(path), { source: path, match: "order" });
  return model;
}

const readWhole = async (file: string) => (await readModel(shared(`golden/training/${file}`))).model;

const STARTS = [
  { name: "our CNN with the weights of initial.h5, plain graph", fast: false, open: () => ownModel("initial.h5") },
  { name: "our CNN with the weights of initial.weights.h5", fast: true, open: () => ownModel("initial.weights.h5") },
  { name: "the model of initial.keras", fast: true, open: () => readWhole("initial.keras") },
  { name: "the model of initial.h5, plain graph", fast: false, open: () => readWhole("initial.h5") },
];

for (const { name, fast, open } of STARTS)
  testWith(RUN)(`a training run takes Keras's losses step by step: ${name}`, async () => {
    const golden = sharedJson<{ lossPerStep: number[]; probabilitiesAfter: number[][]; epochs: number }>(RUN);
    const { images, labels } = readNpz(shared("golden/training/data.npz")) as Record<string, { data: Uint8Array }>;
    const runner = new StepRunner(await open(), { optimizer: adamW(), fast });
    const layout = (await runner.trainingLayout(BATCH))!;
    const pixels = arrange(images!.data, layout);
    const size = layoutSize(layout);
    const losses: number[] = [];
    for (let epoch = 0; epoch < golden.epochs; epoch++)
      for (const start of [0, BATCH]) {
        const batch = {
          images: pixels.slice(start * size, (start + BATCH) * size),
          labels: Int32Array.from(labels!.data.slice(start, start + BATCH), Number),
        };
        losses.push((await runner.step(batch, 1e-3)).loss);
      }
    expect(losses).toHaveLength(golden.lossPerStep.length);
    for (const [i, loss] of losses.entries())
      expect(Math.abs(loss / golden.lossPerStep[i]! - 1), `step ${i}`).toBeLessThan(1e-3);
    const { probabilities } = await runner.evaluate({
      images: arrange(images!.data.slice(0, 5 * SIZE * SIZE * 3), { phases: 1, height: SIZE, width: SIZE }),
      labels: new Int32Array(5),
    });
    expect(relativeError(probabilities, golden.probabilitiesAfter.flat())).toBeLessThan(0.01);
    await runner.release();
  });

testWith(RUN)("a step on blocked kernels is that of the plain graph", async () => {
  const { images, labels } = readNpz(shared("golden/training/data.npz")) as Record<string, { data: Uint8Array }>;
  // The second batch: in the first, a ReLU's input is 1e-7 of the largest, and rounding decides on its sign.
  const step = async (options: { fast?: boolean; kernels?: "blocked" }) => {
    const runner = new StepRunner(await readWhole("initial.keras"), { optimizer: sgd(), ...options });
    const layout = (await runner.trainingLayout(BATCH))!;
    const size = layoutSize(layout);
    const pixels = arrange(images!.data, layout).slice(BATCH * size, 2 * BATCH * size);
    const { loss } = await runner.step(
      { images: pixels, labels: Int32Array.from(labels!.data.slice(BATCH, 2 * BATCH), Number) },
      1,
    );
    const { vectors } = runner.state;
    await runner.release();
    return { loss, theta: vectors.get("theta")!.slice(), statistics: vectors.get("statistics")!.slice() };
  };
  const [plain, blocked] = [await step({ fast: false }), await step({ kernels: "blocked" })];
  expect(Math.abs(blocked.loss / plain.loss - 1)).toBeLessThan(1e-5);
  expect(relativeError(blocked.theta, plain.theta)).toBeLessThan(1e-4);
  expect(relativeError(blocked.statistics, plain.statistics)).toBeLessThan(1e-5);
  expect(await step({ kernels: "blocked" })).toEqual(blocked);
});
