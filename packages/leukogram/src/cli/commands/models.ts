import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { loadClassifier } from "../../evaluation/classifier.ts";
import type { LaboratoryFigures } from "../../evaluation/laboratories/laboratories.ts";
import type { Evaluation } from "../../evaluation/types.ts";
import { unseenLaboratories } from "../../report/laboratoryTable.ts";
import { bytes, count, percentEstimate } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { isRunFolder, runFiles } from "../../run/runFolder.ts";
import type { ShippedFigure, ShippedModel } from "../../shipped/shipped.ts";
import { isShippedName, shippedFolder, shippedModels } from "../../shipped/shippedModels.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";

/** What a figure of the list says; the limits are 95 %. */
type Figure = Pick<ShippedFigure, "data" | "count" | "accuracy" | "balancedAccuracy">;

/** A model of the list. */
interface Listed {
  /** What to call it by, wherever a MODEL is asked for. */
  readonly name: string;
  readonly path: string;
  readonly title?: string | undefined;
  readonly classes: readonly string[];
  readonly imageSize: readonly [number, number];
  readonly parameters: number | undefined;
  readonly bytes: number;
  readonly licence?: string | undefined;
  readonly citations?: readonly string[];
  /** On images of the laboratory that it was trained on. */
  readonly home: readonly Figure[];
  /** On images of other laboratories. */
  readonly away: readonly Figure[];
}

const models: CommandModule = {
  define(command) {
    command
      .description("List the built-in models, or the models at the paths, with their metrics.")
      .argument("[models...]", "names of built-in models, run folders, folders of runs, or model files");
  },
  examples: ["leukogram models", "leukogram models runs", "leukogram models runs/cnn model.onnx --json"],
  async execute({ args: [words], options }) {
    const wanted = words as string[];
    const listed: Listed[] = wanted.length === 0 ? shippedModels().map(ofShipped) : [];
    for (const word of wanted) listed.push(...(await ofWord(word)));
    print(Boolean(options.json), { models: listed }, () => textOf(listed));
  },
};

async function ofWord(word: string): Promise<Listed[]> {
  if (isShippedName(word))
    return shippedModels()
      .filter(({ name }) => name === word)
      .map(ofShipped);
  const runs = runsIn(word);
  if (runs === undefined) return [await ofPath(word)];
  const listed: Listed[] = [];
  for (const run of runs) listed.push(await ofPath(run));
  return listed;
}

// The finished runs in a folder that is none itself.
function runsIn(path: string): string[] | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder || isRunFolder(path)) return undefined;
  const runs = readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((run) => existsSync(runFiles(run).model));
  if (runs.length > 0) return runs;
  throw new LeukogramError("ERR_FORMAT", `${path}: contains no finished run`, {
    hint: "Give run folders, a folder of them, or .onnx files.",
  });
}

function ofShipped(model: ShippedModel): Listed {
  const file = model.files[0]!;
  const at = (wanted: ShippedFigure["place"]) =>
    model.figures.filter(({ place }) => place === wanted).map(({ place: _, ...figure }) => figure);
  return {
    name: model.name,
    path: join(shippedFolder(), file.file),
    title: model.title,
    classes: model.classes,
    imageSize: model.imageSize,
    parameters: model.parameters,
    bytes: file.bytes,
    licence: model.licence,
    citations: model.citations,
    home: at("home"),
    away: at("away"),
  };
}

async function ofPath(path: string): Promise<Listed> {
  const classifier = await loadClassifier(path, { threads: 1 });
  try {
    const { classes, imageSize, parameters, fileBytes } = classifier;
    const figures = statSync(path).isDirectory() ? figuresOf(path) : { home: [], away: [] };
    return { name: path, path: classifier.path, classes, imageSize, parameters, bytes: fileBytes, ...figures };
  } finally {
    await classifier.close();
  }
}

// What the run's metrics say: of the test images, else of those that the model was chosen by; and of each laboratory, by
// a model of the same recipe that has not seen it.
function figuresOf(run: string): Pick<Listed, "home" | "away"> {
  const home = ["test", "validation"].map((data) => readFigure(runFiles(run).metricsOf(data), data));
  return { home: home.flatMap((figure) => figure ?? []).slice(0, 1), away: unseenFigures(run) };
}

function unseenFigures(run: string): Figure[] {
  const path = runFiles(run).metricsOf("laboratories");
  if (!existsSync(path)) return [];
  const figures = JSON.parse(readFileSync(path, "utf8")) as LaboratoryFigures;
  return unseenLaboratories(figures).map(({ laboratory, evaluation }) => {
    const { count: images, accuracy, balancedAccuracy } = evaluation;
    return { data: laboratory, count: images, accuracy, balancedAccuracy };
  });
}

function readFigure(path: string, data: string): Figure | undefined {
  if (!existsSync(path)) return undefined;
  const { count: images, accuracy, balancedAccuracy } = JSON.parse(readFileSync(path, "utf8")) as Evaluation;
  return { data, count: images, accuracy, balancedAccuracy };
}

function textOf(listed: readonly Listed[]): string {
  if (listed.length === 0) return `No models in ${shippedFolder()}. To list your runs: leukogram models runs`;
  const header = ["Model", "Classes", "Pixels", "Parameters", "File", "Licence", "Home accuracy", "Away accuracy"];
  const figures = (all: readonly Figure[]) =>
    all.map(({ data, accuracy }) => `${data} ${percentEstimate(accuracy)}`).join("; ") || "-";
  const rows = listed.map((model) => [
    model.name,
    String(model.classes.length),
    model.imageSize.join(" x "),
    count(model.parameters),
    bytes(model.bytes),
    model.licence ?? "-",
    figures(model.home),
    figures(model.away),
  ]);
  return textTable([header, ...rows]);
}

export default models;
