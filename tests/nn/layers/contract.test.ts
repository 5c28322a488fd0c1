/**
 * What must hold of every layer: its settings go to Keras's words and back, its gradient is that of differences, and each format of Keras's files holds it with the
 * same numbers, in settings that the program knows, or refuses it by name.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { legacyModel } from "@leukogram/engine/formats/keras/kerasLegacy";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs } from "@leukogram/engine/formats/keras/kerasWriters";
import { inOlderLayers } from "@leukogram/engine/formats/keras/olderLayers";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import { type CallContext, formatsOf, type Layer } from "@leukogram/engine/nn/layer";
import { kerasConfig, LAYER_CLASSES, layerFromConfig } from "@leukogram/engine/nn/layerFromConfig";
import * as layers from "@leukogram/engine/nn/layers/index";
import { toGraphShape } from "@leukogram/engine/nn/layout";
import { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { afterAll, describe, expect, test } from "vitest";
import { expectNumericGradient, type GradientCase } from "../../graph/numericGradient.ts";

/** A layer, and what it is applied to. */
interface LayerCase {
  readonly layer: Layer;
  /** Without the batch; default: images [4, 3, 2]. */
  readonly shape?: readonly number[];
  /** How many of them; default 1. */
  readonly inputs?: number;
  /** Entries that are all different, as a layer asks that looks for the largest. */
  readonly distinct?: boolean;
}

const ROWS = [3, 4];

/** One row or more for each layer. */
const CASES: Readonly<Record<string, Layer | LayerCase>> = {
  Activation: new layers.Activation({ activation: "tanh" }),
  Add: { layer: new layers.Add(), inputs: 2 },
  AddPositionEmbs: { layer: new layers.AddPositionEmbs(), shape: ROWS },
  Average: { layer: new layers.Average(), inputs: 2 },
  AveragePooling2D: new layers.AveragePooling2D({ poolSize: 2, strides: 1, padding: "same" }),
  BatchNormalization: new layers.BatchNormalization({ momentum: 0.9 }),
  CenterCrop: new layers.CenterCrop({ height: 2, width: 2 }),
  ChannelSlice: new layers.ChannelSlice({ start: 1, stop: 2 }),
  ClassToken: { layer: new layers.ClassToken(), shape: ROWS },
  Concatenate: { layer: new layers.Concatenate({ axis: 1 }), inputs: 2 },
  Conv2D: new layers.Conv2D({ filters: 2, kernelSize: [3, 2], strides: 2, padding: "same" }),
  "Conv2D by groups": new layers.Conv2D({ filters: 4, kernelSize: 2, groups: 2, dilationRate: [2, 1] }),
  Conv2DTranspose: new layers.Conv2DTranspose({ filters: 2, kernelSize: [3, 2], strides: 2, padding: "same" }),
  "Conv2DTranspose, one row more": new layers.Conv2DTranspose({
    filters: 2,
    kernelSize: 3,
    strides: 2,
    outputPadding: 1,
  }),
  Cropping1D: { layer: new layers.Cropping1D({ cropping: [1, 0] }), shape: ROWS },
  Cropping2D: new layers.Cropping2D({ cropping: 1 }),
  Dense: { layer: new layers.Dense({ units: 3, activation: "sigmoid" }), shape: [5] },
  DepthwiseConv2D: new layers.DepthwiseConv2D({ kernelSize: 2, depthMultiplier: 2 }),
  Dropout: new layers.Dropout({ rate: 0.25 }),
  ELU: new layers.ELU({ alpha: 0.5 }),
  Flatten: new layers.Flatten(),
  GlobalAveragePooling2D: new layers.GlobalAveragePooling2D({ keepdims: true }),
  GlobalMaxPooling2D: { layer: new layers.GlobalMaxPooling2D(), distinct: true },
  GroupNormalization: new layers.GroupNormalization({ groups: 2 }),
  LayerNormalization: new layers.LayerNormalization({ epsilon: 0.1 }),
  LayerScale: new layers.LayerScale({ projectionDim: 2 }),
  "LayerScale of rows": { layer: new layers.LayerScale({ projectionDim: 4 }), shape: ROWS },
  LeakyReLU: new layers.LeakyReLU(),
  MaxPooling2D: { layer: new layers.MaxPooling2D(), distinct: true },
  Maximum: { layer: new layers.Maximum(), inputs: 2, distinct: true },
  Minimum: { layer: new layers.Minimum(), inputs: 2, distinct: true },
  MultiHeadAttention: {
    layer: new layers.MultiHeadAttention({ numHeads: 2, keyDim: 2, valueDim: 3, dropout: 0.1, useBias: false }),
    shape: ROWS,
    inputs: 2,
  },
  Multiply: { layer: new layers.Multiply(), inputs: 2 },
  Normalization: new layers.Normalization({ mean: [0.1, 0.2], variance: [0.5, 2] }),
  PReLU: new layers.PReLU({ sharedAxes: [1, 2] }),
  Permute: new layers.Permute({ dims: [2, 3, 1] }),
  ReLU: new layers.ReLU({ negativeSlope: 0.2, maxValue: 2 }),
  Rescaling: new layers.Rescaling({ scale: 0.5, offset: -1 }),
  Reshape: new layers.Reshape({ targetShape: [3, -1, 2] }),
  Resizing: new layers.Resizing({ height: 3, width: 5 }),
  SeparableConv2D: new layers.SeparableConv2D({ filters: 3, kernelSize: 2 }),
  Softmax: new layers.Softmax({ axis: 1 }),
  Subtract: { layer: new layers.Subtract(), inputs: 2 },
  "UpSampling2D, nearest": new layers.UpSampling2D({ size: [2, 3] }),
  "UpSampling2D, bilinear": new layers.UpSampling2D({ interpolation: "bilinear" }),
  ZeroPadding2D: new layers.ZeroPadding2D({ padding: [1, 2] }),
};
for (const activation of [
  "gelu",
  "selu",
  "softplus",
  "softsign",
  "mish",
  "squareplus",
  "log_softmax",
  "log_sigmoid",
] as const)
  Object.assign(CASES, { [activation]: new layers.Activation({ activation }) });

