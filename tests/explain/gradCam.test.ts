import * as ops from "@leukogram/engine/graph/ops/index";
import {
  Add,
  Conv2D,
  Dense,
  Flatten,
  GlobalAveragePooling2D,
  Input,
  MaxPooling2D,
} from "@leukogram/engine/nn/layers/index";
import { Model, Sequential } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { gradCamGraph } from "leukogram/explain/gradCam";
import { isBypassed, mapLayerNames, mapStep } from "leukogram/explain/mapLayers";
import { expect, test } from "vitest";
import { relativeError, runGraph } from "../support/graph.ts";

const SIZE = 12;
const pixels = (pictures: number, width: number, height: number) =>
  Uint8Array.from({ length: pictures * height * width * 3 }, (_, i) => (i * 7919) % 251);

const small = () =>
  new Sequential(
    [SIZE, SIZE, 3],
    [
      new Conv2D({ filters: 4, kernelSize: 3, activation: "relu", padding: "same", name: "first" }),
      new MaxPooling2D({ poolSize: 2, name: "pool" }),
      new Conv2D({ filters: 5, kernelSize: 3, activation: "relu", padding: "same", name: "last" }),
      new GlobalAveragePooling2D({ name: "mean" }),
      new Dense({ units: 3, activation: "softmax", name: "head" }),
    ],
  ).initialize(3);

test("is the class activation map where the maps' means go into a linear head", async () => {
  const model = small();
  const images = { data: pixels(2, SIZE, SIZE), shape: [2, SIZE, SIZE, 3] };
  const target = { data: Int32Array.of(2, 0), shape: [2] };
  const { map, probabilities } = await runGraph(gradCamGraph(model), { images, target });
  // Zhou et al. 2016: the maps, weighted as the head weights their means; Grad-CAM's is 1 / (h w) of it.
  const planar = ops.cast(
    ops.transpose(ops.input("images", ["batch", SIZE, SIZE, 3], "uint8"), [0, 3, 1, 2]),
    "float32",
  );
  const maps = model.callSteps(planar, FIXED).get(mapStep(model))!;
  const { a } = await runGraph({ a: maps }, { images });
  const kernel = model.weights.get("head/kernel")!.value; // [5, 3]
  const expected = Float32Array.from({ length: 2 * 36 }, (_, i) => {
    const [n, at] = [Math.floor(i / 36), i % 36];
    const sum = [0, 1, 2, 3, 4].reduce((s, c) => s + a![(n * 5 + c) * 36 + at]! * kernel[c * 3 + target.data[n]!]!, 0);
    return Math.max(0, sum / 36);
  });
  expect(relativeError(map!, expected)).toBeLessThan(1e-5);
  expect(Math.max(...expected)).toBeGreaterThan(0);
  expect(probabilities!.slice(0, 3).reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
});

test("takes pictures of any size, and any layer that has a map", async () => {
  const model = small();
  const feeds = {
    images: { data: pixels(1, 20, 31), shape: [1, 31, 20, 3] },
    target: { data: Int32Array.of(1), shape: [1] },
  };
  const { map } = await runGraph(gradCamGraph(model, { layer: "first" }), feeds);
  expect(map).toHaveLength(SIZE * SIZE);
  expect(mapLayerNames(model)).toEqual(["first", "pool", "last"]);
});

test("knows whether a part of the model goes around a layer", () => {
  const image = Input([6, 6, 3]);
  const [left, right] = ["left", "right"].map((name) => new Conv2D({ filters: 2, kernelSize: 3, name }).apply(image));
  const both = new Flatten().apply(new Add().apply([left!, right!]));
  const output = new Dense({ units: 2, activation: "softmax" }).apply(both);
  const model = new Model({ input: image, output });
  expect(isBypassed(model, left!)).toBe(true);
  expect(isBypassed(model, mapStep(model))).toBe(false);
  expect(mapStep(model).layer.className).toBe("Add");
});

test("says which layers have a map", () => {
  const model = small();
  expect(() => gradCamGraph(model, { layer: "lst" })).toThrow(
    'ERR_CONFIG model sequential has no layer "lst". Did you mean "last"? Layers with feature maps: first, pool, last.',
  );
  expect(() => gradCamGraph(model, { layer: "mean" })).toThrow(
    'ERR_CONFIG layer "mean" of model sequential has no feature maps [H, W, C] with H and W above 1. Layers with feature maps: first, pool, last.',
  );
  const flat = new Sequential([2, 2, 1], [new Flatten(), new Dense({ units: 2, activation: "softmax" })]).initialize();
  expect(() => gradCamGraph(flat)).toThrow(/no layer with feature maps.* Use integrated gradients or occlusion/);
  const linear = new Sequential([4, 4, 1], [new Conv2D({ filters: 2, kernelSize: 1 }), new Flatten()]).initialize();
  expect(() => gradCamGraph(linear)).toThrow(/does not end in a softmax, so no class has a logit/);
});

test("a number of pictures that is not known yet can't be made out of nothing", () => {
  const one = ops.input("x", [1, 3]);
  expect(() => ops.expand(one, ["batch", 3])).toThrow("ERR_SHAPE expand: [1, 3] can't be repeated batch times");
  expect(ops.expand(ops.input("x", ["batch", 1]), ["batch", 3]).shape).toEqual(["batch", 3]);
});
