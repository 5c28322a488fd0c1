import type { Command } from "commander";

/** What a command is given when it runs. */
export interface CommandInput {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** A command: its arguments and flags, examples for `--help`, and what it does. */
export interface CommandModule {
  define(command: Command): void;
  readonly examples: readonly string[];
  execute(input: CommandInput): Promise<void>;
}
