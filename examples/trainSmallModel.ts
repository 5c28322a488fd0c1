/**
 * Builds a small model with Keras-named layers, takes training steps with it, and classifies with what it learned.
 *
 *   npx tsx examples/trainSmallModel.ts
 */
import { adam, compile, createSession, exportGraph, layers, Rng, Sequential, StepRunner } from "leukogram";

const SIZE = 16;
const BATCH = 16;
const rng = new Rng(0);

/** A picture [3, SIZE, SIZE], 0 to 255: a dark disc on a light ground, small (class 0) or large (class 1). */
function picture(label: number): Float32Array {
  const radius = label === 0 ? 3 : 6;
  const [x, y] = [rng.uniform(6, 10), rng.uniform(6, 10)];
  return Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => {
    const [row, column] = [Math.floor(i / SIZE) % SIZE, i % SIZE];
    const inside = Math.hypot(row - y, column - x) < radius;
    return Math.round((inside ? 80 : 220) + rng.uniform(-20, 20));
  });
}

/** Pictures one after the other, as a training step takes them, and their classes. */
function batch() {
  const labels = Int32Array.from({ length: BATCH }, () => rng.integer(2));
  const images = new Float32Array(BATCH * 3 * SIZE * SIZE);
  labels.forEach((label, i) => {
    images.set(picture(label), i * 3 * SIZE * SIZE);
  });
  return { images, labels };
}

const model = new Sequential(
  [SIZE, SIZE, 3],
  [
    new layers.Rescaling({ scale: 1 / 255 }),
    new layers.Conv2D({ filters: 8, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    new layers.BatchNormalization({ momentum: 0.9 }),
    new layers.GlobalAveragePooling2D(),
    new layers.Dense({ units: 2, activation: "softmax" }),
  ],
).initialize(0);
console.log(model.summary());

// Every step is one ONNX graph: forward, loss, gradients, optimizer.
const runner = new StepRunner(model, { optimizer: adam(), inputType: "float32" });
for (let step = 1; step <= 60; step++) {
  const { loss, correct } = await runner.step(batch(), 0.02);
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}, ${correct} of ${BATCH} right`);
}
runner.writeWeights(); // from the runner's vectors into the model
await runner.release();

// As others use it: bytes [N, height, width, 3] of any size in, probabilities [N, 2] out.
const session = await createSession(compile(exportGraph(model)));
const pixels = picture(1); // [3, SIZE, SIZE] -> [SIZE, SIZE, 3]
const bytes = Uint8Array.from({ length: pixels.length }, (_, i) => pixels[(i % 3) * SIZE * SIZE + Math.floor(i / 3)]!);
const { probabilities } = await session.run({ images: { data: bytes, shape: [1, SIZE, SIZE, 3] } });
await session.release();
console.log(`a large disc is large with probability ${Number(probabilities?.data[1]).toFixed(3)}`);
