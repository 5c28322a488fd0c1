// Flags of recipes; they have a file of their own, so that other commands start without what checks settings.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { type Command, Option } from "commander";
import { INGREDIENTS } from "../data/microscopy/ingredients.ts";
import { readRecipe } from "../jobs/runs/readRecipe.ts";
import { parseRecipe, type Recipe, recipeKeys } from "../training/recipe/recipe.ts";
import { number } from "./options.ts";

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `--recipe`, and a flag for each setting of a recipe. */
export function addRecipeFlags(command: Command, except: readonly string[] = []): void {
  command.option(
    "--recipe <name|file>",
    "settings to start from: a name in configs/, a YAML file, or a run's config.json; flags override them",
  );
  command.option("--preset <name>", "name of a built-in recipe to start from, such as anylab");
  for (const { key, description, group, kind, choices, default: value } of recipeKeys()) {
    if (except.includes(key)) continue;
    if (key === "augment") addAugmentFlags(command, group);
    const flag = kebab(key);
    if (key === "augment" || isDose(key)) continue;
    const usual = value === undefined ? [] : [`default: ${kind === "boolean" ? (value ? "yes" : "no") : value}`];
    const notes = kind === "boolean" ? [...usual, `--no-${flag} to turn off`] : usual;
    const text = notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
    const argument = kind === "boolean" ? "" : kind === "number" ? " <number>" : ` <${choices?.join("|") ?? "value"}>`;
    const option = new Option(`--${flag}${argument}`, text).helpGroup(`${group}:`);
    command.addOption(kind === "number" ? option.argParser(number) : option);
    if (kind === "boolean") command.addOption(new Option(`--no-${flag}`).hideHelp());
  }
}

// Each way to change images has a strength and a chance, two settings of a recipe.
const isDose = (key: string) => INGREDIENTS.some(({ name }) => key === name || key === `${name}Chance`);

function addAugmentFlags(command: Command, group: string): void {
  const heading = `${group}:`;
  const add = (option: Option) => command.addOption(option.helpGroup(heading));
  add(
    new Option(
      "--augment <name=strength[@probability]>",
      "augment training images, as NAME=STRENGTH@PROBABILITY, such as stain=0.6@0.8; repeat for each transform; strength 0 turns it off",
    ).argParser((text, earlier: Doses | false = {}) => ({ ...earlier, ...doseOf(text, earlier || {}) })),
  );
  add(new Option("--no-augment", "do not augment training images: no rotation, zoom, flip or other transform"));
  for (const { name } of INGREDIENTS)
    for (const [flag, now] of [
      [kebab(name), `${name}=STRENGTH`],
      [`${kebab(name)}-chance`, `${name}=STRENGTH@PROBABILITY`],
    ] as const)
      add(new Option(`--${flag} <number>`).hideHelp().argParser(() => refuseOldFlag(flag, now)));
  const ways = INGREDIENTS.map(({ name, description, unit, chance }) => [
    name,
    `${description}, ${unit}`,
    `@${chance}`,
  ]);
  command.addHelpText("after", `\nTransforms for --augment, with their default probabilities:\n${indented(ways)}`);
}

const indented = (rows: readonly (readonly string[])[]) => {
  const width = Math.max(...rows.map(([name]) => name!.length));
  return rows.map(([name, ...rest]) => `  ${name!.padEnd(width)}  ${rest.join("  ")}`).join("\n");
};

function refuseOldFlag(flag: string, now: string): never {
  throw new LeukogramError("ERR_USAGE", `--${flag} has been removed`, { hint: `Use --augment ${now}.` });
}

type Doses = Readonly<Record<string, number>>;

/** The settings of a recipe that one `--augment` stands for. */
function doseOf(word: string, earlier: Doses): Doses {
  const [, name, strength, chance] = /^([^=]+)=([^@]+)(?:@(.+))?$/.exec(word) ?? [];
  const names = INGREDIENTS.map((ingredient) => ingredient.name as string);
  const bad = (why: string, hint: string) => new LeukogramError("ERR_USAGE", `--augment ${word}: ${why}`, { hint });
  if (name === undefined) throw bad("expected NAME=STRENGTH@PROBABILITY", "Write it as stain=0.6@0.8.");
  if (!names.includes(name)) {
    const near = nearest(name, names);
    throw bad(`unknown transform "${name}"`, near ? `Did you mean "${near}"?` : `Use one of ${names.join(", ")}.`);
  }
  if (earlier[name] !== undefined) throw bad(`${name} is given twice`, "Give each transform once.");
  const numbers = [strength, chance].flatMap((text) => (text === undefined ? [] : [Number(text)]));
  if (numbers.some(Number.isNaN)) throw bad("strength and probability must be numbers", "Write it as stain=0.6@0.8.");
  return { [name]: numbers[0]!, ...(numbers.length === 2 && { [`${name}Chance`]: numbers[1]! }) };
}

/** The recipe that `--recipe` and the flags make together, over `base`. */
export function recipeOf(
  options: Readonly<Record<string, unknown>>,
  base: Readonly<Record<string, unknown>> = {},
): Recipe {
  const { recipe: file, preset } = options as { recipe?: string; preset?: string };
  if (file !== undefined && preset !== undefined)
    throw new LeukogramError("ERR_USAGE", "--recipe and --preset can't be combined", { hint: "Use only one of them." });
  const recipe = file ?? preset;
  const fromFile = recipe === undefined ? {} : readRecipe(recipe);
  const { augment, ...rest } = options;
  const flags = {
    ...Object.fromEntries(recipeKeys().flatMap(({ key }) => (rest[key] === undefined ? [] : [[key, rest[key]]]))),
    ...(augment === false ? { augment } : (augment as Doses | undefined)),
  };
  // The file by itself first, so that its faults are told with its name.
  parseRecipe(fromFile, recipe);
  return parseRecipe({ ...base, ...fromFile, ...flags }, "settings");
}
