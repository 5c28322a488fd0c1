import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { joinModels } from "@leukogram/engine/models/joined";
import { joinedName } from "@leukogram/engine/models/registry";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { OpenedData, Sample } from "../data/sample.ts";
import { redCellsOf } from "../data/scale/laboratoryScales.ts";
import { loadClassifier } from "../evaluation/classifier.ts";
import { storeConfidence } from "../evaluation/confidence/storeConfidence.ts";
import { evaluatePredictions } from "../evaluation/evaluate.ts";
import { answerImages, labelMap } from "../evaluation/evaluateModel.ts";
import { writePredictionsCsv } from "../evaluation/predictionsCsv.ts";
import type { Evaluation } from "../evaluation/types.ts";
import { runFiles } from "../run/runFolder.ts";
import { type PictureSource, rememberHome, writeHomeMemory } from "../training/homeMemory.ts";
import { cellNormalizationOf } from "../training/recipe/cellsOfRecipe.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import { splitByRecipe } from "../training/recipe/splitByRecipe.ts";
import { writeModel } from "../training/trainModel.ts";
import type { OpenRun } from "./openRun.ts";
import { readPictures } from "./pictures.ts";

/** What {@link joinRuns} takes beside the runs. */
export interface JoinRunsOptions extends SessionOptions {
  /** The images that both were trained on: those that both held out are what the joined model is looked at by. */
  readonly data: Pick<OpenedData, "train" | "validation">;
  /** The new run folder. */
  readonly out: string;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** The settings of the model that two runs make together. @throws ERR_CONFIG if they do not go together. */
export function joinedRecipe(first: OpenRun, second: OpenRun): Recipe {
  requireFit(first, second);
  const { cellHue, cellDensity, cellWhite } = second.recipe;
  const model = joinedName(first.recipe.model, second.recipe.model);
  const recipe = { ...first.recipe, model, frozen: false, unfreezeFrom: undefined };
  return isCropped(first) ? recipe : { ...recipe, cellHue, cellDensity, cellWhite, cellOwn: true };
}

/** Whether a run's model takes crops at the laboratory's scale, in the colours that they have. */
const isCropped = ({ recipe }: OpenRun) => recipe.cropRedCells !== undefined;

/**
 * Makes one model of two runs: the mean of their logits. Both see the same crop at the laboratory's scale, or the first
 * sees cells in their own colours and the second in normalised ones. Writes its run folder: predictions/validation.csv, joined.json, memory.safetensors, model.keras
 * and model.onnx. Nothing is learned, so nothing is chosen by the images either.
 *
 * @throws ERR_CONFIG if the runs do not go together; ERR_IMAGE; ERR_ABORTED.
 */
export async function joinRuns(first: OpenRun, second: OpenRun, options: JoinRunsOptions): Promise<Evaluation> {
  const { data, out, signal, onStage, ...session } = options;
  const recipe = joinedRecipe(first, second);
  const built = joinModels(
    { model: first.model, lastBlocks: first.changeable },
    { model: second.model, lastBlocks: second.changeable },
    { shared: isCropped(first) },
  );
  built.takeWeights();
  const { validation } = splitByRecipe(data, recipe);
  const scale = first.scale ?? second.scale;
  const run = { ...first, model: built.model, cells: cellNormalizationOf(recipe, built.model.input.shape[0]!), scale };
  const map = labelMap(first, data.train.classes);
  const labels = validation.map(({ label }) => map[label]!);
  const memory = await rememberHome(built, labels, pictureSource(run, validation, signal), session);
  const files = runFiles(out);
  await writeHomeMemory(files.memory, memory);
  const told = { from: [first, second].map(({ path, recipe: own }) => ({ path, recipe: own })) };
  await writeFileWhole(files.joined, `${JSON.stringify(told, undefined, 2)}\n`);
  await writeModel(
    built.model,
    { classes: first.classes, recipe, home: { ...first.home, temperature: undefined }, scale },
    out,
  );
  const classifier = await loadClassifier(out, session);
  try {
    const { predictions } = await answerImages(classifier, data.train, validation, {
      signal,
      onProgress: (done, total) => onStage?.("Classifying validation images", done, total),
    });
    await writePredictionsCsv(files.predictionsOf("validation"), predictions);
    await storeConfidence(out, predictions);
    return evaluatePredictions(predictions);
  } finally {
    await classifier.close();
  }
}

function pictureSource(run: OpenRun, samples: readonly Sample[], signal: StopSignal | undefined): PictureSource {
  return async function* (indices) {
    const files = indices.map((i) => samples[i]!.path);
    const redCells = isCropped(run) ? await redCellsOf(samples, { known: run.scale, signal }) : [];
    const redCellOf = (i: number) => redCells[indices[i]!];
    const { data, count } = await readPictures(run, files, { limit: files.length, strict: true, redCellOf, signal });
    const size = data.length / count;
    for (let i = 0; i < count; i++) yield data.subarray(i * size, (i + 1) * size);
  };
}

/** What says which images were held out, and how a picture is brought to the network. */
const SHARED = [
  "splitSeed",
  "validation",
  "split",
  "groupBy",
  "imageSize",
  "views",
  "viewStain",
  "cropRedCells",
  "alpha",
] as const;

function requireFit(first: OpenRun, second: OpenRun): void {
  // The split comes from the seed where nothing else is said.
  const [own, other] = [first, second].map(({ recipe }) => ({ ...recipe, splitSeed: recipe.splitSeed ?? recipe.seed }));
  const different = SHARED.find((key) => own![key] !== other![key]);
  const { cellHue, cellDensity, cellWhite } = first.recipe;
  const normalizes = !isCropped(first) && !isCropped(second);
  const scales = [first, second].flatMap(({ scale }) => (scale ? [scale.redCell] : []));
  const faults: readonly (readonly [boolean, string, string])[] = [
    [
      resolve(first.path) === resolve(second.path),
      "they are the same run",
      "Give two runs, such as two seeds of one recipe.",
    ],
    [
      normalizes && (first.cells === undefined || second.cells === undefined),
      "one of the models does not find the cell",
      "Train both with cropRedCells, or both with cellDiameters.",
    ],
    [
      normalizes && (cellHue !== 0 || cellDensity !== 0 || cellWhite !== false),
      `${first.path} does not see cells in their original colours`,
      "Put the run with cellHue 0, cellDensity 0 and cellWhite false first.",
    ],
    [
      new Set(scales).size > 1,
      `the models were adapted to laboratories with different scales: red cells of ${scales.join(" and ")} pixels`,
      "Join the original runs, then adapt the joined model.",
    ],
    [
      first.classes.join() !== second.classes.join(),
      `the models have different classes: ${first.classes.join(", ")}; ${second.classes.join(", ")}`,
      "Train both on the same images.",
    ],
    [
      different !== undefined,
      `${different} is ${own![different!]} and ${other![different!]}`,
      "Train both with the same split and image settings, so that both hold out the same images.",
    ],
  ];
  const fault = faults.find(([isFault]) => isFault);
  if (fault === undefined) return;
  throw new LeukogramError("ERR_CONFIG", `${first.path} and ${second.path} can't be joined: ${fault[1]}`, {
    hint: fault[2],
  });
}
