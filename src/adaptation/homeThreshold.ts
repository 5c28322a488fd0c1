import { existsSync } from "node:fs";
import { findChangeableFiles } from "../formats/shippedModels.ts";
import { safestRule } from "../metrics/selective.ts";
import type { SessionOptions } from "../runtime/session.ts";
import { headFeatures, headLogits, softmaxRows } from "./fewLabels/topPart.ts";
import { openRun } from "./openRun.ts";

/** Below which probability a model had better not answer. */
export interface HomeThreshold {
  /** The least probability of the answer at which a cell is not rejected. */
  readonly threshold: number;
  /** Share of wrong answers under which the model stays with it at home, with 95 % confidence; undefined where not known. */
  readonly error: number | undefined;
}

/** Where nothing is known, a cell is answered that is more likely its class than all others together. */
const UNKNOWN: HomeThreshold = { threshold: 0.5, error: undefined };

/**
 * The threshold that the model's file carries; of files of older versions that on the cells of its own laboratory that a
 * model remembers, which it did not learn from. 0.5 where it remembers none, or they are too few.
 *
 * @param model run folder, or name of a shipped model.
 */
export async function homeThreshold(model: string, options: SessionOptions = {}): Promise<HomeThreshold> {
  const { keras, memory } = findChangeableFiles(model);
  if (![keras, memory].every((file) => file !== undefined && existsSync(file))) return UNKNOWN;
  const run = await openRun(model);
  if (run.home.reject !== undefined) return run.home.reject;
  if (run.memory === undefined || run.memory.labels.length === 0) return UNKNOWN;
  const rows = softmaxRows(headLogits(run, await headFeatures(run, run.memory, options)), run.classes.length);
  const confidence = rows.map((row) => Math.max(...row));
  const right = rows.map((row, i) => row.indexOf(confidence[i]!) === run.memory!.labels[i]);
  return safestRule(confidence, right) ?? UNKNOWN;
}
