import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { readKerasH5 } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Model } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { resizeBilinear } from "leukogram/data/pictures/resize";
import { expect } from "vitest";
import { readNpy } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";

const WEIGHTS = "weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5";
const INDEX = "golden/mobilenet_v2_features.json";

testWith(WEIGHTS, INDEX)("MobileNetV2 with ImageNet weights gives Keras's features", async () => {
  const { features, model } = mobilenetV2();
  const backbone = new Model({ input: model.input, output: features });
  loadWeights(backbone, await readKerasH5(shared(WEIGHTS)), { source: WEIGHTS });
  const session = await createSession(compile(predictionGraph(backbone, "float32")));
  const golden = readNpy(readFileSync(shared("golden/mobilenet_v2_features.npy")));
  const { files } = sharedJson<{ files: string[] }>(INDEX);
  let compared = 0;
  for (const [row, file] of files.entries()) {
    const pixels = shared(`golden/pixels/${basename(file, ".jpg")}.decoded.npy`);
    if (!existsSync(pixels)) continue;
    const { shape, data } = readNpy(readFileSync(pixels));
    const image = { height: shape[0]!, width: shape[1]!, data: data as Uint8Array };
    const resized = resizeBilinear(image, 224, 224);
    const planar = Float32Array.from(resized, (_, i) => resized[(i % (224 * 224)) * 3 + Math.floor(i / (224 * 224))]!);
    const { output } = await session.run({ images: { data: planar, shape: [1, 3, 224, 224] } });
    const expected = golden.data.slice(row * 1280, (row + 1) * 1280) as Float32Array;
    const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - Number(output!.data[i]))));
    expect(worst).toBeLessThan(1e-3);
    compared++;
  }
  expect(compared).toBeGreaterThan(0);
  await session.release();
});