const cases = Object.entries(CASES).map(([name, row]) => ({
  name,
  ...{ shape: [4, 3, 2], inputs: 1, distinct: false },
  ...("layer" in row ? row : { layer: row }),
}));
type Case = (typeof cases)[number];

test("every layer has a row", () => {
  const classes = new Set(cases.map(({ layer }) => layer.className));
  expect([...LAYER_CLASSES.keys()].filter((name) => !classes.has(name))).toEqual([]);
});

// A slice is an operation of Keras, and has no settings.
const withSettings = cases.filter(({ layer }) => !(layer instanceof layers.ChannelSlice));

test.each(withSettings)("settings go to Keras and back: $name", ({ layer }) => {
  const config = { ...kerasConfig(layer), name: "one", trainable: false };
  const again = layerFromConfig(layer.className, JSON.parse(JSON.stringify(config)));
  expect({ ...again.config }).toEqual({ ...layer.config });
  expect([again.name, again.trainable]).toEqual(["one", false]);
});

// Whole numbers and a margin: no kink within reach of a difference.
const offKink = (rng: Rng) => rng.integer(5) - 2 + rng.uniform(0.2, 0.8);

/** Numbers at least 0.1 apart, in an order that looks random. */
function apart(): (rng: Rng) => number {
  let count = 0;
  return () => ((count++ * 37) % 101) / 10;
}

function gradientCase({ layer, shape, inputs, distinct }: Case): GradientCase {
  layer.apply(Array.from({ length: inputs }, () => layers.Input(shape)));
  layer.initialize(new Rng("weights"));
  const trained = layer.weights.filter(({ trainable }) => trainable);
  const images = Array.from({ length: inputs }, () => toGraphShape(shape, 2) as number[]);
  return {
    shapes: [...images, ...trained.map((weight) => [...weight.shape])],
    apply(tensors) {
      const weight: CallContext["weight"] = (wanted) =>
        wanted.trainable
          ? (tensors[inputs + trained.indexOf(wanted)] as Tensor)
          : ops.constant(wanted.value, wanted.shape);
      const random = (size: readonly number[]) => ops.full(size, 0.5);
      return layer.call(tensors.slice(0, inputs), { training: true, weight, update: () => {}, random });
    },
    draw: distinct ? apart() : offKink,
  };
}

