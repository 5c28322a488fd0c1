// Whole files of Keras, with Keras's numbers.
import { join } from "node:path";
import { legacyModel } from "@leukogram/engine/formats/keras/kerasLegacy";
import { readModel } from "@leukogram/engine/formats/readModel";
import { decodeImage } from "leukogram/data/pictures/image";
import { describe, expect, test } from "vitest";
import { shared, sharedJson, testWith } from "../../support/shared.ts";
import { ask } from "../support/ask.ts";
import { described, functional, layer3 } from "./kerasNet.ts";

// Written by keras 3.15.1 with that dtype policy; the zip was packed again.
describe("weights of 16 bits", () => {
  test.each([
    ["float16", [1, -2.5, 0.0999755859375, 9.5367431640625e-7, 3, 100], [0.300048828125, -0.0078125]],
    ["bfloat16", [1, -2.5, 0.10009765625, 9.5367431640625e-7, 3, 100], [0.30078125, -0.0078125]],
  ])("%s", async (name, kernel, bias) => {
    const { model, notes } = await readModel(join(import.meta.dirname, `fixtures/${name}.keras`));
    expect([...model.layer("scores").weights[0]!.value]).toEqual(kernel);
    expect([...model.layer("scores").weights[1]!.value]).toEqual(bias);
    expect(notes).toEqual([`Keras computes this layer in ${name}; Leukogram uses float32`]);
  });
});

// Conv2DTranspose, UpSampling2D, PReLU, LeakyReLU, ELU, ReLU with all settings, Average, Maximum, Minimum, Subtract,
// Permute, CenterCrop, Softmax along rows, and activations by name; packed again.
describe("models of many layers", () => {
  const pixels = Float32Array.from({ length: 72 }, (_, i) => ((i % 7) - 3) / 2);
  test.each([
    ["manyLayers", "keras 3.15.1", [-1.1077569723129272, 0.7613651752471924, 1.0031929016113281, 0.8536623120307922]],
    ["manyLayersTf", "tf_keras 2.21", [1.5841407775878906, -1.854071855545044, -1.007245421409607, 2.488957643508911]],
  ])("%s gives the scores of %s", async (name, _, wanted) => {
    const { model } = await readModel(join(import.meta.dirname, `fixtures/${name}.keras`));
    for (const [i, score] of (await ask(model, pixels)).entries()) expect(score).toBeCloseTo(wanted[i]!, 5);
  });

  test("what Keras 3 brought is not written for Keras 2", async () => {
    const { model } = await readModel(join(import.meta.dirname, "fixtures/manyLayers.keras"));
    expect(() => legacyModel(model)).toThrow(
      /^ERR_FORMAT layer "\w+": Keras 2 has no activation \w+\. Use \.keras or \.onnx\./,
    );
    const leaky = described(functional([2], { l: layer3("LeakyReLU", { negative_slope: 0.25 }) })).model;
    expect(JSON.stringify(legacyModel(leaky).json)).toContain('"alpha":0.25');
  });
});

describe("files of shared/cases", () => {
  const right = (name: string) =>
    Object.values(sharedJson<Record<string, { right: object }>>("cases/expected.json")[name]!.right);
  for (const [name, digits] of [
    ["constant-minus-image.keras", 4],
    ["random-crop-24.h5", 4],
    ["hard-sigmoid-of-keras2.keras", 4],
    ["float16-weights.keras", 3], // Keras computes with 16 bits too
  ] as const)
    testWith(
      `cases/${name}`,
      "cases/pic32.png",
      "cases/expected.json",
    )(`${name} gives Keras's numbers`, async () => {
      const { model } = await readModel(shared(`cases/${name}`));
      const { data } = await decodeImage(shared("cases/pic32.png"));
      const found = await ask(model, data);
      for (const [i, value] of right(name).entries()) expect(found[i]).toBeCloseTo(value as number, digits);
    });

  testWith("cases/bn-called-with-training.h5")("bn-called-with-training.h5 is refused", async () => {
    await expect(readModel(shared("cases/bn-called-with-training.h5"))).rejects.toThrow(
      'layer "batch_normalization" (BatchNormalization): training true is not supported',
    );
  });
});
