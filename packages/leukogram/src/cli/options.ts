// Flags that several commands share, and what they stand for.
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { type Command, InvalidArgumentError } from "commander";
import { remarksSoFar } from "../data/remarks.ts";
import type { DataOptions } from "../data/sample.ts";

/** A number for a flag. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("Expected a number");
  return value;
}

/** A share between 0 and 1, neither included, for a flag. */
export function share(text: string): number {
  const value = number(text);
  if (value <= 0 || value >= 1) throw new InvalidArgumentError("Expected a number between 0 and 1");
  return value;
}

/** A whole number above 0 for a flag. */
export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number above 0");
  return value;
}

/** For a flag that takes one of some names. `what` it is that they name. */
export function oneOf<Name extends string>(what: string, names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new LeukogramError("ERR_USAGE", `unknown ${what} "${text}"`, {
      hint: `Use one of ${names.join(", ")}.`,
    });
  };
}

/** `--progress-file`, for a program that starts this one and watches it. */
export function addProgressFlag(command: Command): void {
  command.option("--progress-file <file>", "file for progress as JSON, for other programs to read");
}

/** For a flag that may be given several times: all its values, in order. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** `--device` and `--threads`, for commands that take no recipe. */
export function addSessionFlags(command: Command): void {
  command.option("--device <device>", "device for the engine: cpu, cuda, dml, coreml, webgpu", "cpu");
  command.option("--threads <number>", "number of engine threads (default: one per core)", wholeNumber);
}

/** What {@link addSessionFlags} was given. @throws ERR_USAGE for a device that is not known. */
export function sessionOf({ device = "cpu", threads }: { device?: string; threads?: number }): SessionOptions {
  const known = ["cpu", "cuda", "dml", "coreml", "webgpu"] as const;
  const found = known.find((name) => name === device);
  if (found === undefined)
    throw new LeukogramError("ERR_USAGE", `unknown device "${device}"`, {
      hint: `Use one of ${known.join(", ")}.`,
    });
  return { device: found, threads };
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