describe("gradients are those of differences", () => {
  for (const one of cases) test(one.name, () => expectNumericGradient(one.name, gradientCase(one)));
});

/** A model of the layer alone; a second input is half the first. */
function modelOf({ layer, shape, inputs }: Case): Model {
  const input = layers.Input(shape);
  const half = () => new layers.Rescaling({ scale: -0.5, offset: 0.1 }).apply(input);
  const y = layer.apply(inputs === 1 ? input : [input, half()]);
  const output = y.shape.length === 1 ? y : new layers.Flatten().apply(y);
  const model = new Model({ input, output }).initialize(1);
  const rng = new Rng("weights");
  for (const { value } of model.weights.values()) for (const i of value.keys()) value[i] = rng.uniform(0.2, 0.8);
  return model;
}

async function answer(model: Model): Promise<number[]> {
  const shape = [2, ...model.input.shape];
  const rng = new Rng("images");
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal(0, 2));
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({ images: { data, shape } });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const FORMATS = {
  keras: { write: writeKeras, has: () => true },
  h5: { write: writeKerasH5, has: (layer: Layer) => formatsOf(layer)!.keras2 !== undefined },
  json: { write: writeTensorflowJs, has: (layer: Layer) => formatsOf(layer)!.tensorflowJs },
};

const dir = mkdtempSync(join(tmpdir(), "leukogram-layers-"));
afterAll(() => rmSync(dir, { recursive: true }));

describe.each(Object.entries(FORMATS))(
  "files hold the layer with the same numbers, or refuse it: %s",
  (ending, one) => {
    test.each(cases)("$name", async (row) => {
      const model = modelOf(row);
      const path = join(dir, `model.${ending}`);
      const fault = await one.write(model, path).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (fault !== undefined) {
        expect(fault).toMatch(
          /^ERR_FORMAT layer ".*": (Keras 2 has no|TensorFlow\.js has no) .*Use \.keras or \.onnx\.$/,
        );
        if (!fault.includes("activation") && !fault.includes("groups")) expect(one.has(row.layer)).toBe(false);
        return;
      }
      const { model: read } = await readModel(path);
      const [wanted, found] = [await answer(model), await answer(read)];
      const size = Math.max(1, ...wanted.map(Math.abs));
      expect(found).toHaveLength(wanted.length);
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!))) / size).toBeLessThan(1e-5);
    });
  },
);

/** What the layers of tf_keras take, as scripts/keras2Arguments.py found it in their sources. */
const KERAS_2 = JSON.parse(readFileSync("tests/formats/keras/keras2Arguments.json", "utf8")) as {
  every: string[];
  layers: Record<string, string[]>;
};

describe("a file for Keras 2 has only layers and settings that Keras 2 knows", () => {
  const written = cases.filter(({ layer }) => formatsOf(layer)!.keras2 && formatsOf(layer)!.module !== "leukogram");
  test.each(written)("$name", (row) => {
    const model = inOlderLayers(modelOf(row), "keras2");
    if (
      model.layers.some(({ config }) => /^(squareplus|log_)/.test((config as { activation?: string }).activation ?? ""))
    )
      return;
    const { json } = legacyModel(model) as { json: { config: { layers: { class_name: string; config: object }[] } } };
    for (const { class_name: name, config } of json.config.layers) {
      expect(Object.keys(KERAS_2.layers)).toContain(name);
      const known = new Set([...KERAS_2.every, ...KERAS_2.layers[name]!]);
      expect(
        Object.keys(config).filter((setting) => !known.has(setting)),
        name,
      ).toEqual([]);
    }
  });
});
