import { Rng } from "@leukogram/engine/core/rng";
import { Conv2D, Dense, Flatten, GlobalMaxPooling2D, MaxPooling2D, Rescaling } from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { Explainer } from "leukogram/explain/explainPicture";
import { integratedGradients } from "leukogram/explain/integratedGradients";
import { type Method, parseMethods } from "leukogram/explain/methods";
import { ModelRunner } from "leukogram/explain/modelRunner";
import { occlusion } from "leukogram/explain/occlusion";
import type { PictureMap, SeenPicture } from "leukogram/explain/picture";
import { sanityCheck } from "leukogram/explain/sanityCheck";
import { expect, test } from "vitest";

const SIDE = 24;
const open = (bytes: Uint8Array) => createSession(bytes, { threads: 1 });

/** A grey noise field with a bright square of 6 x 6 pixels at (top, left). */
function pictureWith(top: number, left: number): SeenPicture {
  const rng = new Rng(1);
  const data = Float32Array.from({ length: 3 * SIDE * SIDE }, () => rng.uniform(60, 100));
  for (let c = 0; c < 3; c++)
    for (let y = top; y < top + 6; y++) data.fill(250, (c * SIDE + y) * SIDE + left, (c * SIDE + y) * SIDE + left + 6);
  return { data, channels: 3, height: SIDE, width: SIDE };
}

/** Says class 1 where it finds something bright, made by hand, so that one knows what it looks at. */
function brightModel(): Model {
  const model = new Sequential(
    [SIDE, SIDE, 3],
    [
      new Rescaling({ scale: 1 / 255 }),
      new Conv2D({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "look" }),
      new MaxPooling2D({ poolSize: 2, name: "pool" }),
      new GlobalMaxPooling2D(),
      new Dense({ units: 2, activation: "softmax", name: "head" }),
    ],
  ).initialize(5);
  // Channel 0: mean brightness above 0.6. The others see nothing.
  const kernel = new Float32Array(3 * 3 * 3 * 4);
  for (let i = 0; i < 27; i++) kernel[i * 4] = 1 / 27;
  model.setWeights(
    new Map([
      ["look/kernel", kernel],
      ["look/bias", Float32Array.of(-0.6, -1, -1, -1)],
      ["head/kernel", Float32Array.of(0, 10, 0, 0, 0, 0, 0, 0)],
      ["head/bias", Float32Array.of(1, 0)],
    ]),
  );
  return model;
}

/** Share of a map's weight on the square. */
function shareOnSquare({ data, height, width }: PictureMap, top: number, left: number): number {
  const scale = SIDE / height;
  let [on, all] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const [y, x] = [(Math.floor(i / width) + 0.5) * scale, ((i % width) + 0.5) * scale];
    all += data[i]!;
    if (y > top - 2 && y < top + 8 && x > left - 2 && x < left + 8) on += data[i]!;
  }
  return on / all;
}

test("every method finds the bright square that a hand-made model looks at", async () => {
  const explainer = new Explainer(brightModel(), { open, checks: 0 });
  for (const [top, left] of [
    [2, 14],
    [12, 4],
  ] as const) {
    const picture = pictureWith(top, left);
    const [, bright] = await explainer.probabilities(picture);
    expect(bright).toBeGreaterThan(0.9);
    for (const method of parseMethods("all")) {
      const { map, layer, check } = await explainer.explain(picture, { method, target: 1, baseline: [80, 80, 80] });
      expect([method, shareOnSquare(map, top, left) > 0.8]).toEqual([method, true]);
      expect(layer).toBe(method === "gradcam" || method === "scorecam" ? "pool" : undefined);
      expect(check).toBeUndefined();
    }
  }
  await explainer.close();
});

test("covering the square takes the class away, covering anything else does not", async () => {
  const runner = new ModelRunner(brightModel(), { open });
  const found = await occlusion(runner, pictureWith(9, 9), { target: 1, colour: [80, 80, 80], patch: 0.5 });
  expect(found.side).toBe(12);
  expect(found.patches).toBe(16);
  expect(found.probability).toBeGreaterThan(0.9);
  expect(found.lowest).toBeCloseTo(1 / (1 + Math.E), 1);
  expect(found.map.data[0]).toBe(0);
  await runner.close();
});

test("integrated gradients add up to the difference of the logits", async () => {
  const model = new Sequential(
    [SIDE, SIDE, 3],
    [
      new Rescaling({ scale: 1 / 20 }),
      new Conv2D({ filters: 6, kernelSize: 3, strides: 2, activation: "relu" }),
      new Conv2D({ filters: 6, kernelSize: 3, activation: "sigmoid" }),
      new Flatten(),
      new Dense({ units: 3, activation: "softmax" }),
    ],
  ).initialize(8);
  const runner = new ModelRunner(model, { open });
  const at = (steps: number) =>
    integratedGradients(runner, pictureWith(3, 3), { target: 2, baseline: [200, 90, 10], steps });
  const [coarse, fine] = [await at(2), await at(200)];
  const off = ({ sum, logit, baselineLogit }: typeof fine) => Math.abs(sum - (logit - baselineLogit));
  expect(Math.abs(fine.logit - fine.baselineLogit)).toBeGreaterThan(0.02);
  expect(off(fine)).toBeLessThan(1e-3);
  expect(off(fine)).toBeLessThan(off(coarse));
  await runner.close();
});

test("a map of edges does not change with the model's weights; Grad-CAM's does", async () => {
  const explainer = new Explainer(brightModel(), { open, checks: 4, seed: 2 });
  const picture = pictureWith(4, 12);
  const { check } = await explainer.explain(picture, { method: "gradcam", target: 1 });
  expect(check!.correlations).toHaveLength(4);
  expect(check!.verdict).toBe("changes");
  // An edge detector knows nothing of any model.
  const edges = {
    ...picture,
    data: picture.data.subarray(1, SIDE * SIDE + 1).map((v, i) => Math.abs(v - picture.data[i]!)),
  };
  expect(sanityCheck(edges, [edges, edges, edges])).toMatchObject({ mean: 1, verdict: "hardly changes" });
  const again = await explainer.explain(picture, { method: "gradcam", target: 1 });
  expect(again.check).toEqual(check);
  await explainer.close();
});

test("the model's own weights are as they were after a check", async () => {
  const model = brightModel();
  const before = [...model.weights.values()].map(({ value }) => [...value]);
  const explainer = new Explainer(model, { open, checks: 1 });
  const { check } = await explainer.explain(pictureWith(4, 4), { method: "occlusion", target: 1 });
  expect(check!.correlations[0]).toBeLessThan(0.7);
  await explainer.close();
  expect([...model.weights.values()].map(({ value }) => [...value])).toEqual(before);
});

test("methods are told by name, in one order", () => {
  expect(parseMethods("occlusion, gradcam")).toEqual<Method[]>(["gradcam", "occlusion"]);
  expect(() => parseMethods("grad-cam2")).toThrow(
    'ERR_USAGE unknown method "grad-cam2". Did you mean "gradcam"? Use gradcam, scorecam, integrated, occlusion, or all.',
  );
});

test("stops where it is told to", async () => {
  const explainer = new Explainer(brightModel(), { open, checks: 0 });
  const options = { method: "occlusion", target: 0, signal: AbortSignal.abort() } as const;
  await expect(explainer.explain(pictureWith(1, 1), options)).rejects.toThrow("ERR_ABORTED explaining was interrupted");
  await explainer.close();
});
