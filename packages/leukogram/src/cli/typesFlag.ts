import type { Command } from "commander";
import { TYPES } from "../evaluation/rollUp.ts";
import { oneOf } from "./options.ts";

/** `--types`; `usual` says what is done without it. */
export function addTypesFlag(command: Command, usual: string): void {
  command.option(
    "--types <all|five>",
    `cell types to report: all that the model knows, or the five, with other cells reported separately (default: ${usual})`,
    oneOf("types", TYPES),
  );
}
