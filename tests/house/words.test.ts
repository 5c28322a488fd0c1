import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { PACKAGES, ROOT } from "../support/packages.ts";

/** Words that are not to be used, and what to write. In `messages`: in texts that users read, but not in comments. */
const WORDS: readonly { word: RegExp; write: string; in: "everywhere" | "messages" }[] = [
  { word: /\banew\b/i, write: "again", in: "everywhere" },
  { word: /\bgone on with\b/i, write: "resumed", in: "everywhere" },
  { word: /\bgoes on with\b|\bgo on with\b/i, write: "resume, continue", in: "messages" },
  { word: /@throws (LeukogramError )?[A-Z_]+ where\b/, write: "@throws ERR_X if", in: "everywhere" },
  { word: /\b(undefined|null|false|true) where\b/i, write: "undefined if", in: "everywhere" },
  { word: /\bwhoever\b/i, write: "who it is: users, the caller", in: "messages" },
  { word: /\bnobody(?! else)\b/i, write: "what is missing, in the active voice", in: "messages" },
  { word: /\bsmells?\b/i, write: "looks suspicious", in: "messages" },
  { word: /\b(is|are|was|were) told\b/i, write: "is given, is reported", in: "messages" },
  { word: /\b(by itself|by themselves)\b/i, write: "separately, alone, automatically", in: "messages" },
  { word: /\b(was|were|has|been|is) begun\b/i, write: "started", in: "messages" },
  { word: /\b(mend|mended|to mend)\b/i, write: "fix", in: "messages" },
  { word: /\bgive or take\b/i, write: "±", in: "messages" },
  { word: /\bthere is no such\b/i, write: "no such", in: "messages" },
  { word: /\bis asked for\b/i, write: "is requested, is needed", in: "messages" },
  { word: /\bonce for each\b/i, write: "repeat for each", in: "messages" },
  { word: /\bis no (index|number|share|date|report|manifest|class)\b/i, write: "is not a ...", in: "messages" },
  { word: /\ba (pixel|class|image|channel|patch|slide) \(default\b/i, write: "per pixel", in: "messages" },
  { word: /\b(refused|warns|skipped) where\b/i, write: "refused if", in: "messages" },
];

interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly isComment: boolean;
}

const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name) && !name.includes("node_modules"));

const LITERALS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.JsxText,
]);

/** Strings and comments of a source file, by the line that they begin on. */
function textsOf(file: string): Text[] {
  const code = readFileSync(join(ROOT, file), "utf8");
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const texts: Text[] = [];
  const seen = new Set<number>();
  const add = (start: number, end: number, isComment: boolean) => {
    if (seen.has(start)) return;
    seen.add(start);
    const { line } = source.getLineAndCharacterOfPosition(start);
    for (const [i, text] of code.slice(start, end).split("\n").entries())
      texts.push({ file, line: line + i + 1, text, isComment });
  };
  const visit = (node: ts.Node): void => {
    if (node.pos !== node.end && node.kind !== ts.SyntaxKind.JsxText) {
      const comments = [
        ...(ts.getLeadingCommentRanges(code, node.pos) ?? []),
        ...(ts.getTrailingCommentRanges(code, node.end) ?? []),
      ];
      for (const { pos, end } of comments) add(pos, end, true);
    }
    if (LITERALS.has(node.kind)) add(node.getStart(source), node.end, false);
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return texts;
}

function linesOf(file: string): Text[] {
  return readFileSync(join(ROOT, file), "utf8")
    .split("\n")
    .map((text, i) => ({ file, line: i + 1, text, isComment: false }));
}

const hits = (texts: readonly Text[]) =>
  texts.flatMap(({ file, line, text, isComment }) =>
    WORDS.flatMap(({ word, write, in: where }) => {
      const found = isComment && where === "messages" ? null : word.exec(text);
      return found === null ? [] : [`${file}:${line}: "${found[0]}": write ${write}`];
    }),
  );

test("sources use the words of a technical writer", () => {
  const folders = [...Object.keys(PACKAGES).map((name) => `packages/${name}/src`), "packages/laboratory/web/src"];
  const texts = folders.flatMap((folder) => filesBelow(folder, /\.tsx?$/)).flatMap(textsOf);
  expect(texts.filter(({ isComment }) => isComment).length).toBeGreaterThan(3000);
  expect(texts.filter(({ isComment }) => !isComment).length).toBeGreaterThan(5000);
  expect(hits(texts)).toEqual([]);
});

test("documents use the words of a technical writer", () => {
  const documents = ["README.md", "CONTRIBUTING.md", ...filesBelow("docs", /\.md$/)];
  expect(hits(documents.filter((file) => file !== "docs/glossary.md").flatMap(linesOf))).toEqual([]);
});

test("a hit names file, line, the word and what to write", () => {
  const text = { file: "a.ts", line: 3, isComment: true };
  expect(hits([{ ...text, text: "@throws ERR_DATA where it is drawn anew" }])).toEqual([
    'a.ts:3: "anew": write again',
    'a.ts:3: "@throws ERR_DATA where": write @throws ERR_X if',
  ]);
  expect(hits([{ ...text, text: "as nobody asked" }])).toEqual([]);
});
