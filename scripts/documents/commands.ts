import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { COMMANDS } from "leukogram/cli/commands/index";
import { recipeOf } from "leukogram/cli/recipeFlags";
import { ROOT } from "./root.ts";

/** What is wrong with lines of shell: commands, flags and values are read as the program reads them. */
export async function commandFaults(lines: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const line of lines.flatMap((text) => text.split(/\s+(?:&&|\|)\s+/))) {
    const words = wordsOf(line);
    if (words[0] === "npx") words.shift();
    const [program, ...args] = words;
    const fault =
      program === "leukogram"
        ? await leukogramFault(args)
        : program === "npm"
          ? npmFault(args)
          : program === "tsx" || program === "python"
            ? scriptFault(args)
            : undefined;
    if (fault !== undefined) faults.push(`\`${line}\`: ${fault}`);
  }
  return faults;
}

/** A command as the program defines it, undefined if there is none of the name. */
async function definedCommand(name: string): Promise<Command | undefined> {
  const module = await COMMANDS.find((command) => command.name === name)?.load();
  if (module === undefined) return undefined;
  const command = new Command(name).exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  module.define(command);
  return command.option("--json").option("--quiet").option("--debug");
}

/** All flags of all commands, such as `--data`. */
export async function knownFlags(): Promise<ReadonlySet<string>> {
  const commands = await Promise.all(COMMANDS.map(({ name }) => definedCommand(name)));
  return new Set(commands.flatMap((command) => command!.options.flatMap(({ long }) => long ?? [])));
}

/** Words of a line of shell, without quotes, comments and what is redirected. */
export function wordsOf(line: string): string[] {
  const plain = line.replace(/\s[<>#].*$/, "").replace(/^(?:[A-Z_]+=\S+ )+/, "");
  return (plain.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^["']|["']$/g, ""));
}

async function leukogramFault([name = "", ...args]: readonly string[]): Promise<string | undefined> {
  if (name.startsWith("-") || name === "COMMAND") return undefined;
  const command = await definedCommand(name);
  if (command === undefined) return `unknown command "${name}"`;
  try {
    command.action(() => {}).parse(args, { from: "user" });
    // Settings of a recipe have limits that commander does not know.
    if (name === "train") recipeOf({ ...command.opts(), recipe: recipeByName(command.opts().recipe) });
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === "commander.helpDisplayed" ? undefined : message.replace(/^error: /, "");
  }
}

// A recipe's file may be one that the reader makes.
function recipeByName(recipe: string | undefined): string | undefined {
  return recipe !== undefined && /[/.]/.test(recipe) ? undefined : recipe;
}

function npmFault([verb, ...args]: readonly string[]): string | undefined {
  if (verb !== "run" && verb !== "test") return undefined;
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const script = verb === "test" ? "test" : args.find((word) => !word.startsWith("-"));
  return script !== undefined && script in scripts ? undefined : `package.json has no script "${script}"`;
}

// Scripts take their flags from commander, from `parseArgs`, or look for them among the arguments.
function scriptFault([file = "", ...args]: readonly string[]): string | undefined {
  if (!/^(scripts|bench)\//.test(file)) return undefined;
  if (!existsSync(join(ROOT, file))) return `no file ${file}`;
  const text = readFileSync(join(ROOT, file), "utf8");
  const isKnown = (name: string) => new RegExp(`--${name}\\b|\\b${name}: \\{`).test(text);
  const unknown = args.find((word) => word.startsWith("--") && !isKnown(word.slice(2)));
  return unknown && `${file} has no flag ${unknown}`;
}
