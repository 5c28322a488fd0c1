/**
 * Takes training steps on demand, for side-by-side runs: prints `ready`, then for each line on standard input does
 * one untimed and two timed steps (or inferences) and prints the two times in milliseconds.
 *
 *   npm run --silent bench:worker -- cnn            one step of the CNN, 350x350, batch 32
 *   npm run --silent bench:worker -- cnn-blocked    the same on blocked kernels
 *   npm run --silent bench:worker -- cnn-plain      the CNN without the rewrites for speed
 *   npm run --silent bench:worker -- mobilenetv2 [SIZE]   one step of the whole MobileNetV2, batch 32 (default: 128x128)
 *   npm run --silent bench:worker -- vgg16|resnet50 [SIZE] [BATCH]   one step of these (default: 224x224, batch 8)
 *   npm run --silent bench:worker -- mobilenetv2-inference WEIGHTS.h5   16 images through MobileNetV2 with these weights
 *                                                                       (random ones make denormal numbers, which are slow)
 */
import { createInterface } from "node:readline";
import { readKerasH5 } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { modelEntry } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { createSession } from "@leukogram/engine/runtime/node";
import { millisecondsOf, trainingStep } from "./support/trainingStep.ts";

async function inference(weights: string | undefined): Promise<() => Promise<unknown>> {
  const { model } = mobilenetV2();
  model.initialize(0);
  const head = new Set(["head_dense", "head_bn", "predictions"]);
  if (weights !== undefined) loadWeights(model, await readKerasH5(weights), { source: weights, optional: head });
  const session = await createSession(compile(exportGraph(model)));
  const data = new Uint8Array(16 * 224 * 224 * 3).map((_, i) => (i * 7919) % 251);
  return () => session.run({ images: { data, shape: [16, 224, 224, 3] } });
}

/** The whole network is trained, its normalisations too. */
const fineTuned = (imageSize: number) => mobilenetV2({ imageSize, head: "linear", frozen: false }).model;

const backbone = (name: string) => async () => {
  const { model } = modelEntry(name).build({
    ...{ imageSize: Number(option ?? 224), classes: 5, momentum: 0.9, alpha: 1, head: "linear", frozen: false },
    preprocessing: "right",
  });
  return (await trainingStep(model, {}, Number(batch))).step;
};

const [kind, option, batch = "8"] = process.argv.slice(2);
const makers: Record<string, () => Promise<() => Promise<unknown>>> = {
  cnn: async () => (await trainingStep(cnn(), {})).step,
  "cnn-blocked": async () => (await trainingStep(cnn(), { kernels: "blocked" })).step,
  "cnn-plain": async () => (await trainingStep(cnn(), { fast: false })).step,
  mobilenetv2: async () => (await trainingStep(fineTuned(Number(option ?? 128)), {})).step,
  vgg16: backbone("vgg16"),
  resnet50: backbone("resnet50"),
  "mobilenetv2-inference": () => inference(option),
};
const make = makers[kind ?? ""];
if (make === undefined) {
  process.stderr.write(`usage: bench:worker -- ${Object.keys(makers).join(" | ")}\n`);
  process.exit(2);
}
const work = await make();
for (let i = 0; i < 3; i++) await work();
console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) {
  await work();
  console.log(`${await millisecondsOf(work)} ${await millisecondsOf(work)}`);
}
