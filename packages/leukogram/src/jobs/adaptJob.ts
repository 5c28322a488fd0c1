// An adaptation as a whole: cells, learning, judgement, run folder.
import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { adaptToLabels, type LabelAdaptation } from "../adaptation/fewLabels/adaptToLabels.ts";
import { type HeldOutJudgement, judgeHeldOut } from "../adaptation/fewLabels/judgeHeldOut.ts";
import { writeAdaptedRun } from "../adaptation/fewLabels/writeAdaptedRun.ts";
import { type OpenRun, openRun } from "../adaptation/openRun.ts";
import { adaptUnlabelled, type UnlabelledAdaptation } from "../adaptation/unlabelled/adaptUnlabelled.ts";
import { unlabelledFindings, unlabelledOutcome } from "../adaptation/unlabelled/unlabelledWords.ts";
import { writeUnlabelledRun } from "../adaptation/unlabelled/writeUnlabelledRun.ts";
import { unlabelledSamples } from "../adaptation/writeChangedRun.ts";
import { openData } from "../data/dataset.ts";
import type { DataOptions, Dataset, Sample } from "../data/sample.ts";
import type { Scale } from "../data/scale/scale.ts";
import { FEWEST_PICTURES } from "../metrics/familiarity.ts";
import { labelledFacts } from "../report/labelledFacts.ts";
import { withCpu } from "../report/text/format.ts";
import { writeAdaptedReport } from "../report/writeAdaptedReport.ts";
import { dataName } from "../report/writeRun.ts";
import { runFiles } from "../run/runFolder.ts";
import { startWatch, type TimeTaken } from "../training/progress/processorTime.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { labelledSamples, requireApart, unlabelledImages, withoutLabelled } from "./newCells.ts";
import { checkRunFolder, prepareRunFolder } from "./runs/runConfig.ts";
import { scaledRun } from "./runs/scaledRun.ts";
import { shellWords } from "./shellWords.ts";

/** What {@link adaptJob} takes; `labelled` or `unlabelled` cells are needed. */
export interface AdaptJobOptions extends JobOptions, SessionOptions {
  /** Run folder, or name of a shipped model. */
  readonly model: string;
  /** The run folder of the adapted model. */
  readonly out: string;
  /** Labelled cells of the new laboratory: class folders or a manifest. */
  readonly labelled?: string | undefined;
  /** Images of its cells as they come: a folder or a manifest; no label is read. */
  readonly unlabelled?: string | undefined;
  /** Labelled cells to learn nothing from: both models are judged on them. */
  readonly judge?: string | undefined;
  /** How labelled cells are grouped, and their classes taken. */
  readonly labels?: DataOptions;
  /** How large the pictures show a cell: `72px` or `0.10um`; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** Accuracy that may be lost on the model's own laboratory, points from 0 to 100; default 1. */
  readonly homeLoss?: number;
  /** What all chance comes from; default 0. */
  readonly seed?: number;
  /** Let the run in `out` make room for the new one. */
  readonly replace?: boolean;
}

/** What {@link adaptJob} gives in either case. */
export interface AdaptedRun {
  /** The run folder. */
  readonly out: string;
  /** The model that was adapted. */
  readonly from: string;
  readonly time: TimeTaken;
  /** Both models on held-out cells; undefined if there were none to judge by. */
  readonly judged: HeldOutJudgement | undefined;
}

/** A run that was adapted by labels. */
export interface AdaptedByLabels extends AdaptedRun {
  readonly by: "labels";
  readonly adaptation: LabelAdaptation;
  /** The cells that it learned from, with labels of the model's classes. */
  readonly learned: readonly Sample[];
  readonly classes: readonly string[];
  readonly scale: Scale | undefined;
}

/** A run that was adapted by votes on cells without labels. */
export interface AdaptedByVotes extends AdaptedRun {
  readonly by: "votes";
  readonly adaptation: UnlabelledAdaptation;
}

/** What {@link adaptJob} gives. */
export type AdaptJobResult = AdaptedByLabels | AdaptedByVotes;

interface Job extends AdaptJobOptions {
  readonly homeLoss: number;
  readonly seed: number;
  /** As config.json keeps it. */
  readonly data: string;
  readonly tell: JobTeller;
}

/**
 * Adapts a model to a new laboratory by a few labelled cells, or by cells without labels, and writes its run folder. What is
 * written is the model as it was if nothing better was found.
 *
 * @throws ERR_USAGE if there are no cells, or `out` is the model itself; ERR_OUTPUT if it holds something else; ERR_DATA,
 * ERR_IMAGE, ERR_ABORTED.
 *
 * @example
 * const { adaptation } = await adaptJob({ model: "mobilenetv2-anylab", unlabelled: "cells", out: "runs/my-lab" });
 * console.log(adaptation.adapted);
 */
export function adaptJob({ homeLoss = 1, seed = 0, ...options }: AdaptJobOptions): Promise<AdaptJobResult> {
  const { labelled, unlabelled, judge } = options;
  return runJob(options, [labelled, unlabelled, judge], async (tell) => {
    const { model, out, replace = false } = options;
    const cells = labelled ?? unlabelled;
    if (cells === undefined)
      throw new LeukogramError("ERR_USAGE", "adapt: no cells to adapt to", {
        hint: "Give labelled cells, or cells without labels.",
      });
    const opened = await openRun(model);
    const data = resolve(cells);
    checkRunFolder(out, { recipe: opened.recipe }, { resume: false, replace });
    if (resolve(out) === resolve(opened.path))
      throw new LeukogramError("ERR_USAGE", "adapt: --out is the model's own folder", {
        hint: "Choose another folder.",
      });
    const job = { ...options, homeLoss, seed, data, tell };
    return labelled === undefined ? await adaptWithout(opened, cells, job) : await adaptWith(opened, labelled, job);
  });
}

