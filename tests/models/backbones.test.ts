// Every architecture against numbers that the real Keras and timm gave (scripts/checkModels.py golden).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { kerasModelConfig } from "@leukogram/engine/formats/keras/kerasConfig";
import { HEAD_LAYERS } from "@leukogram/engine/models/backbone";
import { PREPROCESSING_LAYER } from "@leukogram/engine/models/preprocessing";
import { MODELS } from "@leukogram/engine/models/registry";
import { Model } from "@leukogram/engine/nn/model";
import { describe, expect, test } from "vitest";
import { BACKBONES, fillWeights, freezeNormalizations, imagesOf, stepNumbers, vitTiny } from "../support/backbones.ts";

interface Few {
  readonly places: readonly number[];
  readonly values: readonly number[];
  /** Of all entries, without their sign. */
  readonly largest: number;
}

interface Golden {
  readonly size: number;
  readonly numbers: Readonly<Record<string, Few>>;
  /** Of the real Keras's model: lines `layer/weight (shape)`, in its order. */
  readonly weights?: { readonly count: number; readonly sha256: string };
}

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Record<string, Golden>;

/** Parameters without the top, as Keras and timm count them. */
const PARAMETERS: Readonly<Record<string, number>> = {
  vgg16: 14_714_688,
  resnet50: 23_587_712,
  densenet121: 7_037_504,
  efficientnetb0: 4_049_571,
  mobilenetv3small: 939_120,
  mobilenetv3large: 2_996_352,
  convnexttiny: 27_820_128,
  vitb16: 85_798_656,
};

const settings = { classes: 5, momentum: 0.9, alpha: 1, head: "dense", frozen: true, preprocessing: "right" } as const;

/** Layers with weights that Keras has too, in its order. */
function ownLayers(name: string) {
  const { model, backbone } = MODELS.get(name)!.build(settings);
  const part = new Model({ input: model.input, output: backbone! });
  return kerasModelConfig(part).layers.filter(({ name }) => name !== PREPROCESSING_LAYER);
}

const python = (shape: readonly number[]) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

test("the golden has every architecture", () => {
  expect(Object.keys(golden).sort()).toEqual(Object.keys(PARAMETERS).sort());
});

describe.each(Object.keys(PARAMETERS))("%s", (name) => {
  const { size, numbers, weights } = golden[name]!;

  test("has the layers, names and shapes of Keras, and as many parameters as are published", () => {
    const lines = ownLayers(name).flatMap((layer) =>
      layer.weights.map((weight) => `${layer.name}/${weight.name} ${python(weight.shape)}`),
    );
    const parameters = ownLayers(name).flatMap((layer) => layer.weights.map(({ value }) => value.length));
    expect(parameters.reduce((a, b) => a + b, 0)).toBe(PARAMETERS[name]);
    if (weights === undefined) return; // timm's: its names are not Keras's
    expect(lines).toHaveLength(weights.count);
    expect(createHash("sha256").update(lines.join("\n")).digest("hex")).toBe(weights.sha256);
  });

  test("freezes the backbone, has a head on it, and last blocks within it", () => {
    const { model, features, backbone, lastBlocks } = MODELS.get(name)!.build({ ...settings, imageSize: 64 });
    expect(features).toBe(backbone);
    expect(features!.shape).toHaveLength(1);
    expect(new Set([...model.trainableWeights.keys()].map((path) => path.split("/")[0]))).toEqual(HEAD_LAYERS);
    const above = new Model({ input: lastBlocks!, output: backbone! });
    const share = above.parameters / new Model({ input: model.input, output: backbone! }).parameters;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.65);
    const whole = MODELS.get(name)!.build({ ...settings, imageSize: 64, frozen: false });
    expect(whole.features).toBeUndefined();
    expect([...whole.model.trainableWeights.keys()].some((path) => path.startsWith(PREPROCESSING_LAYER))).toBe(false);
  });

  // Without batch normalisations both are the same; the larger take long, and have scripts/checkModels.ts for what is left.
  const slow = new Set(["densenet121", "vgg16"]);
  const modes = PARAMETERS[name]! < 1e6 ? ["training", "frozen"] : slow.has(name) ? [] : ["training"];
  test.each(modes)("gives the outputs and gradients of the original: statistics in %s", async (mode) => {
    const { model } = (name === "vitb16" ? vitTiny : BACKBONES[name]!)({ imageSize: size });
    fillWeights(model, numbers.scale!.values[0]);
    freezeNormalizations(model, mode === "frozen");
    const found = await stepNumbers(model, imagesOf(size));
    const error = ({ places, values, largest }: Few, of: ArrayLike<number>) =>
      Math.max(...places.map((place, i) => Math.abs(of[place]! - values[i]!))) / largest;
    expect(error({ ...numbers.probabilities!, largest: 1 }, found.probabilities)).toBeLessThan(1e-4);
    expect(error(numbers[`${mode}.loss`]!, [found.loss])).toBeLessThan(1e-4);
    const compared = Object.keys(numbers).filter((key) => key.startsWith(`${mode} `));
    expect(compared).toHaveLength(6);
    for (const key of compared) {
      const gradient = found.gradients.get(key.slice(mode.length + 1))!;
      expect(error(numbers[key]!, gradient), key).toBeLessThan(1e-3);
    }
  });
});
