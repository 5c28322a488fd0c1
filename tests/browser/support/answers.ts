// What Node says of the same pictures, for the page to be held against.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readKerasModel } from "@leukogram/engine/formats/keras/readKeras";
import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import { adam } from "@leukogram/engine/nn/optimizers";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import { normalizedCells } from "leukogram/cells/cellNormalization";
import { cellSizes } from "leukogram/data/microscopy/redCellWidths";
import { decodeImage } from "leukogram/data/pictures/image";
import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { epochOrder } from "leukogram/data/sampling/sampler";
import { measureScale } from "leukogram/data/scale/scale";
import { classifyFiles, loadClassifier } from "leukogram/evaluation/classifier";
import { bringImage, classifierFacts } from "leukogram/evaluation/classifierFacts";
import { gradCamGraph } from "leukogram/explain/gradCam";
import { fit } from "leukogram/training/fit";
import type { EpochRow } from "leukogram/training/history";
import { cellNormalizationOf } from "leukogram/training/recipe/cellsOfRecipe";
import { StepRunner } from "leukogram/training/stepRunner";
import { featureSource, featuresOf, newHead } from "leukogram/training/trainHead";

/** The first `count` pictures of each class of a folder, in the order of their names. */
export function firstOfEach(folder: string, count: number): { path: string; label: number }[] {
  const classes = readdirSync(folder).sort();
  return classes.flatMap((name, label) => {
    const files = readdirSync(join(folder, name)).sort();
    return files.slice(0, count).map((file) => ({ path: join(folder, name, file), label }));
  });
}

/** A model's probabilities of picture files, as `predict` gives them. */
export async function nodeProbabilities(model: string, paths: readonly string[]) {
  const classifier = await loadClassifier(model);
  const rows: (readonly number[])[] = [];
  for await (const { probabilities } of classifyFiles(classifier, paths, { batchSize: 16 })) rows.push(probabilities!);
  await classifier.close();
  return rows;
}

/** A shipped model with its layers, and how it normalises cells. */
export async function openShipped(folder: string, name: string) {
  const { model } = await readKerasModel(join(folder, `${name}.keras`));
  const metadata = readMetadata(readFileSync(join(folder, `${name}.onnx`)));
  const facts = classifierFacts(metadata, name);
  return { model, facts, cells: cellNormalizationOf(JSON.parse(metadata.recipe!), model.input.shape[0]!) };
}

type Shipped = Awaited<ReturnType<typeof openShipped>>;

// As `predict` brings pictures of one laboratory to a model.
function fields(images: readonly RgbImage[], { facts }: Pick<Shipped, "facts">) {
  const [height, width] = facts.imageSize;
  const redCell = measureScale(images.map(cellSizes)).scale?.redCell;
  const data = new Uint8Array(images.length * height * width * 3);
  for (const [i, image] of images.entries()) data.set(bringImage(image, facts, redCell).pixels, i * height * width * 3);
  return { data, shape: [images.length, height, width, 3] };
}

/** Grad-CAM of one picture for one class. */
export async function nodeGradCam(shipped: Shipped, image: RgbImage, target: number): Promise<Float32Array> {
  const { model, cells } = shipped;
  const session = await createSession(compile(gradCamGraph(model, { cells })));
  const found = await session.run({
    images: fields([image], shipped),
    target: { data: Int32Array.of(target), shape: [1] },
  });
  await session.release();
  return found.map!.data as Float32Array;
}

/** Features of picture files from the layers before the head. */
export async function nodeFeatures(shipped: Shipped, paths: readonly string[]): Promise<Float32Array> {
  const { model, cells } = shipped;
  const body = new Model({ input: model.input, output: featuresOf(model) });
  const session = await createSession(compile(exportGraph(body, { crop: normalizedCells(cells) })));
  const images = await Promise.all(paths.map((path) => decodeImage(path)));
  const found = await session.run({ images: fields(images, shipped) });
  await session.release();
  return found.probabilities!.data as Float32Array;
}

/** How a head is trained, here and in the page. */
export const HEAD = { classes: 5, epochs: 4, batchSize: 16, learningRate: 0.01, seed: 3 };

interface Labelled {
  readonly features: Float32Array;
  readonly labels: readonly number[];
}

/** Trains a new head as the command line does, piece by piece. */
export async function nodeHistory(model: Model, train: Labelled, validation: Labelled): Promise<readonly EpochRow[]> {
  const { head } = newHead(model, { classes: HEAD.classes, seed: HEAD.seed });
  const runner = new StepRunner(head, { optimizer: adam(), inputType: "float32", seed: HEAD.seed });
  const { history } = await fit({
    ...HEAD,
    runner,
    train: featureSource(train, HEAD),
    order: (epoch) => epochOrder(train.labels, HEAD.classes, { epoch, seed: HEAD.seed }),
    validation: { source: featureSource(validation, HEAD), order: validation.labels.map((_, i) => i) },
  });
  await runner.release();
  return history;
}
