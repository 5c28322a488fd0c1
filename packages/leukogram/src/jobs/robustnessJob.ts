// How a model bears what a microscope does to pictures, as a whole: images, answers, report.
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { openToJudge } from "../data/laboratories.ts";
import type { DataOptions } from "../data/sample.ts";
import { parseToldScales } from "../data/scale/toldScales.ts";
import { loadClassifier } from "../evaluation/classifier.ts";
import { cropSentences } from "../evaluation/crops/scaleWords.ts";
import { familiarityWarning } from "../evaluation/familiarity.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../evaluation/foreign/assumptions.ts";
import type { ForeignOptions } from "../evaluation/foreign/foreignModel.ts";
import { judgeRobustness, type Robustness } from "../evaluation/robustness.ts";
import { robustnessReport } from "../report/robustnessReport.ts";
import { dataName } from "../report/writeRun.ts";
import { VERSION } from "../version.ts";
import type { JobOptions } from "./jobEvents.ts";
import { runJob } from "./jobTeller.ts";
import { requireOwnReport } from "./reportFile.ts";

/** What {@link robustnessJob} takes. */
export interface RobustnessJobOptions extends JobOptions, SessionOptions {
  /** Run folder, name of a shipped model, or model file. */
  readonly model: string;
  /** Labelled images: class folders, a folder with Test/ in it, or a manifest. */
  readonly data: string;
  /** How images are grouped, and their classes taken. */
  readonly labels?: DataOptions;
  /** How large the pictures show a cell; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** What is said of another program's model. */
  readonly foreign?: ForeignOptions;
  /** At most so many images, equally many of each class; default 200. */
  readonly images?: number;
  /** What all chance comes from; default 0. */
  readonly seed?: number;
  /** An HTML report with the figure. */
  readonly out?: string | undefined;
}

/** What {@link robustnessJob} gives. */
export interface RobustnessJobResult extends Robustness {
  /** Path of the model file. */
  readonly model: string;
  /** Undefined of a model that Leukogram trained. */
  readonly assumptions: Assumptions | undefined;
}

/**
 * Spoils labelled images as a microscope, a stain or a camera does, at five strengths each, and judges a model on them.
 *
 * @throws ERR_OUTPUT if `out` is there and no report; as `loadClassifier` and `judgeRobustness`.
 *
 * @example
 * const { corrupted } = await robustnessJob({ model: "mobilenetv2-anylab", data: "cells", images: 100 });
 */
export function robustnessJob(options: RobustnessJobOptions): Promise<RobustnessJobResult> {
  const { model, data, labels = {}, scale = [], foreign = {}, images = 200, seed = 0, out, signal } = options;
  const { device, threads } = options;
  return runJob(options, [data], async (tell) => {
    if (out !== undefined) requireOwnReport(out);
    const dataset = openToJudge([data], labels);
    const classifier = await loadClassifier(model, { device, threads, foreign });
    tellAssumptions(tell, classifier);
    try {
      const robustness = await judgeRobustness(classifier, dataset, {
        ...{ images, seed, told: parseToldScales(scale), signal },
        onProgress: (done, total) => tell.stage("Corrupting and classifying", done, total),
      });
      const report = { model, dataName: dataName([data]), robustness, version: VERSION };
      if (out !== undefined) await writeFileWhole(out, robustnessReport(report));
      for (const sentence of cropSentences(robustness.crops)) tell.line(sentence);
      const warning = familiarityWarning(robustness.familiarity);
      if (warning !== undefined) tell.note(warning);
      return { model: classifier.path, assumptions: assumptionsOf(classifier), ...robustness };
    } finally {
      await classifier.close();
    }
  });
}
