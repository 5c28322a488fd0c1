import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { EVENT_FILE, type Scalar, writeEventFile } from "@leukogram/engine/formats/eventFile";
import { type MlflowRun, sendToMlflow, type TrackedMetric } from "@leukogram/engine/formats/mlflow";
import { HEADLINES } from "../../evaluation/figures.ts";
import type { Evaluation } from "../../evaluation/types.ts";
import { readRunConfig } from "../../jobs/runs/runConfig.ts";
import { flattenSettings } from "../../report/settings.ts";
import { runFiles, SHOWN_NAMES } from "../../run/runFolder.ts";
import type { EpochRow } from "../../training/history.ts";
import { readHistory } from "../../training/readHistory.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";
import { Progress } from "../progress.ts";

/** Flags of `track`. */
interface Flags {
  readonly tensorboard?: string;
  readonly mlflow?: string;
  readonly experiment: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const track: CommandModule = {
  define(command) {
    command
      .description("Export runs to TensorBoard, as event files, or to an MLflow tracking server.")
      .argument("<runs...>", "run folders, finished or still training")
      .option("--tensorboard <dir>", "TensorBoard log folder; each run gets a subfolder")
      .option("--mlflow <url>", "address of an MLflow tracking server; each call creates a new run there")
      .option("--experiment <name>", "MLflow experiment", "leukogram");
  },
  examples: [
    "leukogram track runs/cnn runs/mobilenetv2 --tensorboard logs",
    "leukogram track runs/cnn --mlflow http://127.0.0.1:5000 --experiment cells",
  ],
  async execute({ args: [paths], options, signal }) {
    const { tensorboard, mlflow, experiment, json, quiet } = options as unknown as Flags;
    if (tensorboard === undefined && mlflow === undefined)
      throw new LeukogramError("ERR_USAGE", "track: neither --tensorboard nor --mlflow was given", {
        hint: "Give a log folder for TensorBoard, or the address of an MLflow server.",
      });
    const runs = (paths as readonly string[]).map(readRun);
    const twice = runs.find(({ name }, i) => runs.findIndex((other) => other.name === name) < i);
    if (twice !== undefined)
      throw new LeukogramError("ERR_USAGE", `track: two runs are named "${twice.name}"`, {
        hint: "Export them separately, each to another folder.",
      });
    const progress = new Progress(Boolean(quiet));
    const told: { run: string; tensorboard?: string; mlflow?: MlflowRun }[] = [];
    for (const [i, run] of runs.entries()) {
      progress.stage("Exporting runs", i, runs.length);
      const folder = tensorboard === undefined ? undefined : join(tensorboard, run.name);
      if (folder !== undefined) await writeEvents(run, folder);
      const sent =
        mlflow === undefined ? undefined : await sendToMlflow(trackedRun(run), { url: mlflow, experiment, signal });
      for (const name of sent?.refused ?? []) progress.line(`Note: the server rejected ${name}`);
      told.push({ run: run.path, ...(folder && { tensorboard: folder }), ...(sent && { mlflow: sent }) });
    }
    progress.stage("Exporting runs", runs.length, runs.length);
    print(Boolean(json), told, () =>
      told
        .flatMap(({ run, tensorboard: folder, mlflow: sent }) => [
          ...(folder === undefined ? [] : [`${run}: ${folder}`]),
          ...(sent === undefined ? [] : [`${run}: run ${sent.runId} of experiment ${sent.experimentId}`]),
        ])
        .join("\n"),
    );
  },
};

interface Run {
  readonly path: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly version: string;
  readonly history: readonly EpochRow[];
  /** Figures by the set that they are of. */
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  /** Seconds since 1970 at which the last epoch ended. */
  readonly ended: number;
}

function readRun(path: string): Run {
  const { recipe, version } = readRunConfig(path);
  const history = readHistory(path);
  if (history.length === 0)
    throw new LeukogramError("ERR_DATA", `${path}: the run has no finished epoch yet`, {
      hint: "Wait until its first epoch has finished.",
    });
  const evaluations = new Map<string, Evaluation>();
  const files = runFiles(path);
  for (const set of ["validation", "test"]) {
    const file = files.metricsOf(set);
    if (existsSync(file)) evaluations.set(set, JSON.parse(readFileSync(file, "utf8")) as Evaluation);
  }
  const ended = statSync(files.history).mtimeMs / 1000;
  return { path, name: basename(resolve(path)), settings: recipe, version, history, evaluations, ended };
}

/** When each epoch ended, seconds since 1970, counted back from the last. */
function endsOf({ history, ended }: Run): number[] {
  const total = history.reduce((sum, { seconds }) => sum + seconds, 0);
  let at = ended - total;
  return history.map(({ seconds }) => {
    at += seconds;
    return at;
  });
}

// Figures with their limits, by name.
function figuresOf(evaluation: Evaluation): [string, number][] {
  return HEADLINES.flatMap((name) => {
    const estimate = evaluation[name];
    if (estimate === undefined || !Number.isFinite(estimate.value)) return [];
    return [
      [name, estimate.value],
      [`${name}_low`, estimate.low],
      [`${name}_high`, estimate.high],
    ] as [string, number][];
  }).filter(([, value]) => Number.isFinite(value));
}

// As Keras's TensorBoard callback has it: a folder for training, one for validation, the same tags in both.
async function writeEvents(run: Run, folder: string): Promise<void> {
  const ends = endsOf(run);
  const { history } = run;
  const column = (tag: string, value: (row: EpochRow) => number | undefined): Scalar[] =>
    history.flatMap((row, i) => {
      const own = value(row);
      return own === undefined ? [] : [{ tag, step: row.epoch, value: own, time: ends[i]! }];
    });
  const sets: [string, Scalar[]][] = [
    [
      "train",
      [
        ...column("epoch_loss", ({ loss }) => loss),
        ...column("epoch_accuracy", ({ accuracy }) => accuracy),
        ...column("epoch_learning_rate", ({ learningRate }) => learningRate),
      ],
    ],
    [
      "validation",
      [
        ...column("epoch_loss", ({ valLoss }) => valLoss),
        ...column("epoch_accuracy", ({ valAccuracy }) => valAccuracy),
      ],
    ],
    ...[...run.evaluations].map(([set, evaluation]): [string, Scalar[]] => [
      `judged-${set}`,
      figuresOf(evaluation).map(([tag, value]) => ({
        tag: `figures/${tag}`,
        step: history.at(-1)!.epoch,
        value,
        time: run.ended,
      })),
    ]),
  ];
  for (const [set, scalars] of sets)
    if (scalars.length > 0) await writeEventFile(join(folder, set, EVENT_FILE), scalars);
}

function trackedRun(run: Run) {
  const ends = endsOf(run);
  const metric = (key: string, value: number | undefined, step: number, seconds: number): TrackedMetric[] =>
    value === undefined || !Number.isFinite(value) ? [] : [{ key, value, step, timestamp: Math.round(seconds * 1000) }];
  const metrics = run.history.flatMap((row, i) => [
    ...metric("loss", row.loss, row.epoch, ends[i]!),
    ...metric("accuracy", row.accuracy, row.epoch, ends[i]!),
    ...metric("val_loss", row.valLoss, row.epoch, ends[i]!),
    ...metric("val_accuracy", row.valAccuracy, row.epoch, ends[i]!),
    ...metric("learning_rate", row.learningRate, row.epoch, ends[i]!),
  ]);
  const last = run.history.at(-1)!.epoch;
  for (const [set, evaluation] of run.evaluations)
    for (const [name, value] of figuresOf(evaluation))
      metrics.push(...metric(`${set}_${name}`, value, last, run.ended));
  const files = SHOWN_NAMES.filter((name) => existsSync(join(run.path, name)));
  return {
    name: run.name,
    params: Object.fromEntries(flattenSettings(run.settings)),
    tags: {
      "mlflow.source.name": "leukogram",
      leukogram: run.version,
      notice: "Research use only; not a medical device.",
    },
    metrics,
    startTime: Math.round((ends[0]! - run.history[0]!.seconds) * 1000),
    endTime: Math.round(run.ended * 1000),
    artifacts: Object.fromEntries(files.map((name) => [name, new Uint8Array(readFileSync(join(run.path, name)))])),
  };
}

export default track;
