import { modelFacts } from "leukogram/browser/classifier";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { classifyPictures } from "leukogram/evaluation/classifyPictures";
import { expect, test } from "vitest";

const facts = modelFacts({ classes: '["A","B"]', imageSize: "[2,2]" }, "a.onnx");
const read = async (): Promise<RgbImage> => ({ width: 2, height: 2, data: new Uint8Array(12) });
const ask = (pictures: readonly object[], probabilities: readonly number[]) =>
  classifyPictures(pictures, { facts, read, probabilities: async () => Float32Array.from(probabilities) });

test("a picture to which the model has no answer is refused by its file's name, or by its place", async () => {
  const file = { name: "black.png" };
  expect((await ask([file], [0.25, 0.75]))[0]!.label).toBe("B");
  await expect(ask([{}, file], [0.25, 0.75, Number.NaN, Number.NaN])).rejects.toThrow(
    "ERR_IMAGE black.png: the model returned NaN for this image",
  );
  await expect(ask([{}], [Number.NaN, 1])).rejects.toThrow("ERR_IMAGE picture 1: the model returned NaN");
});
