import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { looksOf } from "../../data/microscopy/measures.ts";
import { decodeImage } from "../../data/pictures/image.ts";
import type { Sample } from "../../data/sample.ts";
import type { HomeMemory } from "../../training/homeMemory.ts";
import { type Cells, viewCells } from "../fewLabels/labelledCells.ts";
import { headFeatures, headLogits, ownFeatures, softmaxRows } from "../fewLabels/topPart.ts";
import type { OpenRun } from "../openRun.ts";
import { type TwoLooks, twoLooks } from "./mixedLooks.ts";
import type { Rows } from "./principalComponents.ts";

/** Unlabelled cells, as a model sees them. */
export interface UnlabelledCells {
  readonly samples: readonly Sample[];
  /** As the changeable part takes them, in the model's own views; their labels mean nothing. */
  readonly cells: Cells;
  /** What the head is given, mean over the model's views. */
  readonly features: Rows;
  /** The model's own probabilities, [N][K]. */
  readonly own: readonly (readonly number[])[];
  readonly looks: TwoLooks | undefined;
}

/** Options of {@link lookAtUnlabelled}. */
export interface LookOptions extends SessionOptions {
  /** Leave out images that can't be read; default: they are an error. */
  readonly skipBad?: boolean | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onStage?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** More images than this are looked at in part, spread evenly over them. */
export const MOST_CELLS = 1000;
/** More pictures than this say no more of whether laboratories are mixed. */
const MOST_LOOKS = 200;

/**
 * Runs image files through a model for what it makes of them.
 *
 * @throws ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function lookAtUnlabelled(
  run: OpenRun,
  paths: readonly string[],
  { onStage, skipBad = false, ...options }: LookOptions = {},
): Promise<UnlabelledCells> {
  const chosen = spread(paths, MOST_CELLS);
  const samples = (skipBad ? await readable(chosen) : chosen).map((path) => ({
    file: path,
    path,
    label: 0,
    group: path,
  }));
  const onProgress = (done: number, total: number) => onStage?.("Reading unlabelled cells", done, total);
  const cells = await viewCells(run, samples, { ...options, ownOnly: true, onProgress });
  const data = await ownFeatures(run, cells, options);
  const rows: number[][] = [];
  for (const { path } of spread(samples, MOST_LOOKS)) rows.push(looksOf(await decodeImage(path)));
  return {
    samples,
    cells,
    features: { data, width: data.length / Math.max(1, samples.length) },
    own: softmaxRows(headLogits(run, data), run.classes.length),
    looks: twoLooks(rows),
  };
}

async function readable(paths: readonly string[]): Promise<string[]> {
  const good: string[] = [];
  for (const path of paths)
    await decodeImage(path).then(
      () => good.push(path),
      () => undefined,
    );
  return good;
}

/** Mean probability of a model's answers to the cells that it remembers; undefined if it remembers none. */
export async function homeConfidence(
  run: OpenRun,
  memory: HomeMemory | undefined,
  options: SessionOptions,
): Promise<number | undefined> {
  if (memory === undefined || memory.labels.length === 0) return undefined;
  const rows = softmaxRows(headLogits(run, await headFeatures(run, memory, options)), run.classes.length);
  return rows.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
}
