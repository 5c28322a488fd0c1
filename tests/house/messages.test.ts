// Whatever Leukogram refuses or notes stands in a test: three words in a row of each message of its sources, or all of a shorter one.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { PACKAGES, ROOT } from "../support/packages.ts";

/** Messages, by words of theirs, that no test brings about, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "features have changed": "a model's file that is replaced under its name while the server runs",
  "features: was interrupted": "runs in browsers alone, where classifying is interrupted alike",
};

/** What makes a message of its first argument that has a text. */
const MAKER = new RegExp(
  [
    String.raw`new LeukogramError\(\s*"ERR_\w+",`,
    String.raw`new UnreadKind\(`,
    String.raw`\.warn\(`,
    String.raw`\bnotes\.push\(`,
    String.raw`\b(?:bad|fault|note|refuse|remark)\(`,
  ].join("|"),
  "g",
);

/** Fewer letters than this say nothing by themselves. */
const SHORTEST = 8;

const filesOf = (folder: string, ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !/(^|[\\/])(node_modules|fixtures)[\\/]/.test(name))
    .sort()
    .map((name) => join(folder, name));

/** The words of a text in small letters, without signs, and without the backslashes of strings and regular expressions. */
const wordsOf = (text: string) =>
  text
    .replace(/\\(.)/g, "$1")
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? [];

/** Reads source text from one place on. */
class Reader {
  readonly #source: string;
  at: number;

  constructor(source: string, at: number) {
    this.#source = source;
    this.at = at;
  }

  /** The plain texts within the first argument that has some, up to the end of the call. */
  message(): readonly string[] {
    for (;;) {
      const isOptions = /^\s*\{/.test(this.#source.slice(this.at, this.at + 80));
      const texts = this.#expression(/[,)]/);
      const isLast = this.#source[this.at] !== ",";
      if ((texts.length > 0 && !isOptions) || isLast) return isOptions ? [] : texts;
      this.at++;
    }
  }

  // Up to an end that is not within brackets; texts of strings and templates on the way.
  #expression(end: RegExp): string[] {
    const texts: string[] = [];
    for (let depth = 0; this.at < this.#source.length; this.at++) {
      const sign = this.#source[this.at]!;
      if (depth === 0 && end.test(sign)) break;
      if (sign === '"' || sign === "`") texts.push(...this.#text(sign));
      else if (this.#source.startsWith("//", this.at)) this.at = this.#source.indexOf("\n", this.at);
      else if ("([{".includes(sign)) depth++;
      else if (")]}".includes(sign)) depth--;
    }
    return texts;
  }

  // A string or template; what stands within ${} parts it, and has its own texts.
  #text(quote: string): string[] {
    const texts = [""];
    const within: string[] = [];
    for (this.at++; this.#source[this.at] !== quote; this.at++) {
      if (quote === "`" && this.#source.startsWith("${", this.at)) {
        this.at += 2;
        within.push(...this.#expression(/\}/));
        texts.push("");
        continue;
      }
      if (this.#source[this.at] === "\\") this.at++;
      texts.push(texts.pop()! + this.#source[this.at]);
    }
    return [...texts, ...within].map((text) => text.trim()).filter((text) => text.length >= SHORTEST);
  }
}

/** Three words in a row of a text, or all of it where it has no more. */
function runsOf(text: string): readonly string[] {
  const words = wordsOf(text);
  return words.length <= 3 ? [words.join(" ")] : words.slice(2).map((_, i) => words.slice(i, i + 3).join(" "));
}

const messages = Object.keys(PACKAGES)
  .flatMap((name) => filesOf(join(ROOT, "packages", name, "src"), /\.ts$/))
  .flatMap((path) => {
    const source = readFileSync(path, "utf8");
    return [...source.matchAll(MAKER)].map(({ index, 0: { length } }) => {
      const where = () => `${relative(ROOT, path)}:${source.slice(0, index).split("\n").length}`;
      return { where, texts: new Reader(source, index + length).message() };
    });
  })
  .filter(({ texts }) => texts.length > 0);

/** All runs of one to three words in the tests. */
function runsOfTests(): ReadonlySet<string> {
  const runs = new Set<string>();
  for (const path of filesOf(join(ROOT, "tests"), /\.(ts|js|json)$/)) {
    if (path === import.meta.filename) continue;
    const words = wordsOf(readFileSync(path, "utf8"));
    for (const [i, word] of words.entries()) {
      const two = `${words[i - 1]} ${word}`;
      runs
        .add(word)
        .add(two)
        .add(`${words[i - 2]} ${two}`);
    }
  }
  return runs;
}

test("each message of the sources stands in a test", () => {
  const known = runsOfTests();
  const untested = messages.filter(({ texts }) => !texts.flatMap(runsOf).some((run) => known.has(run)));
  const exceptionOf = ({ texts }: { texts: readonly string[] }) =>
    Object.keys(EXCEPTIONS).find((words) => texts.some((text) => text.includes(words)));
  const listed = untested.filter((message) => exceptionOf(message) === undefined);
  expect(messages.length).toBeGreaterThan(700);
  expect(listed.map(({ where, texts }) => `${where()} ${texts.join(" ... ")}`)).toEqual([]);
  // One that a test has come to hold is no exception.
  expect(new Set(untested.map(exceptionOf))).toEqual(new Set(Object.keys(EXCEPTIONS)));
});
