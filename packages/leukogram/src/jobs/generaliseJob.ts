// How models fall from their own laboratory to others, as a whole: sets, answers, corrections, report.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type Generalisation, judgeGeneralisation, type NamedSet } from "../adaptation/generalise.ts";
import { parseSource } from "../data/dataSource.ts";
import { nameOf, openToJudge } from "../data/laboratories.ts";
import type { DataOptions } from "../data/sample.ts";
import { parseToldScales, toldScale } from "../data/scale/toldScales.ts";
import { tellAssumptions } from "../evaluation/foreign/assumptions.ts";
import { type ForeignOptions, saidOfEach } from "../evaluation/foreign/foreignModel.ts";
import { generalisationReport } from "../report/generalisationReport.ts";
import { VERSION } from "../version.ts";
import type { JobOptions } from "./jobEvents.ts";
import { type JobTeller, runJob } from "./jobTeller.ts";
import { requireOwnReport } from "./reportFile.ts";

/** What {@link generaliseJob} takes. */
export interface GeneraliseJobOptions extends JobOptions, SessionOptions {
  /** Run folders, names of shipped models, or model files. */
  readonly models: string | readonly string[];
  /** Labelled test images of the models' own laboratory: DIR or NAME=DIR. */
  readonly home: string;
  /** Labelled images of other laboratories, one each. */
  readonly sets: readonly string[];
  /** How images are grouped, and their classes taken. */
  readonly labels?: DataOptions;
  /** How large the pictures show a cell, as `NAME=72px`; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** What is said of those models that another program wrote. */
  readonly foreign?: ForeignOptions;
  /** Whether what needs no label is tried, which asks the models four times more; default true. */
  readonly corrections?: boolean;
  /** Leave out images that can't be read. */
  readonly skipBad?: boolean;
  /** An HTML report. */
  readonly out?: string | undefined;
}

/**
 * Judges models at home and in other laboratories: how far they fall, which classes break, whether the models would have
 * noticed, and what corrections without labels give. One result a model.
 *
 * @throws ERR_USAGE if two sets have one name; ERR_OUTPUT if `out` is there and no report; as `judgeGeneralisation`.
 *
 * @example
 * const [model] = await generaliseJob({ models: "mobilenetv2-anylab", home: "A=cells-a/Test", sets: ["B=cells-b"] });
 * console.log(model?.away[0]?.fall.balancedAccuracy);
 */
export function generaliseJob(options: GeneraliseJobOptions): Promise<readonly Generalisation[]> {
  return runJob(options, [options.home, ...options.sets], (tell) => judgeAll(options, tell));
}

async function judgeAll(options: GeneraliseJobOptions, tell: JobTeller): Promise<readonly Generalisation[]> {
  const { models, out, corrections = true, skipBad = false, foreign, device, threads, signal } = options;
  if (out !== undefined) requireOwnReport(out);
  const [own, ...others] = openSets(options);
  const words = typeof models === "string" ? [models] : models;
  const foreignOf = saidOfEach(words, foreign);
  const found: Generalisation[] = [];
  for (const model of words) {
    const judged = await judgeGeneralisation(model, own!, others, {
      ...{ device, threads, foreign: foreignOf(model), corrections, skipBad, signal },
      onStage: (stage, done, total) => tell.stage(`${model}, ${stage}`, done, total),
    });
    tellAssumptions(tell, judged.assumptions ?? {}, model);
    found.push(judged);
  }
  if (out !== undefined) await writeFileWhole(out, generalisationReport({ models: found, version: VERSION }));
  return found;
}

function openSets({ home, sets, labels = {}, scale = [] }: GeneraliseJobOptions): NamedSet[] {
  const sources = [home, ...sets];
  const names = sources.map((source) => nameOf(parseSource(source)));
  const told = parseToldScales(scale);
  const opened = sources.map((source, i) => ({ name: names[i]!, data: openToJudge([source], labels) }));
  const scaled = opened.map((set) => ({ ...set, scale: toldScale(told, set.name, names) }));
  const twice = names.find((name, i, all) => all.indexOf(name) < i);
  if (twice === undefined) return scaled;
  throw new LeukogramError("ERR_USAGE", `generalise: two sets are named "${twice}"`, {
    hint: "Give each set a different name: --sets NAME=DIR.",
  });
}
