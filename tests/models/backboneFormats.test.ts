// Every architecture through every format, small where the architecture lets itself be made small.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { inOlderLayers } from "@leukogram/engine/formats/keras/olderLayers";
import { readModel } from "@leukogram/engine/formats/readModel";
import { loadBackboneWeights } from "@leukogram/engine/formats/weights/backboneWeights";
import { compile } from "@leukogram/engine/graph/compile";
import type { BackboneModel } from "@leukogram/engine/models/backbone";
import { convnextTiny } from "@leukogram/engine/models/convnextTiny";
import { densenet121 } from "@leukogram/engine/models/densenet121";
import { efficientnetB0 } from "@leukogram/engine/models/efficientnetB0";
import { joinModels } from "@leukogram/engine/models/joined";
import { mobilenetV3Large, mobilenetV3Small } from "@leukogram/engine/models/mobilenetV3";
import { PREPROCESSING_LAYER } from "@leukogram/engine/models/preprocessing";
import { resnet50 } from "@leukogram/engine/models/resnet50";
import { vgg16 } from "@leukogram/engine/models/vgg16";
import { vitB16 } from "@leukogram/engine/models/vitB16";
import { exportGraph, plainGraph } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import type { Outputs } from "@leukogram/engine/nn/modelGraphs";
import { adamW } from "@leukogram/engine/nn/optimizers";
import { createSession } from "@leukogram/engine/runtime/node";
import { StepRunner } from "leukogram/training/stepRunner";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { arranged, fillWeights, imagesOf, LABELS, uniform } from "../support/backbones.ts";

const dir = temporaryFolder();
const SIZE = 32;
/** So that no probability is near 1. */
const HEAD_SCALE = 1 / 16;

const MAKERS: Readonly<Record<string, () => BackboneModel>> = {
  vgg16: () => vgg16({ imageSize: SIZE, filters: [8, 8, 16, 16, 16] }),
  resnet50: () => resnet50({ imageSize: SIZE, depths: [1, 1] }),
  densenet121: () => densenet121({ imageSize: SIZE, depths: [2, 2, 2] }),
  efficientnetb0: () => efficientnetB0({ imageSize: SIZE }),
  mobilenetv3small: () => mobilenetV3Small({ imageSize: SIZE, alpha: 0.75 }),
  mobilenetv3large: () => mobilenetV3Large({ imageSize: SIZE, alpha: 0.5 }),
  convnexttiny: () => convnextTiny({ imageSize: SIZE, depths: [1, 1, 2, 1], channels: [8, 16, 24, 32] }),
  vitb16: () => vitB16({ imageSize: SIZE, dim: 32, depth: 2, heads: 4 }),
};

/** Those that are trained and joined here too. */
const LIGHT = new Set(["vgg16", "mobilenetv3small", "convnexttiny", "vitb16"]);

const images = Uint8Array.from(uniform("pictures", 2 * SIZE * SIZE * 3), (u) => Math.floor(256 * u));

async function probabilities(outputs: Outputs, data: Uint8Array | Float32Array): Promise<number[]> {
  const session = await createSession(compile(outputs), { threads: 1 });
  const found = await session.run({ images: { data, shape: [2, SIZE, SIZE, 3] } });
  await session.release();
  return [...(found.probabilities!.data as Float32Array)];
}

const ask = (model: Model) => probabilities(plainGraph(model), Float32Array.from(images));
const farthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
const bytesOf = ({ value }: { value: Float32Array }) => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** Paths of weights that are not the same in both. */
const changed = (model: Model, other: Model) => {
  const others = other.weights;
  return [...model.weights].flatMap(([path, weight]) => {
    const found = others.get(path);
    return found !== undefined && bytesOf(weight).equals(bytesOf(found)) ? [] : [path];
  });
};

afterEach(() => rmSync(join(dir, "written"), { recursive: true, force: true }));

