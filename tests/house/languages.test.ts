// Message files: what a language lacks, what nothing uses, what sources say of variables, and texts that are in no file.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { LANGUAGES, type Language } from "../../packages/laboratory/src/messages/language.ts";
import { ROOT } from "../support/packages.ts";
import { literalTexts, saidKeys, usesOf } from "./support/messageUses.ts";

const MESSAGES = join(ROOT, "packages/laboratory/src/messages");

const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .sort()
    .filter((name) => ending.test(name) && !name.includes("node_modules") && !name.endsWith(".d.ts"))
    .map((name) => join(ROOT, folder, name));

const sourceOf = (path: string) =>
  ts.createSourceFile(relative(ROOT, path), readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);

const areas = readdirSync(join(MESSAGES, "en")).sort();
const read = (language: Language, area: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join(MESSAGES, language, area), "utf8"));

const web = filesBelow("packages/laboratory/web/src", /\.tsx?$/).map(sourceOf);
const sources = ["packages/leukogram/src", "packages/laboratory/src"]
  .flatMap((folder) => filesBelow(folder, /\.ts$/))
  .map(sourceOf);
const english: Readonly<Record<string, string>> = Object.assign({}, ...areas.map((area) => read("en", area)));

interface Element {
  readonly type: number;
  readonly value: string;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
}
// As the library numbers them: a text, an argument, a number, a choice by word, a choice by number, the number of that choice.
const [TEXT, CHOICE, PLURAL, POUND] = [0, 5, 6, 7];

/** Variables of a message: those that it shows, and those that it only chooses by; with the words of its choices. */
function variablesOf(message: string, locale: string) {
  const [shown, chosen] = [new Set<string>(), new Map<string, Set<string>>()];
  const visit = (elements: readonly Element[], plural?: string): void => {
    for (const { type, value, options } of elements) {
      if (type === POUND) shown.add(plural!);
      else if (type === CHOICE || type === PLURAL) {
        const words = chosen.get(value) ?? new Set();
        chosen.set(value, words);
        for (const [word, { value: inside }] of Object.entries(options!)) {
          if (type === CHOICE) words.add(word);
          visit(inside, type === PLURAL ? value : plural);
        }
      } else if (type !== TEXT) shown.add(value);
    }
  };
  visit(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst() as readonly Element[]);
  return { shown, chosen };
}

describe.each(LANGUAGES)("messages in %s", (language) => {
  test("has the files and the keys of English, in their order", () => {
    expect(readdirSync(join(MESSAGES, language)).sort()).toEqual(areas);
    for (const area of areas) expect(Object.keys(read(language, area)), area).toEqual(Object.keys(read("en", area)));
  });

  test("each message can be read, and shows what the English one shows", () => {
    const faults: string[] = [];
    for (const area of areas)
      for (const [key, message] of Object.entries(read(language, area))) {
        const [own, known] = [variablesOf(message, language), variablesOf(english[key]!, "en")];
        const all = new Set([...known.shown, ...known.chosen.keys()]);
        const missing = [...known.shown].filter((name) => !own.shown.has(name) && !own.chosen.has(name));
        const strange = [...own.shown, ...own.chosen.keys()].filter((name) => !all.has(name));
        const words = [...own.chosen].flatMap(([name, found]) =>
          [...found].filter((word) => word !== "other" && !known.chosen.get(name)?.has(word)),
        );
        if (message.trim() === "" || missing.length + strange.length + words.length > 0)
          faults.push(`${key}: lacks [${missing}], has [${strange}], chooses by [${words}]`);
      }
    expect(faults).toEqual([]);
  });

  test("what goes into HL7 messages is of Latin-1, the least that receivers read", () => {
    const sent = ["classes", "flags", "notes", "signing", "print"].flatMap((area) =>
      Object.entries(read(language, `${area}.json`)),
    );
    expect(sent.filter(([, message]) => /[^\n -~\u00a0-\u00ff]/.test(message)).map(([key]) => key)).toEqual([]);
  });

  test("says that it is no medical device", () => {
    const words = { en: /not a medical device/i, de: /kein Medizinprodukt/i, es: /no es un producto sanitario/i };
    for (const [area, key] of [
      ["app", "app.researchUse"],
      ["print", "print.notice"],
      ["print", "fhir.notice"],
    ])
      expect(read(language, `${area}.json`)[key!]).toMatch(words[language]);
  });
});

test("no key is in two files, and each is used", () => {
  const keys = areas.flatMap((area) => Object.keys(read("en", area)));
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  const { literals, patterns } = usesOf([...web, ...sources]);
  expect(keys.filter((key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});

test("who says a message gives its variables, and no others", () => {
  const faults: string[] = [];
  let checked = 0;
  for (const { keys, names, where } of saidKeys([...web, ...sources]))
    for (const key of keys) {
      const message = english[key];
      if (message === undefined) {
        faults.push(`${where}: no message ${key}`);
        continue;
      }
      const { shown, chosen } = variablesOf(message, "en");
      const needed = new Set([...shown, ...chosen.keys()]);
      const known = new Set(names);
      // A sentence is given a class by its code, and says its name.
      if (known.has("class")) known.add("name");
      checked++;
      const missing = [...needed].filter((name) => !known.has(name));
      const tooMany = [...known].filter((name) => !needed.has(name) && name !== "class" && name !== "name");
      if (missing.length + tooMany.length > 0) faults.push(`${where}: ${key} lacks [${missing}], has [${tooMany}]`);
    }
  expect(faults).toEqual([]);
  expect(checked).toBeGreaterThan(500);
});

test("the web app has no texts of its own", () => {
  expect(web.length).toBeGreaterThan(100);
  expect(web.flatMap(literalTexts)).toEqual([]);
});

test("a literal text is found wherever a page may say one", () => {
  const of = (code: string) => literalTexts(ts.createSourceFile("a.tsx", code, ts.ScriptTarget.Latest, true));
  expect(of("const a = <p>Hello</p>;")).toEqual(['a.tsx:1 "Hello"']);
  expect(of('const a = <p aria-label="Cells">{n} × 10⁹/L</p>;')).toEqual(['a.tsx:1 "Cells"']);
  expect(of('const a = <Field label="Name" name="user" className="wide" />;')).toEqual(['a.tsx:1 "Name"']);
  expect(of('const a = <b>{is ? "Yes" : t("no")}</b>;')).toEqual(['a.tsx:1 "Yes"']);
  expect(of(`const a = <b>{\`\${n} cells\`}</b>;`)).toEqual(['a.tsx:1 " cells"']);
  expect(of('announce("Done"); throw new Error("It failed");')).toEqual(['a.tsx:1 "Done"', 'a.tsx:1 "It failed"']);
  expect(of('const a = <p className={is ? "on" : "off"} title={t("x")}>{t("y")}: {n} %</p>;')).toEqual([]);
});
