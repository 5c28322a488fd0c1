/**
 * Makes a finished run a model of the package: models/NAME.onnx, with weights stored in half precision, NAME.md and its
 * entry in index.json; from a run folder also NAME.keras, with kernels rounded to half precision, and
 * NAME.memory.safetensors, for what changes models.
 * The same run and figures give the same bytes.
 *
 *   npx tsx scripts/shipModels.ts runs/mobilenetv2 --name mobilenetv2-anylab \
 *     --home pbc-Test=judged/pbc --away jtsc=judged/jtsc --images pbc/Test --command "leukogram train ..."
 *
 * The folders of figures are what `leukogram evaluate --out` writes.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import { createSession } from "@leukogram/engine/runtime/node";
import { VERSION } from "@leukogram/engine/version";
import { Command, Option } from "commander";
import { unzipSync, zipSync } from "fflate";
import { openRun } from "leukogram/adaptation/openRun";
import { walkImages } from "leukogram/data/folders/walk";
import { drawSlideLook, drawSmear } from "leukogram/data/smears/smear";
import { type Classifier, classifyFiles, loadClassifier } from "leukogram/evaluation/classifier";
import type { Evaluation } from "leukogram/evaluation/types";
import { type JudgedSet, type LeftOut, shippedCard } from "leukogram/report/cards/shippedCard";
import { onnxOf, runFiles } from "leukogram/run/runFolder";
import { INDEX_VERSION, type ShippedFile, type ShippedModel } from "leukogram/shipped/shipped";
import { shippedFolder, shippedModels } from "leukogram/shipped/shippedModels";

/** How far a probability may move when weights are stored in half precision. */
const MOST_CHANGE = 0.01;

/** At most so many of the images are looked at for that. */
const IMAGES_CHECKED = 200;

const PBC =
  "Acevedo A, Merino A, Alférez S, Molina Á, Boldú L, Rodellar J. A dataset of microscopic peripheral blood cell images for development of automatic recognition systems. Data in Brief 30:105474 (2020), doi:10.1016/j.dib.2020.105474. CC BY 4.0.";
const CHULA =
  "WBC_Dataset, microscope fields of blood smears, github.com/singgihbekti/WBC_Dataset (commit 45759ab). MIT.";
const MOBILENET =
  "Sandler M, Howard A, Zhu M, Zhmoginov A, Chen L-C. MobileNetV2: inverted residuals and linear bottlenecks. CVPR (2018), arXiv:1801.04381.";

const DATA_NOTES = [
  "The images come from one laboratory, the Hospital Clínic of Barcelona: CellaVision DM96, May-Grünwald-Giemsa stain, 360 x 363 pixels, CC BY 4.0.",
];

/** What is known of each model before it is trained. */
const KNOWN: Readonly<Record<string, { title: string; citations: readonly string[]; dataNotes: readonly string[] }>> = {
  "mobilenetv2-anylab": {
    title: "MobileNetV2 at the laboratory's scale",
    citations: [PBC, CHULA, MOBILENET],
    dataNotes: [
      "PBC: the Hospital Clínic of Barcelona, CellaVision DM96, May-Grünwald-Giemsa stain, 360 x 363 pixels, CC BY 4.0; cells that are copies of cells of pbc Test were left out.",
      "Chula: 278 crops of 11 slides, many colour casts, MIT.",
      "It began from Keras's ImageNet weights, Apache-2.0.",
    ],
  },
  "mobilenetv2-types": {
    title: "MobileNetV2, eleven types of cells",
    citations: [PBC, MOBILENET],
    dataNotes: [
      ...DATA_NOTES,
      "All eleven types were learned in this one laboratory: of any other it says what resembles them.",
      "It began from Keras's ImageNet weights, Apache-2.0.",
    ],
  },
  "cnn-anylab": {
    title: "Small CNN at the laboratory's scale",
    citations: [PBC, CHULA],
    dataNotes: [
      "PBC: the Hospital Clínic of Barcelona, CellaVision DM96, May-Grünwald-Giemsa stain, 360 x 363 pixels, CC BY 4.0; cells that are copies of cells of pbc Test were left out.",
      "Chula: 278 crops of 11 slides, many colour casts, MIT.",
      "It began from random weights.",
    ],
  },
  "cnn-cells": {
    title: "CNN that finds the cell, for copies",
    citations: [PBC],
    dataNotes: [...DATA_NOTES, "It began from random weights."],
  },
};