async function adaptWithout(opened: OpenRun, cells: string, job: Job): Promise<AdaptedByVotes> {
  const { model, out, homeLoss } = job;
  const heldOut = heldOutOf(job);
  const paths = heldOut ? withoutLabelled(cells, [heldOut.samples]) : unlabelledImages(cells, undefined);
  const samples = unlabelledSamples(paths);
  const run = await scaledRun(opened, samples, job);
  const taken = startWatch();
  const result = await adaptUnlabelled(run, paths, { ...sharedOf(job), homeLoss: homeLoss / 100 });
  const time = taken();
  await beginFolder(run, job, time);
  await writeUnlabelledRun(run, { result, out, from: model, samples, time });
  const { judged, test } = await judgeBoth(run, heldOut, job);
  await writeAdaptedReport({
    ...reportOf(run, job),
    adaptation: {
      from: model,
      adapted: result.adapted,
      outcome: withStop(unlabelledOutcome(result)),
      findings: unlabelledFindings(result, homeLoss),
    },
    learned: [],
    unlabelled: { predictions: result.after, samples },
    test,
    time,
    warnings: [],
  });
  return { by: "votes", out, from: model, time, judged, adaptation: result };
}

async function adaptWith(opened: OpenRun, dir: string, job: Job): Promise<AdaptedByLabels> {
  const { model, out, homeLoss, tell } = job;
  const samples = labelledSamples(openData(dir, job.labels).train, opened);
  const run = await scaledRun(opened, samples, job);
  const heldOut = heldOutOf(job);
  if (heldOut !== undefined) requireApart(samples, labelledSamples(heldOut, run));
  const pool = job.unlabelled === undefined ? [] : withoutLabelled(job.unlabelled, [samples, heldOut?.samples ?? []]);
  const taken = startWatch();
  const result = await adaptToLabels(run, samples, { ...sharedOf(job), unlabelled: pool, homeLoss: homeLoss / 100 });
  const time = taken();
  await beginFolder(run, job, time);
  await writeAdaptedRun(run, { result, out, from: model, samples, unlabelled: pool, time });
  const { judged, test } = await judgeBoth(run, heldOut, job);
  const { adapted, before, after } = result;
  const warnings = adapted ? fewLooks(samples.length + pool.length) : [];
  for (const warning of warnings) tell.note(warning);
  await writeAdaptedReport({
    ...reportOf(run, job),
    adaptation: labelledFacts(result, { from: model, homeLoss }),
    learned: samples,
    // What was judged there is the model that is written, or others that were made as it was.
    validation: { predictions: (adapted ? after : before).predictions, samples },
    test,
    time,
    warnings,
  });
  const { scale, classes } = run;
  return { by: "labels", out, from: model, time, judged, adaptation: result, learned: samples, classes, scale };
}

const sessionOf = ({ device, threads }: SessionOptions): SessionOptions => ({ device, threads });

const sharedOf = (job: Job) => ({ ...sessionOf(job), seed: job.seed, signal: job.signal, onStage: job.tell.stage });

async function beginFolder(
  { recipe }: OpenRun,
  { out, data, tell }: Job,
  { seconds, cpuSeconds }: TimeTaken,
): Promise<void> {
  tell.line(`Adapting took ${withCpu(seconds, cpuSeconds)}`);
  await prepareRunFolder(out, { data, recipe }, { resume: false, replace: true });
  tell.openLog(runFiles(out).log);
}

const heldOutOf = ({ judge, labels }: Job) => (judge === undefined ? undefined : openData(judge, labels).train);

// Both models on cells that nothing is learned from.
async function judgeBoth(run: OpenRun, heldOut: Dataset | undefined, job: Job) {
  if (heldOut === undefined) return { judged: undefined, test: undefined };
  const { model, out } = job;
  const { judgement: judged, predictions } = await judgeHeldOut([model, out], heldOut, sharedOf(job));
  await writeFileWhole(runFiles(out).judged, `${JSON.stringify(judged, undefined, 2)}\n`);
  return { judged, test: { predictions, samples: labelledSamples(heldOut, run) } };
}

function reportOf({ classes, recipe }: OpenRun, job: Job) {
  const { out, data } = job;
  return {
    out,
    classes,
    settings: recipe,
    dataName: dataName(data),
    session: sessionOf(job),
    command: commandLine(job),
  };
}

function commandLine({ model, data, out, unlabelled: cells, judge: cellsToJudge, homeLoss, seed }: Job): string {
  const given = cells !== undefined && resolve(cells) === data ? [] : [data];
  const words = [model, ...given];
  if (cells !== undefined) words.push("--unlabelled", cells);
  if (cellsToJudge !== undefined) words.push("--judge", cellsToJudge);
  words.push("--home-loss", String(homeLoss), "--seed", String(seed));
  words.push("--out", `${out.replace(/[/\\]+$/, "")}-again`);
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
