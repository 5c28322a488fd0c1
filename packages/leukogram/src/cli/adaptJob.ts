// What `adapt` does with a model and cells, and what it writes and says.

import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { adaptToLabels, type LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import { type HeldOutJudgement, judgeHeldOut } from "../adaptation/fewLabels/judgeHeldOut.ts";
import { writeAdaptedRun } from "../adaptation/fewLabels/writeAdaptedRun.ts";
import type { OpenRun } from "../adaptation/openRun.ts";
import { adaptUnlabelled } from "../adaptation/unlabelled/adaptUnlabelled.ts";
import { unlabelledFindings, unlabelledOutcome } from "../adaptation/unlabelled/unlabelledWords.ts";
import { writeUnlabelledRun } from "../adaptation/unlabelled/writeUnlabelledRun.ts";
import { unlabelledSamples } from "../adaptation/writeChangedRun.ts";
import { unpackedFolder } from "../data/archives/unpackedFolder.ts";
import { openData } from "../data/dataset.ts";
import { isManifestName } from "../data/manifestTable.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import type { ScaledSample } from "../data/usedScales.ts";
import { IMAGE_EXTENSIONS_TEXT } from "../data/walk.ts";
import { labelMap } from "../evaluation/evaluateModel.ts";
import { FEWEST_PICTURES } from "../metrics/familiarity.ts";
import { withCpu } from "../report/format.ts";
import { labelledFacts } from "../report/labelledFacts.ts";
import { writeAdaptedReport } from "../report/writeAdaptedReport.ts";
import { dataName } from "../report/writeRun.ts";
import { runFiles } from "../run/runFolder.ts";
import { startWatch, type TimeTaken } from "../training/processorTime.ts";
import type { Recipe } from "../training/recipe.ts";
import { labelledDataOf } from "./classNameFlags.ts";
import type { CommandInput } from "./command.ts";
import { imagesOf } from "./imageFiles.ts";
import { print, sessionOf, shareText } from "./options.ts";
import type { Progress } from "./progress.ts";
import { prepareRunFolder } from "./runFolder.ts";
import type { ScaleFlag } from "./scaleFlag.ts";
import { shellWords } from "./shellWords.ts";
import { unlabelledText } from "./unlabelledText.ts";

/** Flags of `adapt`. */
export interface AdaptFlags extends ScaleFlag {
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

/** One adaptation, with all that it needs. */
export interface AdaptJob {
  readonly model: string;
  readonly out: string;
  readonly flags: AdaptFlags;
  readonly options: CommandInput["options"];
  readonly config: { readonly data: string; readonly recipe: Recipe };
  readonly scaled: (opened: OpenRun, cells: readonly ScaledSample[]) => Promise<OpenRun>;
  readonly shared: SessionOptions & {
    readonly seed: number;
    readonly signal: AbortSignal;
    readonly onStage: Progress["stage"];
  };
  readonly progress: Progress;
}

/** Adapts by cells without labels. */
export async function adaptWithout(opened: OpenRun, job: AdaptJob): Promise<void> {
  const { model, out, flags, scaled, shared } = job;
  const heldOut = heldOutOf(job);
  const paths = heldOut
    ? withoutLabelled(flags.unlabelled!, [heldOut.samples])
    : unlabelled(flags.unlabelled!, undefined);
  const samples = unlabelledSamples(paths);
  const run = await scaled(opened, samples);
  const taken = startWatch();
  const result = await adaptUnlabelled(run, paths, { ...shared, homeLoss: flags.homeLoss / 100 });
  const time = taken();
  await beginFolder(job, time);
  await writeUnlabelledRun(run, { result, out, from: model, samples, time });
  const { judged, test } = await judge(run, heldOut, job);
  const { adapted } = result;
  await writeAdaptedReport({
    ...reportOf(run, job),
    adaptation: {
      from: model,
      adapted,
      outcome: withStop(unlabelledOutcome(result)),
      findings: unlabelledFindings(result, flags.homeLoss),
    },
    learned: [],
    unlabelled: { predictions: result.after, samples },
    test,
    time,
    warnings: [],
  });
  const { before: _, after: __, memory: ___, ...told } = result;
  print(Boolean(flags.json), { out, from: model, ...told, ...time, ...(judged && { judged }) }, () =>
    [unlabelledText(result, { out, homeLoss: flags.homeLoss }), ...(judged ? judgedLines(judged) : [])].join("\n"),
  );
}

/** Adapts by labelled cells. */
export async function adaptWith(opened: OpenRun, dir: string, job: AdaptJob): Promise<void> {
  const { model, out, flags, options, scaled, shared, progress } = job;
  const samples = labelledSamples(openData(dir, labelledDataOf(options)).train, opened);
  const run = await scaled(opened, samples);
  const heldOut = heldOutOf(job);
  if (heldOut !== undefined) requireApart(samples, labelledSamples(heldOut, run));
  const pool =
    flags.unlabelled === undefined ? [] : withoutLabelled(flags.unlabelled, [samples, heldOut?.samples ?? []]);
  const taken = startWatch();
  const result = await adaptToLabels(run, samples, { ...shared, unlabelled: pool, homeLoss: flags.homeLoss / 100 });
  const time = taken();
  await beginFolder(job, time);
  await writeAdaptedRun(run, { result, out, from: model, samples, unlabelled: pool, time });
  const { judged, test } = await judge(run, heldOut, job);
  const { adapted, before, after } = result;
  const warnings = adapted ? fewLooks(samples.length + pool.length) : [];
  for (const warning of warnings) progress.line(`Note: ${warning}`);
  await writeAdaptedReport({
    ...reportOf(run, job),
    adaptation: labelledFacts(result, { from: model, homeLoss: flags.homeLoss }),
    learned: samples,
    // What was judged there is the model that is written, or others that were made as it was.
    validation: { predictions: (adapted ? after : before).predictions, samples },
    test,
    time,
    warnings,
  });
  const { scale } = run;
  print(
    Boolean(flags.json),
    { out, from: model, cells: samples.length, scale, ...summary(result), judged, ...time },
    () =>
      [
        resultText(result, { out, run, samples, homeLoss: flags.homeLoss }),
        ...(judged ? judgedLines(judged) : []),
      ].join("\n"),
  );
}

async function beginFolder({ out, config, progress }: AdaptJob, { seconds, cpuSeconds }: TimeTaken): Promise<void> {
  progress.line(`Adapting took ${withCpu(seconds, cpuSeconds)}`);
  await prepareRunFolder(out, config, { resume: false, replace: true });
  progress.openLog(runFiles(out).log);
}

const heldOutOf = ({ flags, options }: AdaptJob) =>
  flags.judge === undefined ? undefined : openData(flags.judge, labelledDataOf(options)).train;

// Both models on cells that nothing is learned from.
async function judge(run: OpenRun, heldOut: Dataset | undefined, { model, out, shared }: AdaptJob) {
  if (heldOut === undefined) return { judged: undefined, test: undefined };
  const { judgement: judged, predictions } = await judgeHeldOut([model, out], heldOut, shared);
  await writeFileWhole(runFiles(out).judged, `${JSON.stringify(judged, undefined, 2)}\n`);
  return { judged, test: { predictions, samples: labelledSamples(heldOut, run) } };
}

function reportOf({ classes, recipe }: OpenRun, { out, config, model, flags, options }: AdaptJob) {
  return {
    out,
    classes,
    settings: recipe,
    dataName: dataName(config.data),
    session: sessionOf(options),
    command: commandLine(model, config.data, flags),
  };
}

function commandLine(
  model: string,
  data: string,
  { out, unlabelled: cells, judge: cellsToJudge, ...flags }: AdaptFlags,
): string {
  const given = cells !== undefined && resolve(cells) === data ? [] : [data];
  const words = [model, ...given];
  if (cells !== undefined) words.push("--unlabelled", cells);
  if (cellsToJudge !== undefined) words.push("--judge", cellsToJudge);
  words.push("--home-loss", String(flags.homeLoss), "--seed", String(flags.seed));
  words.push("--out", `${out!.replace(/[/\\]+$/, "")}-again`);
  return `leukogram adapt ${shellWords(words)}`;
}

const withStop = (text: string) => (text.endsWith(".") ? text : `${text}.`);

// What predict then says of these pictures.
const fewLooks = (pictures: number) =>
  pictures >= FEWEST_PICTURES
    ? []
    : [
        `${pictures} are too few to learn how this laboratory's images look (${FEWEST_PICTURES} needed), so the model may call them unfamiliar. Add more with --unlabelled.`,
      ];

/** The images of a folder or manifest but for those that have a label. @throws ERR_DATA if there is none. */
export function unlabelled(dir: string, labelled: string | undefined): string[] {
  for (const folder of [...(isManifestName(dir) ? [] : [dir]), ...(labelled === undefined ? [] : [labelled])])
    if (!existsSync(folder) || !statSync(unpackedFolder(folder)).isDirectory())
      throw new LeukogramError("ERR_DATA", `${folder}: no such folder`, {
        hint: "Check the path's spelling.",
      });
  const known = new Set(labelled === undefined ? [] : imagesOf([labelled]).map((path) => resolve(path)));
  const all = imagesOf([dir]);
  const paths = all.filter((path) => !known.has(resolve(path)));
  if (paths.length > 0) return paths;
  throw new LeukogramError("ERR_DATA", `${dir}: contains no unlabelled images`, {
    hint: `Give a folder of images (${IMAGE_EXTENSIONS_TEXT}).`,
  });
}

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
  throw new LeukogramError("ERR_DATA", `${both.path}: used both for training and for evaluation`, {
    hint: "Give different cells with --judge.",
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
    `Original model     accuracy ${shareText(before.evaluation.accuracy)}, balanced ${shareText(before.evaluation.balancedAccuracy)}`,
    `Best adaptation    accuracy ${shareText(after.evaluation.accuracy)}, balanced ${shareText(after.evaluation.balancedAccuracy)}`,
    `Expected gain      accuracy ${points(gain.accuracy)}, balanced ${points(gain.balancedAccuracy)}`,
    home
      ? `Home laboratory    ${percent(home.before)}, now ${percent(home.after)} of ${home.cells} stored cells (allowed loss: ${homeLoss} percentage points)`
      : "Home laboratory    not checked: the model has stored no cells from it",
    adapted
      ? `Adapted by ${reason}${share < 1 ? `; blended at ${percent(share)} to protect accuracy in the home laboratory` : ""}`
      : `Not adapted: ${reason}. The model was saved unchanged.`,
    "These figures are cross-validated: each cell is evaluated by a model that was not trained on it.",
    `Written: ${out}`,
  ].join("\n");
}
