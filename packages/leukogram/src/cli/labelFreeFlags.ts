// Flags of the commands that classify: what may be done for a new laboratory without its labels.
import type { Command } from "commander";

/** `--tta`, `--adapt-statistics`, `--tent`, `--neighbours` and `--prior-correction`. */
export function addLabelFreeFlags(command: Command): void {
  command
    .option("--tta", "average over rotated, flipped and scaled views of each image")
    .option("--adapt-statistics", "adapt batch-norm statistics to these images, if a check shows that it helps")
    .option("--tent", "make the model more certain on these images; undone if a check shows that it harms")
    .option("--neighbours", "let similar images vote on each other's class, unless a check advises against it")
    .option(
      "--prior-correction",
      "correct for the class frequencies of these images; skipped for images that look different from the training images",
    );
}
