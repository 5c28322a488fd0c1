// `--profile`: where a command's time goes.
import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import type { Command } from "commander";
import { Profile, profileTable } from "../report/text/profile.ts";
import { clearLine } from "./progress.ts";

/** `--profile <file>`. */
export function addProfileFlag(command: Command): void {
  command.option(
    "--profile <file>",
    "show where the time went, and write a trace for chrome://tracing or ui.perfetto.dev to this .json file",
  );
}

/**
 * Does a command's work; with `--profile` the table goes to standard error behind it, also if it fails.
 *
 * @throws ERR_USAGE or ERR_OUTPUT, before the work, if the file can't be the trace's; what the work throws.
 */
export async function profiled(file: unknown, work: () => Promise<void>): Promise<void> {
  if (file === undefined) return await work();
  const path = String(file);
  if (!/\.json$/i.test(path))
    throw new LeukogramError("ERR_USAGE", `--profile ${path}: the trace needs a file that ends in .json`, {
      hint: "For example --profile trace.json.",
    });
  if (existsSync(path))
    throw new LeukogramError("ERR_OUTPUT", `${path}: already exists`, { hint: "Choose another file for --profile." });
  await writeFileWhole(path, "{}\n");
  const profile = new Profile();
  try {
    await work();
  } finally {
    const summary = profile.stop();
    await writeFileWhole(path, profile.trace());
    clearLine();
    process.stderr.write(`${profileTable(summary)}\nTrace: ${path}\n`);
  }
}
