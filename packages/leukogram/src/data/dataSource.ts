// Where images lie, as a user writes it; a file of its own, as every command reads such words before it loads what opens data.
import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** One place of images, and the laboratory that they come from. */
export interface DataSource {
  readonly path: string;
  /** Undefined if only a path was given. */
  readonly laboratory: string | undefined;
}

/**
 * Reads `DIR` or `NAME=DIR`. What is there by the whole name is a path, whatever signs are in it.
 *
 * @throws LeukogramError ERR_USAGE if the name is empty or holds a slash.
 */
export function parseSource(text: string): DataSource {
  const at = text.indexOf("=");
  if (at < 0 || existsSync(text)) return { path: text, laboratory: undefined };
  const laboratory = text.slice(0, at).trim();
  const path = text.slice(at + 1);
  if (laboratory !== "" && path !== "" && !/[/\\]/.test(laboratory)) return { path, laboratory };
  throw new LeukogramError("ERR_USAGE", `data "${text}": expected a folder, or NAME=FOLDER`, {
    hint: "Put the laboratory's name before the =, and its folder after it.",
  });
}
