// The names of a model's classes, as programs write them into the model's file or beside it.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { LeukogramError } from "../core/errors.ts";

/** Names of classes in the order of a model's outputs. */
export interface ClassNames {
  readonly names: readonly string[];
  /** Where they were found, in words. */
  readonly from: string;
}

/** Keys of ONNX's metadata: ours and others', Ultralytics, Hugging Face, fastai. The first that is there counts. */
const KEYS = ["classes", "names", "class_names", "labels", "id2label", "vocab", "categories", "label_names"];

/**
 * The names in an ONNX file's metadata; undefined if it holds none.
 *
 * @throws ERR_FORMAT if it holds names that can't be read.
 */
export function namesInMetadata(metadata: Readonly<Record<string, string>>, source: string): ClassNames | undefined {
  const key = KEYS.find((name) => metadata[name]?.trim());
  if (key === undefined) return undefined;
  const names = namesOfText(metadata[key]!);
  if (names !== undefined) return { names, from: `"${key}" in the metadata of ${basename(source)}` };
  throw new LeukogramError("ERR_FORMAT", `${source}: its metadata "${key}" lists the classes in an unreadable form`, {
    hint: "Name the classes in the order of the outputs: --classes A,B,C.",
  });
}

/** The file of class names that `convert` writes beside a model whose format has no place for them: `cnn.keras`, `cnn.labels.txt`. */
export function labelsFileOf(model: string): string {
  return join(dirname(model), `${basename(model, extname(model))}.labels.txt`);
}

/** Files beside a model that name its classes: of Custom Vision, Teachable Machine and many a tutorial. */
const FILES = ["labels.txt", "class_names.txt", "classes.txt"];

/**
 * The names in a file beside a model: labels.txt and its like, a name a line; beside a model.json also Teachable Machine's
 * metadata.json. Undefined if there is none.
 *
 * @throws ERR_FORMAT if there is one and it can't be read.
 */
export function namesBeside(model: string): ClassNames | undefined {
  const folder = dirname(model);
  const metadata = join(folder, "metadata.json");
  if (/\.json$/i.test(model) && existsSync(metadata)) {
    const names = labelsOfJson(metadata);
    if (names !== undefined) return { names, from: metadata };
  }
  const path = [labelsFileOf(model), ...FILES.map((name) => join(folder, name))].find((file) => existsSync(file));
  return path === undefined ? undefined : { names: namesOfLines(readText(path)), from: path };
}

function labelsOfJson(path: string): readonly string[] | undefined {
  try {
    const { labels } = JSON.parse(readText(path)) as { labels?: unknown };
    return isNames(labels) ? labels : undefined;
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: damaged JSON`, { hint: "Copy it again.", cause });
  }
}

const readText = (path: string) => readFileSync(path, "utf8").replace(/^\uFEFF/, "");

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");

// "0 Class 1": the numbers of Teachable Machine and others go where each line has its own.
function namesOfLines(text: string): readonly string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(.+)$/.exec(line));
  const isNumbered = [0, 1].some((first) => numbered.every((match, i) => Number(match?.[1]) === i + first));
  return isNumbered ? numbered.map((match) => match![2]!) : lines;
}

/**
 * Names in a text as JSON or Python writes them: a list, or a map of numbers to names or names to numbers; or names with commas
 * or line breaks between them. Undefined if it is none of these.
 */
export function namesOfText(text: string): readonly string[] | undefined {
  const inside = /^\s*[[({]([\s\S]*)[\])}]\s*$/.exec(text)?.[1];
  if (inside === undefined) {
    if (/[[\](){}]/.test(text)) return undefined;
    const parts = text.split(/\r?\n/).filter((line) => line.trim());
    const names = (parts.length > 1 ? parts : text.split(",")).map((name) => name.trim());
    return names.length > 1 && names.every(Boolean) ? names : undefined;
  }
  const isMap = /^\s*\{/.test(text);
  const entries = entriesOf(inside, isMap ? 2 : 1);
  if (entries === undefined || entries.length === 0) return undefined;
  if (!isMap) return entries.every(([name]) => typeof name === "string") ? (entries.flat() as string[]) : undefined;
  const isIndex = (value: Token | undefined) => typeof value === "number" || /^\d+$/.test(value ?? "");
  const [at, of] = entries.every(([key]) => isIndex(key)) ? [0, 1] : [1, 0];
  const names = new Array<string | undefined>(entries.length).fill(undefined);
  for (const entry of entries) if (isIndex(entry[at])) names[Number(entry[at])] = String(entry[of]);
  return names.length === entries.length && !names.includes(undefined) ? (names as string[]) : undefined;
}

type Token = string | number;

/** A text in quotes, with what is escaped in it, or a whole number. */
const TOKEN = /^\s*(?:[ub]?'((?:[^'\\]|\\.)*)'|[ub]?"((?:[^"\\]|\\.)*)"|(\d+))\s*/;

// The tokens of each entry; undefined if something else stands there.
function entriesOf(text: string, each: 1 | 2): readonly (readonly Token[])[] | undefined {
  const entries: Token[][] = [];
  let rest = text;
  while (rest.trim() !== "") {
    const entry: Token[] = [];
    for (let i = 0; i < each; i++) {
      const match = TOKEN.exec(rest);
      if (match === null) return undefined;
      const quoted = match[1] ?? match[2];
      entry.push(quoted === undefined ? Number(match[3]) : unescaped(quoted));
      rest = rest.slice(match[0].length);
      const next = i + 1 < each ? ":" : ",";
      if (rest.startsWith(next)) rest = rest.slice(1);
      else if (next === ":" || rest !== "") return undefined;
    }
    entries.push(entry);
  }
  return entries;
}

function unescaped(text: string): string {
  return text
    .replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/gi, (_, byte: string, unit: string) =>
      String.fromCharCode(Number.parseInt(byte ?? unit, 16)),
    )
    .replace(/\\(["'\\/])/g, "$1");
}
