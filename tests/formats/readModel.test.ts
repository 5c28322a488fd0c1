// Whole models of other programs: read, and asked.
import { readFileSync } from "node:fs";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import { withPreprocessing } from "@leukogram/engine/models/preprocessing";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { decodeImage } from "leukogram/data/pictures/image";
import { JPEG_DCTS } from "leukogram/data/pictures/jpegDct";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { describe, expect } from "vitest";
import { readNpy, readNpz } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";
import { ask } from "./support/ask.ts";
import { farthest } from "./support/farthest.ts";

const readBytes = (path: string) => readFileSync(shared(path));

interface Golden {
  classes: string[];
  rows: { file: string; probabilities: number[] }[];
}

describe("cnn_3.h5, whose pixels were divided by 255 before it divides them again", () => {
  const NEEDED = ["models/cnn_3.h5", "golden/cnn_3_predictions.json"];

  testWith(...NEEDED)("gives Keras's probabilities for Keras's pixels", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const { rows } = sharedJson<Golden>("golden/cnn_3_predictions.json");
    const session = await createSession(compile(exportGraph(withPreprocessing(model, "0..1"))));
    for (const name of ["BA_1223", "LY_104155", "BNE_101007"]) {
      const { data, shape } = readNpy(readBytes(`golden/pixels/${name}.decoded.npy`));
      const images = { data: Uint8Array.from(data as Uint8Array), shape: [1, ...shape] };
      const { probabilities } = await session.run({ images });
      const wanted = rows.find(({ file }) => file.endsWith(`${name}.jpg`))!.probabilities;
      expect(farthest([...(probabilities!.data as Float32Array)], wanted)).toBeLessThan(1e-5);
    }
    await session.release();
  });

  testWith(...NEEDED, "data/pbc")("gives Keras's probabilities for the files, decoded as TensorFlow does", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const { rows } = sharedJson<Golden>("golden/cnn_3_predictions.json");
    const session = await createSession(compile(exportGraph(withPreprocessing(model, "0..1"))));
    const farthestOf = { accurate: 0, fast: 0 };
    for (const { file, probabilities: wanted } of rows)
      for (const jpegDct of JPEG_DCTS) {
        const { data, width, height } = await decodeImage(shared(`data/pbc/${file}`), { jpegDct });
        const { probabilities } = await session.run({ images: { data, shape: [1, height, width, 3] } });
        const found = [...(probabilities!.data as Float32Array)];
        expect(argmax(found), file).toBe(argmax(wanted));
        farthestOf[jpegDct] = Math.max(farthestOf[jpegDct], farthest(found, wanted));
      }
    await session.release();
    expect(farthestOf.fast).toBeLessThan(1e-5);
    // Pixels that differ by 1 level in the mean: this model makes much of it.
    expect(farthestOf.accurate).toBeGreaterThan(0.05);
  });

  testWith(...NEEDED, "golden/cnn_3_activations.json")("has Keras's activations in every layer", async () => {
    const { model } = await readModel(shared("models/cnn_3.h5"));
    const layers = sharedJson<{ layer: string; class: string; mean: number; absMax: number }[]>(
      "golden/cnn_3_activations.json",
    );
    const { data, shape } = readNpy(readBytes("golden/pixels/LY_104155.decoded.npy"));
    const scaled = withPreprocessing(model, "0..1");
    let step = scaled.output;
    const steps = new Map([[step.layer.name, step]]);
    for (; step.inputs.length > 0; step = step.inputs[0]!) steps.set(step.layer.name, step);
    for (const { layer, class: className, mean, absMax } of layers) {
      const output = steps.get(layer)!;
      expect(output.layer.className).toBe(className);
      const graph = exportGraph(new Model({ input: scaled.input, output }));
      const session = await createSession(compile(graph));
      const images = { data: Uint8Array.from(data as Uint8Array), shape: [1, ...shape] };
      const values = (await session.run({ images })).probabilities!.data as Float32Array;
      await session.release();
      const scale = Math.max(1, absMax);
      const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(Math.abs(most - absMax) / scale, layer).toBeLessThan(1e-5);
      expect(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - mean) / scale, layer).toBeLessThan(1e-5);
    }
  });
});

describe("the transfer models of Keras", () => {
  for (const ending of [".h5", ".keras"])
    testWith("golden/transfer/io.npz")(`${ending} is read whole, the model within it too`, async () => {
      const { model, kind } = await readModel(shared(`golden/transfer/mobilenetv2_035_96${ending}`));
      expect(kind).toMatch(/^Keras 3\.15\.1/);
      const { images, probabilities } = readNpz(shared("golden/transfer/io.npz"));
      const count = images!.shape[0]!;
      const found = await ask(model, Float32Array.from(images!.data as Float32Array), { count });
      expect(farthest(found, Array.from(probabilities!.data as Float32Array))).toBeLessThan(1e-5);
    });
});
