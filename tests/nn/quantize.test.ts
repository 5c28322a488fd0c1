// A shipped model in whole numbers of 8 bits, on real cells.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { Activation, Conv2D, Dense, GlobalAveragePooling2D, Input, ReLU } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { FIXED } from "@leukogram/engine/nn/modelGraphs";
import { planQuantization, quantizedCall } from "@leukogram/engine/nn/quantize";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import { openRun } from "leukogram/adaptation/openRun";
import { normalizedCells } from "leukogram/cells/cellNormalization";
import { openData } from "leukogram/data/dataset";
import { decodeImage } from "leukogram/data/pictures/image";
import { bringImage, classifierFacts } from "leukogram/evaluation/classifierFacts";
import { quantize } from "leukogram/evaluation/confidence/calibrate";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { findModelFile } from "leukogram/shipped/shippedModels";
import { describe, expect, test } from "vitest";
import { shared, testWith } from "../support/shared.ts";

testWith("data/pbc")(
  "mobilenetv2-anylab, two networks in one, has 5 MB in 8 bits, and says the same of 60 cells, but for two at most",
  async () => {
    const { model, cells } = await openRun("mobilenetv2-anylab");
    const { path: file } = findModelFile("mobilenetv2-anylab");
    const facts = classifierFacts(readMetadata(readFileSync(file)), file);
    const { train, test: judged } = openData(shared("data/pbc"));
    const rng = new Rng(1);
    const call = await quantize(model, rng.shuffle([...train.samples]).slice(0, 64), {
      cells,
      cropRedCells: facts.cropRedCells,
    });
    const whole = compile(exportGraph(model, { crop: normalizedCells(cells), call }));
    expect(whole.length).toBeLessThan(5.4e6);
    const sessions = [
      await createSession(compile(exportGraph(model, { crop: normalizedCells(cells) }))),
      await createSession(whole),
    ];
    let same = 0;
    const samples = rng.shuffle([...judged!.samples]).slice(0, 60);
    for (const { path } of samples) {
      const { pixels } = bringImage(await decodeImage(path), facts);
      const images = { data: pixels, shape: [1, ...facts.imageSize, 3] };
      const answers = await Promise.all(
        sessions.map(async (session) => (await session.run({ images })).probabilities!),
      );
      const [float, int] = answers.map(({ data }) => argmax([...(data as Float32Array)]));
      if (float === int) same++;
    }
    expect(same).toBeGreaterThanOrEqual(58);
  },
  400_000,
);

describe("quantisation", () => {
  const input = Input([8, 8, 3], { name: "images" });
  const conv = new Conv2D({ filters: 4, kernelSize: 3, padding: "same", name: "conv" });
  const pooled = new GlobalAveragePooling2D().apply(new ReLU().apply(conv.apply(input)));
  const output = new Activation({ activation: "softmax" }).apply(new Dense({ units: 3 }).apply(pooled));
  const model = new Model({ input, output }).initialize(2);
  const plan = planQuantization(model);

  test("keeps what rounding kernels adds on average out of every channel", async () => {
    // The same everywhere, so that the mean is all there is, but for the border.
    const level = 0.37;
    const seen = [{ low: 0, high: 1, means: new Float32Array(3).fill(level) }];
    const graph = compile(exportGraph(model, { call: quantizedCall(plan, seen) }));
    const plainGraph = compile(exportGraph(model));
    const images = { data: new Uint8Array(192), shape: [1, 8, 8, 3] };
    const [a, b] = await Promise.all(
      [graph, plainGraph].map(async (bytes) => (await (await createSession(bytes)).run({ images })).probabilities!),
    );
    const difference = (a!.data as Float32Array).map((value, i) => Math.abs(value - (b!.data as Float32Array)[i]!));
    expect(Math.max(...difference)).toBeLessThan(0.02);
  });

  test.each<[string, number, number]>([
    ["zero, behind a wide range", 0, 2550],
    ["of 1e-12", 1e-12, 1],
    ["of 1e-12, behind a small range", 1e-12, 1e-3],
    ["of 1e-42, which float32 barely holds", 1e-42, 1e-6],
    ["of 1e-7 under a large bias", 1e-7, 1],
  ])("keeps the bias of a channel whose kernel is %s", async (_, size, high) => {
    const images = Input([4, 4, 3], { name: "images" });
    const head = new Conv2D({ filters: 3, kernelSize: 1, name: "head" });
    const scores = new GlobalAveragePooling2D().apply(head.apply(images));
    const own = new Model({ input: images, output: new Activation({ activation: "softmax" }).apply(scores) });
    own.initialize(1);
    // The second class is above the others by its bias alone.
    const [kernel, bias] = head.weights;
    kernel!.value = kernel!.value.map((value, i) => (i % 3 === 1 ? size : (value * 0.1) / high));
    bias!.value = Float32Array.of(0.1, 2.7, -0.4);
    const seen = [{ low: 0, high, means: new Float32Array(3).fill(high / 2) }];
    const call = quantizedCall(planQuantization(own), seen);
    const rng = new Rng(1);
    const entry = { data: Float32Array.from({ length: 48 }, () => high * rng.uniform()), shape: [1, 3, 4, 4] };
    const graphs = [call, (x: Tensor) => own.call(x, FIXED)];
    const [int, float] = await Promise.all(
      graphs.map(async (graph) => {
        const session = await createSession(compile({ output: graph(ops.input("cells", ["batch", 3, 4, 4])) }));
        return (await session.run({ cells: entry })).output!.data as Float32Array;
      }),
    );
    expect(float![1]).toBeGreaterThan(0.8);
    expect(Math.max(...int!.map((value, i) => Math.abs(value - float![i]!)))).toBeLessThan(0.01);
  });

  test("brings MobileNetV2 below 3 MB", () => {
    const { model: large } = mobilenetV2();
    large.initialize(1);
    const wide = planQuantization(large);
    const seen = wide.points.map(({ shape }) => ({ low: -1, high: 1, means: new Float32Array(shape[1] as number) }));
    const bytes = compile(exportGraph(large, { call: quantizedCall(wide, seen) }));
    expect(bytes.length).toBeLessThan(3e6);
    expect(bytes.length).toBeGreaterThan(large.parameters);
  });

  test("leaves a graph in whole numbers, which is no model of layers", () => {
    const seen = [{ low: 0, high: 255, means: new Float32Array(3) }];
    const whole = compile(exportGraph(model, { call: quantizedCall(plan, seen) }), {
      metadata: { imageSize: "[8,8]" },
    });
    expect(() => onnxModelOf(whole, { source: join("a", "int8.onnx") })).toThrow(/QuantizeLinear\) is not supported/);
  });
});

test("a model without convolutions is not rounded, and that is said", async () => {
  const input = Input([4, 4, 3], { name: "images" });
  const output = new Dense({ units: 2 }).apply(new GlobalAveragePooling2D().apply(input));
  const model = new Model({ input, output });
  const samples = [{ file: "a.png", path: "a.png", label: 0, group: "a.png" }];
  await expect(quantize(model, samples)).rejects.toThrow(
    "ERR_USAGE int8: the model has no convolutions, which alone are rounded to 8 bits. Write it with --precision float16.",
  );
});
