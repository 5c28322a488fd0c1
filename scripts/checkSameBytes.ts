/**
 * Prints a name and the sha256 of all that a refactoring must leave as it is: the graphs of every model of the registry,
 * their seeded weights, and augmented pictures (what commands print: checkSameAnswers.ts). Two outputs are compared with diff:
 *
 *   npx tsx scripts/checkSameBytes.ts > before.txt
 *   npx tsx scripts/checkSameBytes.ts > after.txt
 *   diff before.txt after.txt && echo same
 *
 * With words behind it, only the names that hold one of them: `checkSameBytes.ts cnn`. All of it takes five
 * minutes on two cores.
 */
import { createHash } from "node:crypto";
import { Rng } from "@leukogram/engine/core/rng";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { compile } from "@leukogram/engine/graph/compile";
import { compileTraining } from "@leukogram/engine/graph/compileTraining";
import { MODELS, type ModelSettings, modelEntry } from "@leukogram/engine/models/registry";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { evaluationGraph, predictionGraph, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { adamW, sgd } from "@leukogram/engine/nn/optimizers";
import fc from "fast-check";
import { applyAffine } from "leukogram/data/augmentation/affine";
import { drawTransform } from "leukogram/data/augmentation/augment";
import { drawPicture } from "leukogram/data/microscopy/draw";
import { PictureSampler } from "leukogram/data/microscopy/geometry";
import { drawSlideLook, drawSmear } from "leukogram/data/smears/smear";
import { buildModel, plans } from "../tests/graph/randomModel.ts";

const wanted = process.argv.slice(2);

const isWanted = (name: string) => wanted.length === 0 || wanted.some((word) => name.includes(word));

async function tell(name: string, make: () => Uint8Array | string | Promise<Uint8Array | string>): Promise<void> {
  if (!isWanted(name)) return;
  const bytes = await make();
  process.stdout.write(`${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`);
}

const SETTINGS: ModelSettings = {
  classes: 5,
  momentum: 0.99,
  alpha: 1,
  head: "dense",
  frozen: false,
  preprocessing: "right",
};

/** Large enough that the batch is cut in chunks, small enough for the largest model. */
const IMAGE_SIZE = 96;
const BATCH = 32;

async function tellModels(): Promise<void> {
  for (const name of [...MODELS.keys(), "mobilenetv2+cnn-wide"]) {
    if (!isWanted(`graphs/${name}/`) && wanted.every((word) => !word.startsWith(`graphs/${name}/`))) continue;
    const entry = modelEntry(name);
    const build = (settings: Partial<ModelSettings> = {}) =>
      entry.build({ ...SETTINGS, imageSize: IMAGE_SIZE, ...settings }).model.initialize(1);
    await tellModel(`graphs/${name}/`, build());
    for (const blocks of [false, true]) {
      const frozen = build({ frozen: true });
      const graph = trainingGraph(frozen, { batchSize: BATCH, optimizer: sgd({ momentum: 0.9 }) });
      await tell(`graphs/${name}/training frozen${blocks ? " blocks" : ""}`, () =>
        whole(compileTraining(graph, { batchSize: BATCH, blocks })),
      );
    }
  }
  // The CNN at its own size, whose pixels lie in phases.
  const { model } = modelEntry("cnn").build({ ...SETTINGS });
  await tellModel("graphs/cnn 350/", model.initialize(1));
}

async function tellModel(name: string, model: Model): Promise<void> {
  await tell(`${name}weights`, () => {
    const hash = createHash("sha256");
    for (const [path, { value }] of model.weights) hash.update(path).update(value);
    return hash.digest("hex");
  });
  await tell(`${name}keras`, () => kerasBytes(model));
  await tell(`${name}prediction`, () => compile(predictionGraph(model)));
  await tell(`${name}export`, () => compile(exportGraph(model)));
  await tell(`${name}export views`, () => compile(exportGraph(model, { views: 8 })));
  await tell(`${name}evaluation`, () => compile(evaluationGraph(model, {})));
  const graph = trainingGraph(model, { batchSize: BATCH, optimizer: adamW() });
  await tell(`${name}training plain`, () => compile(graph));
  for (const blocks of [false, true])
    await tell(`${name}training${blocks ? " blocks" : ""}`, () =>
      whole(compileTraining(graph, { batchSize: BATCH, blocks })),
    );
  const other = trainingGraph(model, { batchSize: BATCH, optimizer: adamW(), softTargets: true, average: true });
  await tell(`${name}training soft targets`, () => whole(compileTraining(other, { batchSize: BATCH })));
}

function whole({ model, layout, chunks }: ReturnType<typeof compileTraining>): Uint8Array {
  return Buffer.concat([model, Buffer.from(JSON.stringify({ layout, chunks }))]);
}

async function tellRandomModels(): Promise<void> {
  for (const [i, plan] of fc.sample(plans, { seed: 1, numRuns: 150 }).entries())
    await tell(`random/${i}`, () => {
      const { batch: batchSize, largeBytes, chunkBytes } = plan;
      const graph = trainingGraph(buildModel(plan), { batchSize, optimizer: adamW() });
      const parts = [false, true].map((blocks) =>
        whole(compileTraining(graph, { batchSize, blocks, largeBytes, chunkBytes })),
      );
      return Buffer.concat([...parts, compile(graph)]);
    });
}

async function tellPictures(): Promise<void> {
  const size = 200;
  const smear = drawSmear(new Rng(1).fork("cell"), 1, { size, look: drawSlideLook(new Rng(1).fork("look")) });
  const augmentation = {
    rotationRange: 180,
    zoomRange: 0.3,
    widthShiftRange: 0.1,
    heightShiftRange: 0.1,
    shearRange: 10,
    horizontalFlip: true,
    verticalFlip: true,
    fillMode: "nearest",
  } as const;
  const rngs = Array.from({ length: 20 }, (_, i) => new Rng(2).fork(i));
  const square = { height: size, width: size };
  const joined = (pictures: readonly (Uint8Array | Float32Array)[]) =>
    Buffer.concat(pictures.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
  for (const [name, src] of Object.entries({ bytes: smear, floats: Float32Array.from(smear) }))
    await tell(`pictures/affine ${name}`, () =>
      joined(
        rngs.map((rng) =>
          applyAffine<Uint8Array | Float32Array>(
            src,
            size,
            size,
            drawTransform(rng, augmentation, square),
            src.slice(),
          ),
        ),
      ),
    );
  const microscopy = { shift: { strength: 0.1, chance: 1 }, elastic: { strength: 0.05, chance: 0.5 } };
  for (const [height, width] of [
    [200, 200],
    [96, 112],
    [300, 300],
  ] as const)
    await tell(`pictures/sampled ${height}x${width}`, () => {
      const sampler = new PictureSampler({ height, width });
      const field = { data: smear, ...square };
      return joined(
        rngs.map((rng) => {
          const draw = drawPicture(rng, { ...augmentation, microscopy }, { height, width });
          return sampler.sample(field, draw, new Uint8Array(height * width * 3));
        }),
      );
    });
}

await tellRandomModels();
await tellPictures();
await tellModels();
