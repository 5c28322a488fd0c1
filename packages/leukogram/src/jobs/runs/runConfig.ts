import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { RUN_NAMES, runFiles } from "../../run/runFolder.ts";
import { parseRecipe } from "../../training/recipe/recipe.ts";
import { VERSION } from "../../version.ts";

/** How a run's data is read, as it was told. */
export interface HowRead {
  /** Scales, as they were written. */
  readonly scale?: readonly string[] | undefined;
  /** Bits that the camera uses of 16. */
  readonly bits?: number | undefined;
  /** What classes of other names are taken for: by the package's table, or by a file's rows, where null is none. */
  readonly mapClasses?: "auto" | Readonly<Record<string, string | null>> | undefined;
  /** Images of none of the classes: left out, or refused if it is undefined. */
  readonly others?: "leave-out" | undefined;
}

/** What config.json of a run says. */
export interface RunConfig extends HowRead {
  readonly version: string;
  /** A folder or manifest; several where they come from several laboratories. */
  readonly data: string | readonly string[];
  readonly weights?: string | undefined;
  /** The file that `mapClasses` was read from. */
  readonly classMap?: string | undefined;
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** Whether a folder may hold a run already. */
export interface RunFolderOptions {
  /** The run in it is resumed. */
  readonly resume: boolean;
  /** The run in it makes room for a new one. */
  readonly replace: boolean;
}

/**
 * Makes sure that a run with these settings may go into the folder; writes nothing.
 *
 * @throws ERR_OUTPUT if the folder holds files of something else, or a run, unless it is resumed or `replace`;
 * ERR_CONFIG if the run that is resumed was started with other settings.
 */
export function checkRunFolder(
  out: string,
  { recipe, ...read }: Pick<RunConfig, "recipe" | keyof HowRead>,
  { resume, replace }: RunFolderOptions,
): void {
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new LeukogramError("ERR_OUTPUT", `${out}: not a folder`, { hint: "Choose a new folder with --out." });
  const isRun = existsSync(runFiles(out).config) && isRunConfig(out);
  if (!isRun && existsSync(out) && readdirSync(out).length > 0)
    throw new LeukogramError("ERR_OUTPUT", `${out}: contains files that do not belong to a run`, {
      hint: "Choose a new folder with --out.",
    });
  if (isRun && !resume && !replace)
    throw new LeukogramError("ERR_OUTPUT", `${out}: already contains a run`, {
      hint: "Resume it with --resume, overwrite it with --yes, or choose another folder with --out.",
    });
  if (isRun && resume) requireSameSettings(out, recipe, read);
}

/**
 * Makes a run folder ready and writes its config.json; that of a run that is resumed stays as it is.
 *
 * @throws as {@link checkRunFolder}; ERR_OUTPUT if it can't be written.
 */
export async function prepareRunFolder(
  out: string,
  config: Omit<RunConfig, "version">,
  options: RunFolderOptions,
): Promise<void> {
  checkRunFolder(out, config, options);
  const path = runFiles(out).config;
  if (options.resume && existsSync(path)) return;
  for (const name of RUN_NAMES) rmSync(join(out, name), { recursive: true, force: true });
  await writeFileWhole(path, `${JSON.stringify({ version: VERSION, ...config }, undefined, 2)}\n`);
}

/** Whether a folder's config.json is a run's: many programs have one, and theirs must not make a folder ours. */
export function isRunConfig(out: string): boolean {
  try {
    const { version, recipe } = JSON.parse(readFileSync(runFiles(out).config, "utf8")) as Partial<RunConfig>;
    return typeof version === "string" && typeof recipe === "object" && recipe !== null;
  } catch {
    return false;
  }
}

const HOW_READ = ["scale", "bits", "mapClasses", "others"] as const;

function requireSameSettings(out: string, recipe: Readonly<Record<string, unknown>>, read: HowRead): void {
  const config = readRunConfig(out);
  const begun: Readonly<Record<string, unknown>> = parseRecipe(config.recipe, runFiles(out).config, config.version);
  const keys = [...new Set([...Object.keys(begun), ...Object.keys(recipe)])];
  const shown = (value: unknown) => (value === undefined ? "none" : String(value));
  const differences = keys
    .filter((key) => begun[key] !== recipe[key])
    .map((key) => `${key} ${shown(begun[key])}, now ${shown(recipe[key])}`);
  for (const key of HOW_READ) {
    const [before, now] = [config[key], read[key]].map((value) => (value === undefined ? "none" : wordsOf(value)));
    if (before !== now) differences.push(`${key} ${before}, now ${now}`);
  }
  if (differences.length === 0) return;
  throw new LeukogramError(
    "ERR_CONFIG",
    `${out}: the run was started with different settings: ${differences.join("; ")}`,
    {
      hint: "Resume it with the original settings, or choose another folder with --out.",
    },
  );
}

const wordsOf = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** Reads a run's config.json. @throws ERR_OUTPUT if there is none; ERR_FORMAT if it is damaged. */
export function readRunConfig(out: string): RunConfig {
  const path = runFiles(out).config;
  if (!existsSync(path))
    throw new LeukogramError("ERR_OUTPUT", `${out}: no run to resume`, {
      hint: "Check --out, or start a run without --resume.",
    });
  if (!isRunConfig(out))
    throw new LeukogramError("ERR_FORMAT", `${path}: damaged, or not a run file`, {
      hint: "Start the run again in another folder with --out.",
    });
  return JSON.parse(readFileSync(path, "utf8")) as RunConfig;
}
