// Flags of the commands that classify: what may be done for a new laboratory without its labels.
import type { Command } from "commander";
import type { LabelFreeStep } from "../adaptation/labelFree/labelFree.ts";
import { capital } from "../report/text/format.ts";

/** Values of the flags. */
export interface LabelFreeFlags {
  readonly tta?: boolean;
  readonly adaptStatistics?: boolean;
  readonly tent?: boolean;
  readonly neighbours?: boolean;
  readonly priorCorrection?: boolean;
}

/** `--tta`, `--adapt-statistics`, `--tent`, `--neighbours` and `--prior-correction`. */
export function addLabelFreeFlags(command: Command): void {
  command
    .option("--tta", "average over turned, mirrored and scaled views of each image")
    .option("--adapt-statistics", "move batch-norm statistics to these images' laboratory, where that shows to help")
    .option("--tent", "make the model surer of its answers to these images, and go back where that harms")
    .option("--neighbours", "let images that look alike vote on each other's class, if nothing speaks against it")
    .option(
      "--prior-correction",
      "correct for how frequent classes are among these images; not done for images unlike the model's own",
    );
}

/** A line on what was done, or why not. */
export function stepLine({ name, applied, reason }: LabelFreeStep): string {
  return `${capital(name)}: ${applied ? "" : "not done, as "}${reason}`;
}
