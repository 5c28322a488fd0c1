import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { Command, CommanderError, Option } from "commander";
import { forgetRemarks, onRemark } from "../data/remarks.ts";
import { VERSION } from "../version.ts";
import type { CommandModule } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { interruptible } from "./interrupt.ts";
import { preparePictures, readsPictures } from "./pictureFlags.ts";
import { profiled } from "./profileFlag.ts";
import { clearLine } from "./progress.ts";

const NOTICE = "Research use only; Leukogram is not a medical device.";

/** Runs the program with these arguments and returns its exit code: 0, 2 wrong usage, 3 bad data, 130 interrupted, 1 a bug. */
export async function run(args: readonly string[]): Promise<number> {
  forgetRemarks(); // a process may run several commands
  try {
    const program = createProgram();
    const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
    if (words[0] !== undefined && !words[0].startsWith("-")) requireCommand(words[0]);
    for (const { name, load } of COMMANDS) {
      // A command's module, and what it imports, is loaded only where it is asked for.
      if (words[0] === name) addCommand(program, name, await load());
    }
    await program.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, args.includes("--debug"));
  }
}

function createProgram(): Command {
  const program = new Command("leukogram")
    .description("Train, evaluate and serve classifiers of white blood cells.")
    .usage("COMMAND [options]")
    .configureHelp({ visibleArguments: () => [] })
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", () => `\nCommands:\n${commandList()}\n\nleukogram COMMAND --help shows examples.\n${NOTICE}`)
    .action((words: string[], _, command: Command) => {
      // Behind flags, or none at all.
      if (words[0] !== undefined) requireCommand(words[0]);
      command.help();
    })
    .argument("[command...]", "command to run")
    .helpCommand(false);
  return program;
}

// Asked before flags are looked at, whose names would otherwise be what is wrong.
function requireCommand(word: string): void {
  const names = COMMANDS.map(({ name }) => name);
  if (names.includes(word)) return;
  const near = nearest(word, names);
  throw new LeukogramError("ERR_USAGE", `unknown command "${word}"`, {
    hint: near === undefined ? "See leukogram --help." : `Did you mean "${near}"?`,
  });
}

function commandList(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
}

function addCommand(program: Command, name: string, module: CommandModule): void {
  const command = program
    .command(name)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  module.define(command);
  command
    .option("--json", "print the result as JSON")
    .option("--quiet", "hide progress")
    .addOption(new Option("--debug", "show the stack trace of an error").hideHelp())
    .addHelpText("after", `\nExamples:\n${module.examples.map((line) => `  $ ${line}`).join("\n")}\n\n${NOTICE}`)
    .action(async () => {
      const options = command.opts();
      const quiet = Boolean(options.quiet);
      await interruptible(
        async (signal) => {
          if (readsPictures(command)) await preparePictures(command, signal);
          await profiled(options.profile, () => module.execute({ args: command.processedArgs, options, signal }));
          // Where no progress was shown, nobody has said what was noticed.
          if (!quiet) onRemark((text) => process.stderr.write(`Note: ${text}\n`));
        },
        { quiet },
      );
    });
}

/** Tells an error on stderr, in one line unless `debug`, and returns the exit code that goes with it. */
export function report(error: unknown, debug: boolean): number {
  clearLine();
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    process.stderr.write(
      `ERR_USAGE ${error.message
        .replace(/^error: /, "")
        .replace(/\n\(?/g, ". ")
        .replace(/\)$/, "")}\n`,
    );
    return 2;
  }
  if (error instanceof LeukogramError) {
    process.stderr.write(`${debug ? error.stack : error.message}\n`);
    return error.exitCode;
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "EPIPE") return 0;
  process.stderr.write(
    debug
      ? `${stack}\n`
      : `ERR_BUG ${message.trim().replace(/\s*\n\s*/g, " ")}. This is a bug in Leukogram; --debug shows the stack trace.\n`,
  );
  return 1;
}
