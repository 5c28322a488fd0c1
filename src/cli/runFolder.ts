import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { writeFileWhole } from "../formats/writeFile.ts";
import { type EpochRow, parseHistory } from "../training/history.ts";

/** What config.json of a run says. */
export interface RunConfig {
  readonly version: string;
  readonly data: string;
  readonly weights?: string | undefined;
  readonly recipe: Readonly<Record<string, unknown>>;
}

/**
 * Makes a run folder ready and writes its config.json.
 *
 * @throws ERR_OUTPUT where the folder holds files of something else, or a run, unless it is resumed or `replace`.
 */
export async function prepareRunFolder(
  out: string,
  config: Omit<RunConfig, "version">,
  { resume, replace }: { readonly resume: boolean; readonly replace: boolean },
): Promise<void> {
  const names = existsSync(out) ? readdirSync(out).sort() : [];
  const isRun = names.includes("config.json");
  if (names.length > 0 && !isRun)
    throw new LeukogramError("ERR_OUTPUT", `${out}: holds files that are no run`, {
      hint: "Name a new folder with --out.",
    });
  if (isRun && !resume && !replace)
    throw new LeukogramError("ERR_OUTPUT", `${out}: holds a run already`, {
      hint: "Go on with --resume, begin anew with --yes, or name another folder with --out.",
    });
  if (isRun && !resume) rmSync(out, { recursive: true });
  await writeFileWhole(join(out, "config.json"), `${JSON.stringify({ version: VERSION, ...config }, undefined, 2)}\n`);
}

/** Reads a run's config.json. @throws ERR_FORMAT where it is damaged. */
export function readRunConfig(out: string): RunConfig {
  const path = join(out, "config.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RunConfig;
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: can't be read: ${(cause as Error).message}`, { cause });
  }
}

/** The rows of a run's history.csv; none where there is no such file. */
export function readHistory(out: string): EpochRow[] {
  const path = join(out, "history.csv");
  return existsSync(path) ? parseHistory(readFileSync(path, "utf8")) : [];
}
