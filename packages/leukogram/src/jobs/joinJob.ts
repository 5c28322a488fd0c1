// Two runs made one model, as a whole: runs, images, the joined run folder.
import { resolve } from "node:path";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { joinedRecipe, joinRuns } from "../adaptation/joinRuns.ts";
import { openRun } from "../adaptation/openRun.ts";
import { parseSource } from "../data/dataSource.ts";
import type { Evaluation } from "../evaluation/types.ts";
import type { JobOptions } from "./jobEvents.ts";
import { runJob } from "./jobTeller.ts";
import { checkRunFolder, isRunConfig, prepareRunFolder, readRunConfig } from "./runs/runConfig.ts";
import { howRead, openTrainingData, sourcesOf, type TrainingData, withBits } from "./trainingData.ts";

/** What {@link joinJob} takes: two runs, and the images that both were trained on. */
export interface JoinJobOptions extends TrainingData, JobOptions, SessionOptions {
  /** Run folders; if the models normalise colours, first the one that sees cells in their own colours, then the other. */
  readonly runs: readonly [string, string];
  /** The run folder of the joined model. */
  readonly out: string;
  /** Overwrite the run in `out`. */
  readonly replace?: boolean;
}

/** What {@link joinJob} gives. */
export interface JoinJobResult {
  readonly out: string;
  /** On the images that both runs held out. */
  readonly validation: Evaluation;
}

function isOfOtherData(run: string, sources: readonly string[]): boolean {
  if (!isRunConfig(run)) return false;
  const pathsOf = (given: readonly string[]) => given.map((text) => resolve(parseSource(text).path)).sort();
  return pathsOf([readRunConfig(run).data].flat()).join("\n") !== pathsOf(sources).join("\n");
}

/**
 * Makes one model of two runs: the mean of their logits. Nothing is trained.
 *
 * @throws ERR_CONFIG if the runs do not fit together; ERR_OUTPUT if `out` contains something else; as `openRun`.
 *
 * @example
 * await joinJob({ runs: ["runs/a", "runs/b"], data: "cells", out: "runs/joined" });
 */
export function joinJob(options: JoinJobOptions): Promise<JoinJobResult> {
  const { runs, out, replace = false, signal, device, threads } = options;
  const sources = sourcesOf(options);
  return runJob(options, sources, (tell) =>
    withBits(options.bits, async () => {
      const [first, second] = [await openRun(runs[0]), await openRun(runs[1])];
      const recipe = joinedRecipe(first, second);
      const config = { data: sources.length === 1 ? sources[0]! : sources, ...howRead(options), recipe };
      const folder = { resume: false, replace };
      checkRunFolder(out, config, folder);
      const data = openTrainingData(options, recipe, tell.note);
      for (const run of runs.filter((path) => isOfOtherData(path, sources)))
        tell.note(
          `${run} was trained on other data than given here: it may have learned from the images it is evaluated on.`,
        );
      await prepareRunFolder(out, config, folder);
      const validation = await joinRuns(first, second, {
        ...{ device, threads, data, out, signal },
        onStage: tell.stage,
      });
      return { out, validation };
    }),
  );
}
