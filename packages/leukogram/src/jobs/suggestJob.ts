import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type Suggestion, suggestCells } from "../adaptation/fewLabels/suggestCells.ts";
import { openRun } from "../adaptation/openRun.ts";
import { shownPath } from "../data/archives/unpackedFolder.ts";
import { imagesOf } from "./cells/imageFiles.ts";
import type { JobOptions } from "./jobEvents.ts";
import { runJob } from "./jobTeller.ts";
import { unlabelledImages } from "./newCells.ts";
import { scaledRun } from "./runs/scaledRun.ts";

/** What {@link suggestJob} takes. */
export interface SuggestJobOptions extends JobOptions, SessionOptions {
  /** Run folder, or name of a shipped model. */
  readonly model: string;
  /** Images of the new laboratory's cells: a folder or a manifest. */
  readonly data: string;
  /** How many cells are named; default 20. */
  readonly count?: number;
  /** Cells that have a label already. */
  readonly labelled?: string | undefined;
  /** How large the pictures show a cell: `72px` or `0.10um`; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** What all chance comes from; default 0. */
  readonly seed?: number;
}

/**
 * Names the cells that are worth labelling first, before a model is adapted.
 *
 * @throws ERR_DATA if there is no image without a label; ERR_IMAGE, ERR_ABORTED.
 *
 * @example
 * const cells = await suggestJob({ model: "mobilenetv2-anylab", data: "cells", count: 20 });
 */
export function suggestJob({
  model,
  data,
  count = 20,
  labelled,
  scale,
  seed = 0,
  signal,
  onProgress,
  ...session
}: SuggestJobOptions): Promise<readonly Suggestion[]> {
  return runJob({ signal, onProgress }, [data, labelled], async (tell) => {
    const paths = unlabelledImages(data, labelled);
    const cells = paths.map((path) => ({ path }));
    const run = await scaledRun(await openRun(model), cells, { scale, signal, tell });
    const known = labelled === undefined ? [] : imagesOf([labelled]);
    const options = { ...session, seed, signal, onStage: tell.stage, count, labelled: known };
    const named = await suggestCells(run, paths, options);
    return named.map((cell) => ({ ...cell, path: shownPath(cell.path) }));
  });
}