/** What {@link shipModel} takes beside the run. */
export interface ShipOptions {
  readonly name: string;
  /** `NAME=FOLDER` of figures on the training images' laboratory, as `evaluate --out` writes them. */
  readonly home?: readonly string[];
  /** The same of other laboratories. */
  readonly away?: readonly string[];
  /** Folders of judgePreset, of a network each that did not learn from the laboratory that it is judged on. */
  readonly leftOut?: readonly string[];
  readonly data?: string;
  readonly failure?: readonly string[];
  readonly command?: string;
  /** Folder of images on which half precision is held to the whole; drawn cells by default. */
  readonly images?: string;
  /** Given where the run is an .onnx file that `convert --precision int8` wrote: it is shipped as it is. */
  readonly int8?: boolean;
  readonly folder?: string;
}

/**
 * Ships the model of a run folder or .onnx file, and returns its entry in the index, written last.
 *
 * @throws LeukogramError ERR_USAGE for a name that is not in the table; ERR_FORMAT where half precision changes an
 * answer by more than {@link MOST_CHANGE}.
 */
export async function shipModel(run: string, options: ShipOptions): Promise<ShippedModel> {
  const { name, data = "pbc (Train)", folder = shippedFolder() } = options;
  const known = KNOWN[name];
  if (known === undefined)
    throw new LeukogramError("ERR_USAGE", `shipModels: "${name}" is not known`, {
      hint: `Use one of ${Object.keys(KNOWN).join(", ")}.`,
    });
  const source = onnxOf(run);
  const full = new Uint8Array(readFileSync(source));
  const kept = { format: "onnx", precision: options.int8 ? "int8" : "float16" } as const;
  const files = [await writeModelFile(folder, `${name}.onnx`, kept, options.int8 ? full : halfWeights(full))];
  if (source !== run) {
    const layers = await roundedKeras(run);
    files.push(await writeModelFile(folder, `${name}.keras`, { format: "keras", precision: "float16" }, layers));
    const memory = new Uint8Array(readFileSync(runFiles(run).memory));
    const kind = { format: "memory", precision: "int8" } as const;
    files.push(await writeModelFile(folder, `${name}.memory.safetensors`, kind, memory));
  }
  const classifiers = [await loadClassifier(source), await loadClassifier(join(folder, files[0]!.file))] as const;
  const change = await greatestChange(classifiers, options.images);
  const { classes, imageSize, parameters = 0 } = classifiers[0];
  for (const classifier of classifiers) await classifier.close();
  if (!(change <= MOST_CHANGE))
    throw new LeukogramError("ERR_FORMAT", `shipModels: half precision changes a probability by ${change.toFixed(4)}`);
  // The worst laboratory first: that is what to expect elsewhere.
  const away = setsOf(options.away, "away").sort((a, b) => a.evaluation.accuracy.value - b.evaluation.accuracy.value);
  const sets = [...away, ...setsOf(options.home, "home")];
  const model: ShippedModel = {
    name,
    title: known.title,
    data,
    licence: "Apache-2.0",
    citations: [...known.citations],
    classes: [...classes],
    imageSize: [...imageSize],
    parameters,
    files,
    figures: sets.map(({ data: images, place, evaluation: { count, accuracy, balancedAccuracy } }) => ({
      data: images,
      place,
      count,
      accuracy,
      balancedAccuracy,
    })),
  };
  const settings = await settingsOf(full);
  const { failure: failures = [], command } = options;
  const { dataNotes } = known;
  const leftOut = (options.leftOut ?? []).flatMap(leftOutOf).sort((a, b) => a.accuracy - b.accuracy);
  const card = shippedCard({ model, sets, leftOut, dataNotes, failures, settings, version: VERSION, command });
  await writeFileWhole(join(folder, `${name}.md`), card);
  await writeIndex(folder, model);
  return model;
}

