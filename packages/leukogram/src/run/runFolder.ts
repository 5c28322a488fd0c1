// Names and places of what a run folder holds (docs/architecture.md); all that read or write one ask here.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const NAMES = {
  config: "config.json",
  history: "history.csv",
  log: "log.txt",
  checkpoints: "checkpoints",
  keras: "model.keras",
  model: "model.onnx",
  memory: "memory.safetensors",
  predictions: "predictions",
  metrics: "metrics",
  figures: "figures",
  report: "report.html",
  card: "model-card.md",
  laboratories: "laboratories",
  adaptation: "adaptation.json",
  joined: "joined.json",
  judged: "judged.json",
  crossvalidation: "crossvalidation.json",
  splits: "splits",
  answers: "predictions.csv",
} as const;

const EVALUATION = "metrics.json";

/** All that a run writes into its folder; nothing else in it is ever touched. */
export const RUN_NAMES: readonly string[] = Object.values(NAMES);

/** What a folder holds that judges one set alone: answers and figures. */
export const JUDGED_NAMES: readonly string[] = [NAMES.answers, EVALUATION];

/** The files of a run for a reader, and for what follows runs. */
export const SHOWN_NAMES: readonly string[] = [NAMES.card, NAMES.report, NAMES.history, NAMES.config];

/** Where the files of a run lie, there or not. */
export function runFiles(run: string) {
  const at = (...names: readonly string[]) => join(run, ...names);
  return {
    config: at(NAMES.config),
    history: at(NAMES.history),
    log: at(NAMES.log),
    checkpoint: at(NAMES.checkpoints, "last.safetensors"),
    keras: at(NAMES.keras),
    /** Written last: its presence says that the run is finished. */
    model: at(NAMES.model),
    memory: at(NAMES.memory),
    /** Answers to a set of images. */
    predictionsOf: (set: string) => at(NAMES.predictions, `${set}.csv`),
    /** Figures of a set of images, or of each laboratory. */
    metricsOf: (set: string) => at(NAMES.metrics, `${set}.json`),
    figureOf: (name: string) => at(NAMES.figures, `${name}.svg`),
    report: at(NAMES.report),
    card: at(NAMES.card),
    /** Holds a run folder for each laboratory that was left out. */
    laboratories: at(NAMES.laboratories),
    adaptation: at(NAMES.adaptation),
    joined: at(NAMES.joined),
    judged: at(NAMES.judged),
    crossvalidation: at(NAMES.crossvalidation),
    /** The run folder of one split, or the file that says how all were made. */
    splitOf: (name: string) => at(NAMES.splits, name),
    /** Answers and figures of a folder that judges one set alone: a laboratory that was left out, all splits together. */
    answers: at(NAMES.answers),
    evaluation: at(EVALUATION),
  };
}

/** The .onnx file of a run folder, or the model file itself. */
export function onnxOf(model: string): string {
  return statSync(model, { throwIfNoEntry: false })?.isDirectory() ? runFiles(model).model : model;
}

/** Whether a folder holds a run, finished or not. */
export function isRunFolder(path: string): boolean {
  const { model, config } = runFiles(path);
  return existsSync(model) || existsSync(config);
}
