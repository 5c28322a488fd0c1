import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { runFiles } from "../run/runFolder.ts";
import { parseShippedIndex, type ShippedModel } from "./shipped.ts";

/** Where the shipped models lie: $LEUKOGRAM_MODELS, or models/ in the package. */
export function shippedFolder(): string {
  // The same way up from packages/engine/src/formats/ and dist/formats/.
  return process.env.LEUKOGRAM_MODELS || fileURLToPath(new URL("../../models/", import.meta.url));
}

/**
 * The models that come with the package, by name; none if its folder has no index.
 *
 * @throws LeukogramError ERR_FORMAT if the index is damaged.
 */
export function shippedModels(folder: string = shippedFolder()): readonly ShippedModel[] {
  const path = join(folder, "index.json");
  return existsSync(path) ? parseShippedIndex(readFileSync(path, "utf8"), path) : [];
}

/** The file that a MODEL stands for. */
export interface ModelFile {
  readonly path: string;
  /** Set where the model is a shipped one. */
  readonly shipped: ShippedModel | undefined;
}

/**
 * What a MODEL means: a file or folder that is there, else the shipped model of that name, in float32 where it has
 * that. Anything that looks like a path is taken as one, there or not.
 *
 * @throws LeukogramError ERR_FORMAT if it is neither.
 */
export function findModelFile(model: string): ModelFile {
  if (existsSync(model)) return { path: model, shipped: undefined };
  const known = shippedModels();
  const shipped = known.find(({ name }) => name === model);
  if (shipped !== undefined) return { path: join(shippedFolder(), shipped.files[0]!.file), shipped };
  if (/[/\\]|\.onnx$/i.test(model)) return { path: model, shipped: undefined };
  throw new LeukogramError("ERR_FORMAT", `${model}: no such model`, {
    hint: hintFor(
      model,
      known.map(({ name }) => name),
    ),
  });
}

/** The files that changing a model takes; they may not be there. */
export interface ChangeableFiles {
  /** The model with its metadata: classes and recipe. */
  readonly onnx: string;
  /** Its layers and weights; undefined if a shipped model has none. */
  readonly keras: string | undefined;
  /** What it remembers of its own laboratory; undefined if a shipped model has none. */
  readonly memory: string | undefined;
}

/**
 * The .onnx, .keras and memory files of a run folder or shipped model.
 *
 * @throws LeukogramError ERR_FORMAT as {@link findModelFile}.
 */
export function findChangeableFiles(model: string): ChangeableFiles {
  const { path, shipped } = findModelFile(model);
  if (shipped === undefined) {
    const { model: onnx, keras, memory } = runFiles(path);
    return { onnx, keras, memory };
  }
  const fileOf = (wanted: string) => {
    const entry = shipped.files.find(({ format }) => format === wanted);
    return entry && join(shippedFolder(), entry.file);
  };
  return { onnx: path, keras: fileOf("keras"), memory: fileOf("memory") };
}

/** Whether the word is the name of a shipped model and no file or folder hides it. */
export function isShippedName(word: string): boolean {
  return !existsSync(word) && shippedModels().some(({ name }) => name === word);
}

/**
 * Makes sure that a shipped model's bytes are those that were shipped.
 *
 * @throws LeukogramError ERR_FORMAT if they are not, as after a download that broke off.
 */
export function checkShipped(bytes: Uint8Array, { path, shipped }: ModelFile): void {
  const entry = shipped?.files.find(({ file }) => path.endsWith(file));
  if (entry === undefined || createHash("sha256").update(bytes).digest("hex") === entry.sha256) return;
  throw new LeukogramError("ERR_FORMAT", `${path}: differs from the original file of the model`, {
    hint: "Reinstall Leukogram.",
  });
}

function hintFor(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  const paths = "Give a run folder or an .onnx file";
  return names.length === 0 ? `${paths}.` : `${paths}, or one of ${names.join(", ")}.`;
}
