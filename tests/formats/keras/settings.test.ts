// What Keras's files say of layers, inputs and outputs: honoured with Keras's numbers, or refused by name.
import { describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { expectNear } from "./expectNear.ts";
import { described, functional, image, kerasTensor, layer3 } from "./kerasNet.ts";

describe("settings", () => {
  test("a layer given as an activation keeps its own settings", async () => {
    const activation = { module: "keras.layers", class_name: "LeakyReLU", config: { name: "l", negative_slope: 0.5 } };
    const { model } = described(functional([2], { d: layer3("Dense", { units: 2, activation }) }));
    model.setWeights(new Map([["d/kernel", Float32Array.of(1, 0, 0, 1)]]));
    expectNear(await ask(model, [3, -4]), [3, -2]);
    const prelu = { ...activation, class_name: "PReLU", config: {} };
    expect(() => described(functional([2], { d: layer3("Dense", { units: 2, activation: prelu }) }))).toThrow(
      'layer "d" (Dense): PReLU as the activation of a layer is not supported',
    );
  });

  test("LeakyReLU of Keras 2 says alpha, ThresholdedReLU theta", async () => {
    const leaky = described(functional([2], { l: layer3("LeakyReLU", { alpha: 0.25 }) })).model;
    expectNear(await ask(leaky, [3, -4]), [3, -1]);
    const threshold = described(functional([2], { l: layer3("ThresholdedReLU", { theta: 1 }) })).model;
    expectNear(await ask(threshold, [3, 0.5]), [3, 0]);
  });

  test("CustomScaleLayer of InceptionResNetV2 adds a share of its second input", async () => {
    const use = layer3("CustomScaleLayer", { scale: 0.5 }, {}, [[image, image]]);
    expectNear(await ask(described(functional([2], { s: use })).model, [3, -4]), [4.5, -6]);
  });

  test("a RandomCrop of Keras 2 resizes when it predicts, of Keras 3 does nothing", () => {
    const json = functional([6, 6, 1], { crop: layer3("RandomCrop", { height: 4, width: 3, rng_type: "stateful" }) });
    const older = described(json, { kerasVersion: "2.15.0" });
    expect(older.model.output.shape).toEqual([4, 3, 1]);
    expect(older.model.layers.map(({ className }) => className)).toEqual(["InputLayer", "Cropping2D", "Resizing"]);
    expect(older.notes).toEqual(['layer "crop" (RandomCrop) resizes to 4 x 3 in prediction with Keras 2']);
    expect(described(json, { kerasVersion: "3.15.1" }).model.output.shape).toEqual([6, 6, 1]);
    expect(() => described(json, { kerasVersion: "3.4.0" })).toThrow(
      "it is unknown which part Keras 3.4.0 crops in prediction",
    );
    expect(() => described(json, { kerasVersion: "2.6.0" })).toThrow("crops 4 x 3 from images of another shape");
  });
});

describe("inputs and outputs", () => {
  const pooled = layer3("GlobalAveragePooling2D", {});
  const after = (units: number) => layer3("Dense", { units }, {}, [kerasTensor("pool")]);
  const two = functional([4, 4, 1], { pool: pooled, kind: after(5), count: after(1) }, [
    ["kind", 0, 0],
    ["count", 0, 0],
  ]);

  test("one of two outputs is chosen by its name", () => {
    expect(() => described(two)).toThrow(
      'ERR_FORMAT m.keras: has 2 outputs: "kind", "count". Choose the class output with --output kind.',
    );
    expect(described(two, { output: "count" }).model.output.shape).toEqual([1]);
    expect(() => described(two, { output: "size" })).toThrow('has no output "size", only "kind", "count"');
  });

  test("images whose size is left open take --image-size", () => {
    const open = functional([null, null, 3], { pool: pooled });
    expect(() => described(open)).toThrow(
      "ERR_FORMAT m.keras: does not fix the image size. Set it with --image-size 224 (height and width).",
    );
    expect(described(open, { imageSize: 32 }).model.input.shape).toEqual([32, 32, 3]);
  });

  test("an output of one pixel becomes a row, and that is said", () => {
    const { model, notes } = described(
      functional([4, 4, 5], { pool: layer3("GlobalAveragePooling2D", { keepdims: true }) }),
    );
    expect(model.output.shape).toEqual([5]);
    expect(notes).toEqual(["its output, an image of one pixel [1, 1, 5], was flattened"]);
  });

  test("a second tensor of a layer that gives one is refused", () => {
    const second = { class_name: "__keras_tensor__", config: { keras_history: ["in", 0, 1] } };
    expect(() => described(functional([4], { d: layer3("Dense", { units: 2 }, {}, [second]) }))).toThrow(
      'layer "in": its tensor 1 is used but missing',
    );
  });
});
