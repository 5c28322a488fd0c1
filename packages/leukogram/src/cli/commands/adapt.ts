import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { atScale } from "../../adaptation/atScale.ts";
import { adaptToLabels, type LabelAdaptation } from "../../adaptation/fewLabels/adaptToLabels.ts";
import { type HeldOutJudgement, judgeHeldOut } from "../../adaptation/fewLabels/judgeHeldOut.ts";
import { type Suggestion, suggestCells } from "../../adaptation/fewLabels/suggestCells.ts";
import { writeAdaptedRun } from "../../adaptation/fewLabels/writeAdaptedRun.ts";
import { type OpenRun, openRun } from "../../adaptation/openRun.ts";
import { adaptUnlabelled } from "../../adaptation/unlabelled/adaptUnlabelled.ts";
import { writeUnlabelledRun } from "../../adaptation/unlabelled/writeUnlabelledRun.ts";
import { unpackedFolder } from "../../data/archives/unpackedFolder.ts";
import { type Dataset, openData, type Sample } from "../../data/dataset.ts";
import { readManifest } from "../../data/manifest.ts";
import type { ScaledSample } from "../../data/usedScales.ts";
import { IMAGE_EXTENSIONS_TEXT } from "../../data/walk.ts";
import { labelMap } from "../../evaluation/evaluateModel.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandInput, CommandModule } from "../command.ts";
import { imagesOf } from "../imageFiles.ts";
import { addProgressFlag, addSessionFlags, number, print, sessionOf, shareText, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { checkRunFolder, prepareRunFolder } from "../runFolder.ts";
import { addScaleFlag, type ScaleFlag, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { unlabelledText } from "../unlabelledText.ts";

/** Flags of `adapt`. */
interface Flags extends ScaleFlag {
  readonly out?: string;
  readonly suggest?: number;
  readonly labelled?: string;
  readonly unlabelled?: string;
  readonly homeLoss: number;
  readonly seed: number;
  readonly yes?: boolean;
  readonly judge?: string;
  readonly progressFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const adapt: CommandModule = {
  define(command) {
    command
      .description(
        "Adapt a model to a new laboratory by its unlabelled cells, by a few labelled ones, or name the cells to label first.",
      )
      .argument("<model>", "run folder, or name of a shipped model")
      .argument(
        "[dir]",
        "labelled cells of the new laboratory, 5 to 40 a class: class folders or a manifest CSV; classes may be missing. With --suggest any folder of images; with --unlabelled none is needed",
      )
      .option(
        "--unlabelled <dir>",
        "images of the new laboratory's cells, as they come: a folder, or a manifest CSV; no label is read",
      )
      .option("--out <dir>", "the run folder of the adapted model")
      .option("--suggest <number>", "change nothing: name so many cells to label next", wholeNumber)
      .option("--labelled <dir>", "with --suggest: cells that have a label already")
      .option(
        "--group-by <column>",
        "manifest column whose cells belong together when ways to learn are judged: patient, slide",
      )
      .option("--home-loss <points>", "accuracy that may be lost on the model's own laboratory, points", number, 1)
      .option("--seed <number>", "what all chance comes from", number, 0)
      .option("--judge <dir>", "labelled cells to learn nothing from: both models are judged on them, in judged.json")
      .option("--yes", "replace the run that is in --out");
    addScaleFlag(command);
    addProgressFlag(command);
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram adapt mobilenetv2-anylab unlabelled/ --suggest 20",
    "leukogram adapt mobilenetv2-anylab --unlabelled cells/ --out runs/my-lab",
    "leukogram adapt mobilenetv2-anylab labelled/ --out runs/my-lab",
    "leukogram adapt runs/my-lab more-labels/ --out runs/my-lab-2 --home-loss 0.5 --json",
  ],
  async execute(input) {
    const { progressFile, quiet } = input.options as unknown as Flags;
    const progress = new Progress(Boolean(quiet), progressFile);
    await progress.during(() => execute(input, progress));
  },
};

async function execute({ args: [model, dir], options, signal }: CommandInput, progress: Progress): Promise<void> {
  const flags = options as unknown as Flags;
  const session = sessionOf(options);
  const shared = { ...session, seed: flags.seed, signal, onStage: progress.stage };
  requireFlags(flags, dir);
  const scaled = async (opened: OpenRun, cells: readonly ScaledSample[]) => {
    const { run, laboratories } = await atScale(opened, cells, { told: toldScalesOf(flags), signal });
    tellScale(progress, { laboratories });
    for (const { notes } of laboratories) for (const note of notes) progress.line(`Note: ${note}`);
    return run;
  };
  if (flags.suggest !== undefined) {
    const paths = unlabelled(String(dir), flags.labelled);
    const run = await scaled(
      await openRun(String(model)),
      paths.map((path) => ({ path })),
    );
    const labelled = flags.labelled === undefined ? [] : imagesOf([flags.labelled]);
    const cells = await suggestCells(run, paths, { ...shared, count: flags.suggest, labelled });
    print(Boolean(flags.json), { model, dir, suggest: cells }, () => suggestionText(cells));
    return;
  }
  const out = flags.out!;
  const opened = await openRun(String(model));
  const config = { data: resolve(String(dir ?? flags.unlabelled)), recipe: opened.recipe };
  checkRunFolder(out, config, { resume: false, replace: Boolean(flags.yes) });
  if (resolve(out) === resolve(opened.path))
    throw new LeukogramError("ERR_USAGE", "adapt: --out is the model itself", { hint: "Name another folder." });
  if (dir === undefined) {
    const paths = unlabelled(flags.unlabelled!, undefined);
    const run = await scaled(
      opened,
      paths.map((path) => ({ path })),
    );
    const result = await adaptUnlabelled(run, paths, { ...shared, homeLoss: flags.homeLoss / 100 });
    await prepareRunFolder(out, config, { resume: false, replace: true });
    const samples = paths.map((path) => ({ file: path, path, label: 0, group: path }));
    await writeUnlabelledRun(run, { result, out, from: String(model), samples });
    const { before: _, after: __, memory: ___, ...told } = result;
    print(Boolean(flags.json), { out, from: model, ...told }, () =>
      unlabelledText(result, { out, homeLoss: flags.homeLoss }),
    );
    return;
  }
  const labelledAs = labelledDataOf(options);
  const samples = labelledSamples(openData(String(dir), labelledAs).train, opened);
  const run = await scaled(opened, samples);
  const heldOut = flags.judge === undefined ? undefined : openData(flags.judge, labelledAs).train;
  if (heldOut !== undefined) requireApart(samples, labelledSamples(heldOut, run));
  const pool =
    flags.unlabelled === undefined ? [] : withoutLabelled(flags.unlabelled, [samples, heldOut?.samples ?? []]);
  const result = await adaptToLabels(run, samples, { ...shared, unlabelled: pool, homeLoss: flags.homeLoss / 100 });
  await prepareRunFolder(out, config, { resume: false, replace: true });
  await writeAdaptedRun(run, { result, out, from: String(model), samples });
  const judged = heldOut && (await judgeHeldOut([String(model), out], heldOut, shared));
  if (judged !== undefined) await writeFileWhole(join(out, "judged.json"), `${JSON.stringify(judged, undefined, 2)}\n`);
  const { scale } = run;
  print(Boolean(flags.json), { out, from: model, cells: samples.length, scale, ...summary(result), judged }, () =>
    [resultText(result, { out, run, samples, homeLoss: flags.homeLoss }), ...(judged ? judgedLines(judged) : [])].join(
      "\n",
    ),
  );
}

function requireFlags({ out, suggest, labelled, unlabelled, judge, homeLoss }: Flags, dir: unknown): void {
  const faults: readonly (readonly [boolean, string])[] = [
    [dir === undefined && unlabelled === undefined, "there are no cells to adapt to"],
    [unlabelled !== undefined && suggest !== undefined, "--unlabelled and --suggest were both given"],
    [out === undefined && suggest === undefined, "--out is missing"],
    [out !== undefined && suggest !== undefined, "--out and --suggest were both given"],
    [labelled !== undefined && suggest === undefined, "--labelled goes with --suggest"],
    [judge !== undefined && suggest !== undefined, "--judge goes with --out"],
    [!(homeLoss >= 0 && homeLoss <= 100), `--home-loss takes points from 0 to 100, received ${homeLoss}`],
  ];
  const fault = faults.find(([isFault]) => isFault)?.[1];
  if (fault === undefined) return;
  throw new LeukogramError("ERR_USAGE", `adapt: ${fault}`, {
    hint: "Give labelled cells or --unlabelled DIR, and name the new model with --out; or ask for cells to label with --suggest 20.",
  });
}

// The images of a folder or manifest but for those that have a label.
function unlabelled(dir: string, labelled: string | undefined): string[] {
  for (const folder of [...(isManifest(dir) ? [] : [dir]), ...(labelled === undefined ? [] : [labelled])])
    if (!existsSync(folder) || !statSync(unpackedFolder(folder)).isDirectory())
      throw new LeukogramError("ERR_DATA", `${folder}: there is no such folder`, {
        hint: "Check the path's spelling.",
      });
  const known = new Set(labelled === undefined ? [] : imagesOf([labelled]).map((path) => resolve(path)));
  const all = isManifest(dir) ? readManifest(dir).rows.map(({ path }) => path) : imagesOf([dir]);
  const paths = all.filter((path) => !known.has(resolve(path)));
  if (paths.length > 0) return paths;
  throw new LeukogramError("ERR_DATA", `${dir}: holds no image without a label`, {
    hint: `Give a folder of images (${IMAGE_EXTENSIONS_TEXT}).`,
  });
}

const isManifest = (path: string) => /\.csv$/i.test(path);

// What is judged by must not vote either, or the judgement would be of cells that were seen.
function withoutLabelled(dir: string, sets: readonly (readonly Sample[])[]): string[] {
  const known = new Set(sets.flat().map(({ path }) => resolve(path)));
  return unlabelled(dir, undefined).filter((path) => !known.has(resolve(path)));
}

// The set's classes as the model's.
function labelledSamples(dataset: Dataset, { classes, path }: OpenRun): Sample[] {
  const labels = labelMap({ classes, path }, dataset.classes);
  return dataset.samples.map((sample) => ({ ...sample, label: labels[sample.label]! }));
}

function requireApart(samples: readonly Sample[], heldOut: readonly Sample[]): void {
  const learned = new Set(samples.map(({ path }) => path));
  const both = heldOut.find(({ path }) => learned.has(path));
  if (both === undefined) return;
  throw new LeukogramError("ERR_DATA", `${both.path}: is to be learned from and judged by`, {
    hint: "Give other cells with --judge.",
  });
}

const judgedLines = ({ cells, before, after }: HeldOutJudgement) => [
  `Held out           ${cells} cells: accuracy ${shareText(before)}, now ${shareText(after)}`,
];

function summary({ before, after, memory: _, ...result }: LabelAdaptation) {
  const headline = ({ evaluation: { accuracy, balancedAccuracy } }: LabelAdaptation["before"]) => ({
    accuracy,
    balancedAccuracy,
  });
  return { ...result, before: headline(before), after: headline(after) };
}

const points = ({ value, low, high }: Estimate) =>
  `${(100 * value).toFixed(1)} points (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

function resultText(
  { adapted, reason, before, after, gain, home, share }: LabelAdaptation,
  { out, run, samples, homeLoss }: { out: string; run: OpenRun; samples: readonly Sample[]; homeLoss: number },
): string {
  const counts = run.classes.map((name, k) => `${name} ${samples.filter(({ label }) => label === k).length}`);
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    `Labelled cells     ${samples.length}: ${counts.join(", ")}`,
    `Model as it is     accuracy ${shareText(before.evaluation.accuracy)}, balanced ${shareText(before.evaluation.balancedAccuracy)}`,
    `Best of the rest   accuracy ${shareText(after.evaluation.accuracy)}, balanced ${shareText(after.evaluation.balancedAccuracy)}`,
    `Expected gain      accuracy ${points(gain.accuracy)}, balanced ${points(gain.balancedAccuracy)}`,
    home
      ? `Own laboratory     ${percent(home.before)}, now ${percent(home.after)} of ${home.cells} remembered cells (${homeLoss} points may be lost)`
      : "Own laboratory     not looked at: the model remembers no cells of it",
    adapted
      ? `Adapted by ${reason}${share < 1 ? `; ${percent(share)} of the way, for the own laboratory's sake` : ""}`
      : `Not adapted: ${reason}. What is written is the model as it was.`,
    "Figures are cross-validated on these labels: each cell is judged by a model that has not seen it.",
    `Written: ${out}`,
  ].join("\n");
}

function suggestionText(cells: readonly Suggestion[]): string {
  return cells.map(({ path, predicted, probability }) => `${path}\t${predicted}\t${probability.toFixed(4)}`).join("\n");
}

export default adapt;
