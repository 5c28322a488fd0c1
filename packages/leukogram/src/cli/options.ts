// Flags that several commands share, and what they stand for.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { nearest } from "@leukogram/engine/core/nearest";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parse } from "yaml";
import { remarksSoFar } from "../data/remarks.ts";
import type { DataOptions } from "../data/sample.ts";
import { parseRecipe, type Recipe, recipeKeys } from "../training/recipe.ts";

const CONFIGS = fileURLToPath(new URL("../../configs/", import.meta.url));

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A number for a flag. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("it takes a number");
  return value;
}

/** A whole number above 0 for a flag. */
export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("it takes a whole number above 0");
  return value;
}

/** For a flag that takes one of some names. `what` it is that they name. */
export function oneOf<Name extends string>(what: string, names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new LeukogramError("ERR_USAGE", `${what} "${text}" is not known`, {
      hint: `Use one of ${names.join(", ")}.`,
    });
  };
}

/** `--progress-file`, for a program that starts this one and watches it. */
export function addProgressFlag(command: Command): void {
  command.option("--progress-file <file>", "where a program that watches reads how far this is, as JSON");
}

/** For a flag that may be given several times: all its values, in order. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** `--recipe`, and a flag for each setting of a recipe. */
export function addRecipeFlags(command: Command, except: readonly string[] = []): void {
  command.option(
    "--recipe <name|file>",
    "settings to begin with: a name in configs/, a YAML file, or a run's config.json; flags go over them",
  );
  command.option("--preset <name>", "the same, for the recipes that come with the package, such as anylab");
  for (const { key, description, group, kind, choices, default: value } of recipeKeys()) {
    if (except.includes(key)) continue;
    const flag = kebab(key);
    const usual = value === undefined ? [] : [`default: ${kind === "boolean" ? (value ? "yes" : "no") : value}`];
    const notes = kind === "boolean" ? [...usual, `--no-${flag} for no`] : usual;
    const text = notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
    const argument = kind === "boolean" ? "" : kind === "number" ? " <number>" : ` <${choices?.join("|") ?? "value"}>`;
    const option = new Option(`--${flag}${argument}`, text).helpGroup(`${group}:`);
    command.addOption(kind === "number" ? option.argParser(number) : option);
    if (kind === "boolean") command.addOption(new Option(`--no-${flag}`).hideHelp());
  }
}

/** The recipe that `--recipe` and the flags make together, over `base`. */
export function recipeOf(
  options: Readonly<Record<string, unknown>>,
  base: Readonly<Record<string, unknown>> = {},
): Recipe {
  const { recipe: file, preset } = options as { recipe?: string; preset?: string };
  if (file !== undefined && preset !== undefined)
    throw new LeukogramError("ERR_USAGE", "--recipe and --preset were both given", { hint: "Give one of them." });
  const recipe = file ?? preset;
  const fromFile = recipe === undefined ? {} : readRecipe(recipe);
  const flags = Object.fromEntries(
    recipeKeys().flatMap(({ key }) => (options[key] === undefined ? [] : [[key, options[key]]])),
  );
  // The file by itself first, so that its faults are told with its name.
  parseRecipe(fromFile, recipe);
  return parseRecipe({ ...base, ...fromFile, ...flags }, "settings");
}

/** The settings of a recipe by name or file; a run's config.json holds them under "recipe". @throws ERR_CONFIG where there is none, or it is no YAML map. */
export function readRecipe(nameOrFile: string): Record<string, unknown> {
  const named = `${CONFIGS}${nameOrFile}.yaml`;
  const isFile = existsSync(nameOrFile) && statSync(nameOrFile).isFile();
  const path = isFile ? nameOrFile : named;
  if (!existsSync(path)) {
    const names = readdirSync(CONFIGS)
      .sort()
      .map((file) => file.replace(/\.yaml$/, ""));
    const near = nearest(nameOrFile, names);
    throw new LeukogramError("ERR_CONFIG", `recipe "${nameOrFile}": there is no such file or recipe`, {
      hint: near === undefined ? `Give a file, or one of ${names.sort().join(", ")}.` : `Did you mean "${near}"?`,
    });
  }
  try {
    const values: unknown = parse(readFileSync(path, "utf8"));
    if (values === null || typeof values !== "object" || Array.isArray(values))
      throw new Error("expected `key: value` lines");
    const { version, recipe } = values as Record<string, unknown>;
    const isRun = version !== undefined && recipe !== null && typeof recipe === "object";
    return (isRun ? recipe : values) as Record<string, unknown>;
  } catch (cause) {
    throw new LeukogramError("ERR_CONFIG", `recipe ${path}: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
}

/** `--device` and `--threads`, for commands that take no recipe. */
export function addSessionFlags(command: Command): void {
  command.option("--device <device>", "where the engine runs: cpu, cuda, dml, coreml, webgpu", "cpu");
  command.option("--threads <number>", "threads of the engine (default: one a core)", wholeNumber);
}

/** What {@link addSessionFlags} was given. @throws ERR_USAGE for a device that is not known. */
export function sessionOf({ device = "cpu", threads }: { device?: string; threads?: number }): SessionOptions {
  const known = ["cpu", "cuda", "dml", "coreml", "webgpu"] as const;
  const found = known.find((name) => name === device);
  if (found === undefined)
    throw new LeukogramError("ERR_USAGE", `device "${device}" is not known`, {
      hint: `Use one of ${known.join(", ")}.`,
    });
  return { device: found, ...(threads !== undefined && { threads }) };
}

/** A share with its limits, as the commands print it: `97.2 % (95 % 95.9 to 98.4)`. */
export function shareText({ value, low, high }: Estimate): string {
  return `${(100 * value).toFixed(1)} % (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

/** Prints a result: JSON in one line where asked for, else the text. */
export function print(json: boolean, value: unknown, text: () => string): void {
  const pictures = remarksSoFar();
  const told =
    pictures !== undefined && value instanceof Object && !Array.isArray(value) ? { ...value, pictures } : value;
  process.stdout.write(`${json ? JSON.stringify(told) : text()}\n`);
}

/** The column of `--group-by`, or of a recipe, as data is opened with it. */
export function groupingOf(options: { readonly groupBy?: unknown }): Pick<DataOptions, "groupBy"> {
  return options.groupBy === undefined ? {} : { groupBy: String(options.groupBy) };
}
