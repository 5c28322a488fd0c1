import { existsSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { isImageName } from "../data/folders/walk.ts";
import { isRunFolder } from "../run/runFolder.ts";
import { DEFAULT_MODEL } from "../shipped/shipped.ts";
import { isShippedName } from "../shipped/shippedModels.ts";

/** Options of {@link modelAndPaths}. */
export interface ModelAndPathsOptions {
  /** For messages. */
  readonly command: string;
  /** What `--model` named. */
  readonly named: string | undefined;
  /** Endings of files that are models and no images. */
  readonly endings: RegExp;
}

/**
 * The model and the images of words as `predict` takes them: the first is the model where it can be nothing else, as a run
 * folder, a model file or the name of a shipped model.
 *
 * @throws ERR_USAGE if there is no image, or no model is named and none comes with the package.
 */
export function modelAndPaths(
  words: readonly string[],
  { command, named, endings }: ModelAndPathsOptions,
): { model: string; paths: string[] } {
  const [first = "", ...rest] = words;
  const isMissing = !existsSync(first) && rest.length > 0 && !isImageName(first);
  const isModel =
    named === undefined && (endings.test(first) || isModelFolder(first) || isShippedName(first) || isMissing);
  const paths = isModel ? rest : [...words];
  if (paths.length === 0)
    throw new LeukogramError("ERR_USAGE", `${command}: ${first} is a model, but no images are given`, {
      hint: "Give images or folders of images after the model.",
    });
  if (named === undefined && !isModel) requireDefault(command);
  return { model: named ?? (isModel ? first : DEFAULT_MODEL), paths };
}

function isModelFolder(path: string): boolean {
  return isRunFolder(path) || existsSync(join(path, "model.json"));
}

function requireDefault(command: string): void {
  if (existsSync(DEFAULT_MODEL) || isShippedName(DEFAULT_MODEL)) return;
  throw new LeukogramError("ERR_USAGE", `${command}: no model is given, and ${DEFAULT_MODEL} is not in this package`, {
    hint: "Give a run folder or a model file before the images.",
  });
}
