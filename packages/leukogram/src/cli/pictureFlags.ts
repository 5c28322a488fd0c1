// What all commands that read pictures have in common: `--bits`, and zips in place of folders.
import type { Command } from "commander";
import { unpackSources } from "../data/archives/unpackSources.ts";
import { tellBits } from "../data/pictures/depth.ts";
import { number } from "./options.ts";

const BITS = "--bits";

/** `--bits`: how many of 16 the camera uses. */
export function addPictureFlags(command: Command): void {
  command.option(
    `${BITS} <number>`,
    "bits the camera uses in 16-bit images, from 8 to 16 (default: from the files, else from the largest value in the folder)",
    number,
  );
}

/** Whether the command has {@link addPictureFlags}. */
export function readsPictures(command: Command): boolean {
  return command.options.some(({ long }) => long === BITS);
}

/**
 * Tells those who read pictures what the user says of them, and unpacks the zips among the command's words.
 *
 * @throws LeukogramError ERR_USAGE for bits that no camera has; ERR_DATA as `unpackZip`; ERR_ABORTED.
 */
export async function preparePictures(command: Command, signal: AbortSignal): Promise<void> {
  const { bits, ...options } = command.opts() as Record<string, unknown> & { readonly bits?: number };
  tellBits(bits);
  const words = [command.processedArgs, Object.values(options)].flat(3).filter((word) => typeof word === "string");
  await unpackSources(words, signal);
}
