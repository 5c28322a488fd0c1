// What asks a model about many images ends where it is told to, and says what was interrupted.
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { Conv2D, Dense, GlobalAveragePooling2D } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { type Classifier, loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { quantize } from "leukogram/evaluation/confidence/calibrate";
import { tryPreprocessings } from "leukogram/evaluation/foreign/findPreprocessing";
import { judgeRobustness } from "leukogram/evaluation/robustness";
import { afterAll, beforeAll, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "../data/folders.ts";

const dir = temporaryFolder();
const classes = ["long", "round"];
const path = join(dir, "cell.png");
const samples = [{ file: "cell.png", path, label: 0, group: "cell.png" }];
const head = [
  new Conv2D({ filters: 4, kernelSize: 3 }),
  new GlobalAveragePooling2D(),
  new Dense({ units: 2, activation: "softmax" }),
];
const model = new Sequential([6, 6, 3], head).initialize(1);
const signal = AbortSignal.abort();
let classifier: Classifier;

beforeAll(async () => {
  writeFiles(dir, { "cell.png": await picture(80) });
  await writeKeras(model, join(dir, "net.keras"));
  const foreign = { classes, preprocessing: "0..1" } as const;
  classifier = await loadClassifier(join(dir, "net.keras"), { foreign, threads: 1 });
});
afterAll(() => classifier.close());

test.each<[string, () => Promise<unknown>]>([
  ["calibration was interrupted", () => quantize(model, samples, { signal })],
  ["classification was interrupted", () => classifyFiles(classifier, [path], { signal }).next()],
  ["testing robustness was interrupted", () => judgeRobustness(classifier, { classes, samples }, { signal })],
  ["testing pixel scalings was interrupted", () => tryPreprocessings(model, { classes, samples }, { classes, signal })],
])("%s", async (message, call) => {
  await expect(call()).rejects.toThrow(`ERR_ABORTED ${message}`);
});

test("calibration without images is refused", async () => {
  await expect(quantize(model, [])).rejects.toThrow("ERR_DATA int8: no images for calibration");
});
