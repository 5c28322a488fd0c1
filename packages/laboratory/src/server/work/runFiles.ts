// Where a run's files lie, and the command that makes it.

import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import {
  NOT_KNOWN,
  type ToldAdaptation,
  unlabelledFindings,
  unlabelledOutcome,
} from "leukogram/adaptation/unlabelled/unlabelledWords";
import { runFiles } from "leukogram/run/runFolder";
import { z } from "zod";
import type { Json } from "../../store/canonicalJson.ts";
import type { RunRow } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { folderOf } from "./models.ts";
import type { ProcessId } from "./program.ts";

/** Where a run's files lie. */
export interface RunPaths {
  /** The run folder, as `leukogram train` and `adapt` write it. */
  readonly folder: string;
  /** What belongs to the job alone: what it prints, how far it is, its process. */
  readonly job: string;
  readonly output: string;
  readonly errors: string;
  readonly progress: string;
  readonly process: string;
}

/** The paths of a run's files, there or not. */
export function runPaths(store: Pick<Store, "folder">, { kind, id }: Pick<RunRow, "kind" | "id">): RunPaths {
  const job = join(store.folder, "jobs", id);
  const [output, errors, progress, process] = ["output.txt", "errors.txt", "progress.json", "process.json"].map(
    (name) => join(job, name),
  ) as [string, string, string, string];
  const folder = folderOf(store, { kind: kind === "adapt" ? "adapted" : "trained", id });
  return { folder, job, output, errors, progress, process };
}

/** What a training was asked for, in its settings. */
export const trainSettings = z.object({
  /** As it was named, and where that led. */
  data: z.string(),
  path: z.string(),
  recipe: z.record(z.string(), z.unknown()),
});

/** What an adaptation was asked for, in its settings. */
export const adaptSettings = z.object({
  model: z.string(),
  /** Cases whose cells are taken; null for all that are signed. */
  cases: z.array(z.string()).nullable(),
  /** Accuracy that may be lost on the model's own laboratory, points. */
  homeLoss: z.number(),
  learn: z.int(),
  judge: z.int(),
  /** Of those to judge by: how many a reader labelled; of the others a signature confirmed what the model of then had said. */
  labelled: z.int(),
});

/** What an adaptation without labels was asked for, in its settings. */
export const unlabelledSettings = z.object({
  model: z.string(),
  /** Accuracy that may be lost on the model's own laboratory, points. */
  homeLoss: z.number(),
  /** How many cells are taken, the laboratory's first. */
  unlabelled: z.int(),
});

/** The settings of an adaptation without labels; undefined of any other run. */
export function unlabelledOf({ kind, settings }: Pick<RunRow, "kind" | "settings">) {
  return kind === "adapt" ? unlabelledSettings.safeParse(settings).data : undefined;
}

/** The model that an adaptation begins from. */
export function parentOf({ settings }: Pick<RunRow, "settings">): string {
  return adaptSettings.pick({ model: true }).parse(settings).model;
}

/** Files that a job needs before it starts, by their name in the job's folder. */
export type JobFiles = Readonly<Record<string, string>>;

/** The files of a training: its recipe. JSON is YAML. */
export function trainFiles(recipe: Readonly<Record<string, unknown>>): JobFiles {
  return { "recipe.yaml": JSON.stringify(recipe, undefined, 2) };
}

/** Writes a job's files. */
export async function writeJobFiles({ job }: RunPaths, files: JobFiles): Promise<void> {
  await mkdir(job, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFileWhole(join(job, name), text);
}

/**
 * The arguments of `leukogram` that make a run, or go on with one that was broken off.
 *
 * @param model of an adaptation: where the model lies that it begins from.
 */
export function runArguments(
  { kind, settings }: Pick<RunRow, "kind" | "settings">,
  { folder, job, progress }: RunPaths,
  model: string,
): readonly string[] {
  const watched = ["--out", folder, "--progress-file", progress, "--json"];
  const unlabelled = unlabelledOf({ kind, settings });
  if (unlabelled !== undefined) {
    const loss = String(unlabelled.homeLoss);
    return ["adapt", model, "--unlabelled", join(job, "cells.csv"), "--home-loss", loss, "--yes", ...watched];
  }
  if (kind === "adapt") {
    const [learn, judge] = ["learn.csv", "judge.csv"].map((name) => join(job, name)) as [string, string];
    const loss = String(adaptSettings.parse(settings).homeLoss);
    const flags = ["--judge", judge, "--group-by", "group", "--home-loss", loss, "--yes"];
    return ["adapt", model, learn, ...flags, ...watched];
  }
  // A run that has started knows its recipe.
  if (existsSync(runFiles(folder).config)) return ["train", "--resume", ...watched];
  return ["train", "--data", trainSettings.parse(settings).path, "--recipe", join(job, "recipe.yaml"), ...watched];
}

const processId = z.object({ pid: z.int().positive(), start: z.string() });

/** The process of a job; undefined if none was started. */
export async function readProcess({ process }: RunPaths): Promise<ProcessId | undefined> {
  try {
    return processId.parse(JSON.parse(await readFile(process, "utf8")));
  } catch {
    return undefined;
  }
}

/** What an adaptation found: whether the model changed, and how both did on cells that were held out. */
export function readAdapted(folder: string): {
  readonly adapted: boolean;
  readonly reason: string;
  readonly judged: { readonly [key: string]: Json };
} {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, Json>;
  const { adaptation, judged } = runFiles(folder);
  const { adapted, reason } = read(adaptation);
  return { adapted: adapted === true, reason: String(reason), judged: read(judged) };
}

/** What an adaptation without labels found: whether the model changed, and what is expected of it. */
export function readUnlabelled(folder: string, homeLoss: number) {
  const told = JSON.parse(readFileSync(runFiles(folder).adaptation, "utf8")) as ToldAdaptation;
  const { adapted, reason } = told;
  const outcome = adapted ? [{ name: "Votes", text: `${unlabelledOutcome(told)}. ${NOT_KNOWN}.` }] : [];
  return { adapted, reason, findings: [...unlabelledFindings(told, homeLoss), ...outcome] };
}

/** The last line that a program said of what went wrong; undefined if it said nothing. */
export function lastError({ errors }: RunPaths): string | undefined {
  try {
    return readFileSync(errors, "utf8").trim().split("\n").at(-1)!.slice(0, 1000) || undefined;
  } catch {
    return undefined;
  }
}
