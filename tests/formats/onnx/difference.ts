import { Rng } from "@leukogram/engine/core/rng";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { expect } from "vitest";

/** Greatest difference between (the softmax of) what was read and what ONNX Runtime answers to the file. */
export async function difference(bytes: Uint8Array, { isScores = true, batch = 3 } = {}): Promise<number> {
  const { model } = onnxModelOf(bytes, { source: "net.onnx" });
  const [h, w, c] = model.input.shape as [number, number, number];
  const rng = new Rng(1);
  const data = Float32Array.from({ length: batch * h * w * c }, () => rng.normal());
  const raw = await createSession(bytes, { threads: 1 });
  const answer = (await raw.run({ x: { data, shape: [batch, c, h, w] } })).y!.data as Float32Array;
  const read = await createSession(compile(predictionGraph(model, "float32")), { threads: 1 });
  const { output } = await read.run({ images: { data, shape: [batch, c, h, w] } });
  const found = output!.data as Float32Array;
  const classes = answer.length / batch;
  const told = (row: Float32Array) => (isScores ? row.map((_, i) => probability(row, i, classes)) : row);
  const expected = told(answer);
  expect(found.length).toBe(expected.length);
  return Math.max(...told(found).map((value, i) => Math.abs(value - expected[i]!)));
}

function probability(scores: Float32Array, i: number, classes: number): number {
  const row = scores.subarray(i - (i % classes), i - (i % classes) + classes);
  return Math.exp(scores[i]!) / row.reduce((sum, score) => sum + Math.exp(score), 0);
}
