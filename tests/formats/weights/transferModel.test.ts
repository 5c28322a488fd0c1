import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import { expect } from "vitest";
import { readNpz } from "../../support/npy.ts";
import { shared, testWith } from "../../support/shared.ts";

const MODEL = "golden/transfer/mobilenetv2_035_96";
const IO = "golden/transfer/io.npz";

for (const ending of [".h5", ".keras"])
  testWith(MODEL + ending, IO)(`a transfer model of Keras, from ${ending}, gives Keras's probabilities`, async () => {
    const { model } = mobilenetV2({ alpha: 0.35, imageSize: 96 });
    loadWeights(model, await readKerasFile(shared(MODEL + ending)), { source: MODEL, match: "order" });
    const { images, probabilities } = readNpz(shared(IO));
    const [n, height, width] = images!.shape as [number, number, number];
    const size = height * width;
    // [N, H, W, C] -> [N, C, H, W]
    const planar = Float32Array.from(images!.data as Float32Array, (_, i) => {
      const [image, channel, pixel] = [Math.floor(i / (3 * size)), Math.floor(i / size) % 3, i % size];
      return Number(images!.data[(image * size + pixel) * 3 + channel]);
    });
    const session = await createSession(compile(predictionGraph(model, "float32")));
    const { output } = await session.run({ images: { data: planar, shape: [n, 3, height, width] } });
    await session.release();
    const received = Array.from(output!.data as Float32Array);
    const worst = received.map((value, i) => Math.abs(value - Number(probabilities!.data[i])));
    expect(worst).toHaveLength(25);
    expect(Math.max(...worst)).toBeLessThan(1e-5);
  });
