import { compile } from "@leukogram/engine/graph/compile";
import type { Layer } from "@leukogram/engine/nn/layer";
import { BatchNormalization, Conv2D, DepthwiseConv2D } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { expect, test } from "vitest";
import { relativeError } from "../../support/graph.ts";

/** What a layer makes of x [1, C, H, W], its kernel [KH, KW, C, O] counting up. */
async function outputOf(
  layer: Layer,
  x: Float32Array,
  [c, h, w]: readonly [number, number, number],
  kernel?: Float32Array,
) {
  const model = new Sequential([h, w, c], [layer]);
  const [first] = layer.weights;
  first!.value = kernel ?? Float32Array.from(first!.value, (_, i) => Math.sin(i + 1));
  const session = await createSession(compile(predictionGraph(model, "float32")));
  const { output } = await session.run({ images: { data: x, shape: [1, c, h, w] } });
  await session.release();
  return output!.data as Float32Array;
}

const SIZE = [4, 9, 8] as const;
const image = Float32Array.from({ length: 4 * 9 * 8 }, (_, i) => Math.cos(i * 0.7));

test("a dilated convolution is one whose kernel has zeros between its entries", async () => {
  const small = Float32Array.from({ length: 2 * 2 * 4 * 3 }, (_, i) => Math.sin(i));
  const spread = new Float32Array(3 * 4 * 4 * 3);
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 2; column++)
      spread.set(small.subarray((row * 2 + column) * 12, (row * 2 + column + 1) * 12), (row * 2 * 4 + column * 3) * 12);
  const shared = { filters: 3, useBias: false } as const;
  for (const padding of ["same", "valid"] as const) {
    const dilated = new Conv2D({ ...shared, padding, kernelSize: 2, dilationRate: [2, 3] });
    const plain = new Conv2D({ ...shared, padding, kernelSize: [3, 4] });
    const [actual, expected] = [
      await outputOf(dilated, image, SIZE, small),
      await outputOf(plain, image, SIZE, spread),
    ];
    expect(relativeError(actual, expected)).toBeLessThan(1e-6);
  }
});

test("as many groups as channels make a depthwise convolution", async () => {
  const kernel = Float32Array.from({ length: 3 * 3 * 4 }, (_, i) => Math.sin(i));
  const grouped = new Conv2D({ filters: 4, groups: 4, kernelSize: 3, strides: 2, padding: "same", useBias: false });
  const depthwise = new DepthwiseConv2D({ kernelSize: 3, strides: 2, padding: "same", useBias: false });
  const actual = await outputOf(grouped, image, SIZE, kernel);
  expect(relativeError(actual, await outputOf(depthwise, image, SIZE, kernel))).toBeLessThan(1e-6);
});

test("groups that channels or filters do not fall into are refused", () => {
  const layer = new Conv2D({ filters: 4, groups: 3, kernelSize: 1, name: "odd" });
  expect(() => new Sequential([4, 4, 4], [layer])).toThrow(
    "ERR_SHAPE odd (Conv2D) on [4, 4, 4]: 4 channels and 4 filters can't be divided into 3 groups",
  );
});

test("a normalisation without scale or centre has no weight for it", () => {
  const names = (layer: Layer) => {
    new Sequential([4], [layer]);
    return layer.weights.map(({ name }) => name);
  };
  expect(names(new BatchNormalization({ scale: false }))).toEqual(["beta", "moving_mean", "moving_variance"]);
  expect(names(new BatchNormalization({ center: false }))).toEqual(["gamma", "moving_mean", "moving_variance"]);
});