async function writeModelFile(
  folder: string,
  file: string,
  kind: Pick<ShippedFile, "format" | "precision">,
  bytes: Uint8Array,
): Promise<ShippedFile> {
  await writeFileWhole(join(folder, file), bytes);
  return { file, ...kind, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

// A .keras file of kernels whose last 13 bits are zero, so that it packs to about half. Vectors, such as batch-norm
// statistics, are few and stay whole.
async function roundedKeras(run: string): Promise<Uint8Array> {
  const { model } = await openRun(run);
  for (const { value, shape } of model.weights.values()) {
    // Outputs come last in Keras's layouts, but for a depthwise kernel [height, width, C, 1].
    if (shape.length > 1) roundKernel(value, shape.at(-1) === 1 ? shape.at(-2)! : shape.at(-1)!);
  }
  const parts = unzipSync(await kerasBytes(model));
  return zipSync(parts, { level: 9, mtime: new Date(1980, 0, 1) });
}

// To 10 bits of mantissa; what a weight loses is added to the next of the same output, as in halfWeights.
function roundKernel(kernel: Float32Array, outputs: number): void {
  const exact = new Float32Array(1);
  const bits = new Uint32Array(exact.buffer);
  const lost = new Float32Array(outputs);
  for (const [i, weight] of kernel.entries()) {
    exact[0] = weight + lost[i % outputs]!;
    const wanted = exact[0];
    bits[0] = (bits[0]! + 0xfff + ((bits[0]! >>> 13) & 1)) & ~0x1fff;
    kernel[i] = exact[0];
    lost[i % outputs] = wanted - exact[0];
  }
}

async function writeIndex(folder: string, model: ShippedModel): Promise<void> {
  const others = shippedModels(folder).filter(({ name }) => name !== model.name);
  const models = [...others, model].sort((a, b) => order(a) - order(b));
  const text = JSON.stringify({ version: INDEX_VERSION, models }, undefined, 2);
  await writeFileWhole(join(folder, "index.json"), `${text}\n`);
}

function order({ name }: ShippedModel): number {
  return Object.keys(KNOWN).indexOf(name);
}

// The greatest difference of a probability over a spread of the folder's images, or drawn cells, two of each class.
async function greatestChange(models: readonly [Classifier, Classifier], images: string | undefined): Promise<number> {
  const [first, second] = await Promise.all(models.map((model) => (images ? answers(model, images) : drawn(model))));
  return first!.reduce((most, value, i) => Math.max(most, Math.abs(value - second![i]!)), 0);
}

async function answers(classifier: Classifier, images: string): Promise<number[]> {
  const all = walkImages(images);
  const files = all.filter((_, i) => i % Math.ceil(all.length / IMAGES_CHECKED) === 0);
  const found: number[] = [];
  for await (const { probabilities, error } of classifyFiles(classifier, files)) {
    if (error !== undefined) throw error;
    found.push(...probabilities!);
  }
  return found;
}

async function drawn(classifier: Classifier): Promise<number[]> {
  const [height, width] = classifier.imageSize;
  const rng = new Rng(0);
  const found: number[] = [];
  for (let i = 0; i < 10; i++) {
    const own = rng.fork(i);
    const pixels = drawSmear(own, i % 5, { size: Math.max(height, width), look: drawSlideLook(own.fork("look")) });
    const image = new Uint8Array(pixels.buffer, pixels.byteOffset, height * width * 3);
    found.push(...(await classifier.probabilities(image, 1)));
  }
  return found;
}

// The recipe, which travels in the file.
async function settingsOf(bytes: Uint8Array): Promise<Record<string, unknown>> {
  const session = await createSession(bytes, { threads: 1 });
  const { recipe = "{}" } = session.metadata;
  await session.release();
  return JSON.parse(recipe) as Record<string, unknown>;
}

function setsOf(pairs: readonly string[] = [], place: JudgedSet["place"]): JudgedSet[] {
  return pairs.map((pair) => {
    const [, data, folder] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    const path = runFiles(folder ?? "").evaluation;
    if (data === undefined || !existsSync(path))
      throw new LeukogramError("ERR_USAGE", `--${place} ${pair}: there is no ${path}`, {
        hint: "Give NAME=FOLDER, a folder that leukogram evaluate --out wrote.",
      });
    return { data, place, evaluation: JSON.parse(readFileSync(path, "utf8")) as Evaluation };
  });
}

function leftOutOf(folder: string): LeftOut[] {
  const read = <T>(path: string) => JSON.parse(readFileSync(path, "utf8")) as T;
  const files = runFiles(folder);
  const { epochs, imageSize } = read<{ recipe: { epochs: number; imageSize: number } }>(files.config).recipe;
  return read<Omit<LeftOut, "epochs" | "imageSize">[]>(files.judged).map((judged) => ({
    ...judged,
    epochs,
    imageSize,
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const program = new Command("shipModels")
    .argument("<run>", "run folder or .onnx file")
    .addOption(new Option("--name <name>", "what to call it").choices(Object.keys(KNOWN)).makeOptionMandatory())
    .option("--home <name=folder...>", "figures on images of the training images' laboratory")
    .option("--away <name=folder...>", "figures on images of other laboratories")
    .option("--left-out <folder...>", "judgements of laboratories left out, as judgePreset.ts writes them")
    .option("--data <name>", "what it was trained on")
    .option("--failure <sentence...>", "what it is known to get wrong")
    .option("--images <dir>", "images on which half precision is held to the whole")
    .option("--int8", "the .onnx file is in 8 bits already: ship it as it is")
    .option("--command <lines>", "what makes it again")
    .parse();
  const { files, figures } = await shipModel(program.args[0]!, program.opts<ShipOptions>());
  process.stdout.write(`${JSON.stringify({ files, figures }, undefined, 2)}\n`);
}
