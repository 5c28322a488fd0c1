// An audit as a whole: labelled images, what they hide, a report with pictures.
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { auditData } from "../audit/auditData.ts";
import type { Audit } from "../audit/types.ts";
import type { DataOptions } from "../data/sample.ts";
import { readPredictionsCsv } from "../evaluation/predictionsCsv.ts";
import type { Predictions } from "../evaluation/types.ts";
import { auditReport, COPIES_SHOWN, MEMBERS_SHOWN, SUSPECTS_SHOWN } from "../report/auditReport.ts";
import { thumbnail } from "../report/pictures/thumbnail.ts";
import { VERSION } from "../version.ts";
import type { JobOptions } from "./jobEvents.ts";
import { runJob } from "./jobTeller.ts";
import { requireOwnReport } from "./reportFile.ts";

/** What {@link auditJob} takes. */
export interface AuditJobOptions extends JobOptions {
  /** Class folders, folders with Train/ and Test/, or manifests; NAME=DIR names a laboratory. */
  readonly data: string | readonly string[];
  /** How images are grouped, and their classes taken. */
  readonly labels?: DataOptions;
  /** Answers of models that did not learn from the images, or their predictions.csv, to find labels that are probably wrong. */
  readonly predictions?: Predictions | string | undefined;
  /** An HTML report with pictures of the copies. */
  readonly out?: string | undefined;
  /** What all chance comes from; default 0. */
  readonly seed?: number;
}

/**
 * Finds what labelled images hide: files that can't be read, copies of one cell across splits or labels, classes that can be
 * told without looking at the cell, labels that are probably wrong.
 *
 * @throws ERR_OUTPUT if `out` is there and no report; ERR_DATA, ERR_ABORTED.
 *
 * @example
 * const { findings } = await auditJob({ data: "cells", out: "audit.html" });
 * for (const { severity, text } of findings) console.log(severity, text);
 */
export function auditJob({
  data,
  labels = {},
  predictions,
  out,
  seed = 0,
  signal,
  onProgress,
}: AuditJobOptions): Promise<Audit> {
  const sources = typeof data === "string" ? [data] : data;
  return runJob({ signal, onProgress }, sources, async (tell) => {
    if (out !== undefined) requireOwnReport(out);
    const given = typeof predictions === "string" ? await readPredictionsCsv(predictions) : predictions;
    const audit = await auditData(sources, { ...labels, predictions: given, seed, signal, onStage: tell.stage });
    if (out !== undefined) {
      const thumbnails = await thumbnailsOf(audit);
      await writeFileWhole(out, auditReport({ title: sources.join(", "), audit, thumbnails, version: VERSION }));
    }
    return audit;
  });
}

async function thumbnailsOf({ copies, suspects = [] }: Audit): Promise<ReadonlyMap<string, string>> {
  const shown = [
    ...copies.slice(0, COPIES_SHOWN).flatMap(({ members }) => members.slice(0, MEMBERS_SHOWN)),
    ...suspects.slice(0, SUSPECTS_SHOWN),
  ];
  const found = new Map<string, string>();
  for (const { path } of shown) {
    const picture = await thumbnail(path);
    if (picture !== undefined) found.set(path, picture);
  }
  return found;
}
