// Flags of recipes; they have a file of their own, so that other commands start without what checks settings.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { type Command, Option } from "commander";
import { parse } from "yaml";
import { parseRecipe, type Recipe, recipeKeys } from "../training/recipe.ts";
import { number } from "./options.ts";

const CONFIGS = fileURLToPath(new URL("../../configs/", import.meta.url));

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

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