describe.each(Object.entries(MAKERS))("%s", (name, make) => {
  const { model, features: end } = make();
  const backbone = new Model({ input: model.input, output: end });
  fillWeights(model, HEAD_SCALE);
  const at = (file: string) => join(dir, "written", file);
  let own: Promise<number[]> | undefined;
  const answers = () => {
    own ??= ask(model);
    return own;
  };

  test.each([
    ["model.keras", writeKeras, undefined],
    ["model.h5", writeKerasH5, "keras2"],
    ["model.json", writeTensorflowJs, "tensorflowJs"],
  ] as const)("comes back from %s", async (file, write, program) => {
    if (program === "tensorflowJs" && model.layers.some(({ className }) => className === "ClassToken")) {
      await expect(write(model, at(file))).rejects.toThrow('layer "cls_token": TensorFlow.js has no ClassToken.');
      return;
    }
    await write(model, at(file));
    const again = (await readModel(at(file))).model;
    const said = program === undefined ? model : inOlderLayers(model, program);
    expect(again.layers.map((layer) => layer.name)).toEqual(said.layers.map((layer) => layer.name));
    expect(changed(said, again)).toEqual([]);
    expect(farthest(await ask(again), await answers())).toBeLessThan(1e-6);
  });

  test("takes its backbone from each kind of Keras's files, and leaves the head", async () => {
    const write = { "own.keras": writeKeras, "own.h5": writeKerasH5, "own.weights.h5": writeWeightsH5 };
    for (const [file, writeOne] of Object.entries(write)) {
      // As a no-top file has no head, the one of Keras 3, whose layers have no names, is written without.
      const { model: other, features } = make();
      other.initialize(1);
      await writeOne(file === "own.weights.h5" ? backbone : model, at(file));
      await loadBackboneWeights({ model: other, backbone: features }, at(file));
      const wanted = new Set(["head_dense", "head_bn", "predictions"]);
      expect(
        changed(model, other).every((path) => wanted.has(path.split("/")[0]!)),
        file,
      ).toBe(true);
      expect(changed(model, other).length, file).toBeGreaterThan(0);
    }
  });

  test("takes bytes of any size as ONNX, and gives what its layers give", async () => {
    const found = await probabilities(exportGraph(model), images);
    expect(farthest(found, await answers())).toBeLessThan(1e-5);
    expect(Math.max(...found)).toBeLessThan(0.9999);
  });

  // A step of training of every architecture is held to the original's gradients in backbones.test.ts.
  if (!LIGHT.has(name)) return;
  test("learns the images that it is shown, step by step", async () => {
    const { model: learner } = make();
    for (const layer of learner.layers) layer.trainable = layer.name !== PREPROCESSING_LAYER;
    const runner = new StepRunner(learner.initialize(3), { optimizer: adamW(), threads: 1 });
    const layout = (await runner.trainingLayout(4))!;
    const batch = { images: arranged(imagesOf(SIZE), SIZE, layout), labels: LABELS };
    const losses: number[] = [];
    for (let i = 0; i < 8; i++) losses.push((await runner.step(batch, 2e-3)).loss);
    await runner.release();
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  test("can be joined with another", async () => {
    const [first, second] = [make(), mobilenetV3Small({ imageSize: SIZE, alpha: 0.35 })];
    fillWeights(first.model, HEAD_SCALE);
    fillWeights(second.model, HEAD_SCALE);
    const [own, others] = [await ask(first.model), await ask(second.model)];
    const joined = joinModels(first, second);
    joined.takeWeights();
    const twice = Float32Array.from(
      { length: 2 * SIZE * SIZE * 6 },
      (_, i) => images[3 * Math.floor(i / 6) + (i % 3)]!,
    );
    const session = await createSession(compile(plainGraph(joined.model)), { threads: 1 });
    const { probabilities } = await session.run({ images: { data: twice, shape: [2, SIZE, SIZE, 6] } });
    await session.release();
    const mean = own.map((p, i) => Math.sqrt(p * others[i]!));
    for (let row = 0; row < 2; row++) {
      const sum = mean.slice(5 * row, 5 * row + 5).reduce((a, b) => a + b);
      for (let k = 0; k < 5; k++)
        expect(Number(probabilities!.data[5 * row + k]), name).toBeCloseTo(mean[5 * row + k]! / sum, 4);
    }
  });
});
