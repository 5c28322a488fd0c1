import { PREPROCESSINGS, withPreprocessing } from "@leukogram/engine/models/preprocessing";
import { Dense, Flatten } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { describe, expect, test } from "vitest";
import { ask } from "../formats/support/ask.ts";
import { farthest } from "../formats/support/farthest.ts";

describe("withPreprocessing", () => {
  test("scales pixels as keras.applications does", async () => {
    const identity = new Sequential([1, 1, 3], [new Flatten(), new Dense({ units: 3, useBias: false, name: "same" })]);
    identity.setWeights(new Map([["same/kernel", Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)]]));
    // keras.applications.imagenet_utils.preprocess_input([[10, 100, 200]], mode="caffe" | "torch" | "tf")
    const wanted: Readonly<Record<string, readonly number[]>> = {
      "0..255": [10, 100, 200],
      "0..1": [10 / 255, 100 / 255, 200 / 255],
      "-1..1": [-0.92156863, -0.21568628, 0.5686275],
      caffe: [96.061, -16.779, -113.68],
      torch: [-1.946656, -0.28501397, 1.6813947],
    };
    for (const way of PREPROCESSINGS) {
      const found = await ask(withPreprocessing(identity, way), Float32Array.of(10, 100, 200));
      expect(farthest(found, wanted[way]!), way).toBeLessThan(1e-4);
    }
  });
});
