// Sentences of the count, of signing and of its rules in other languages, by their codes.
import type { Sentence } from "@leukogram/engine/core/sentence";
import type classes from "./en/classes.json";
import type flags from "./en/flags.json";
import type notes from "./en/notes.json";
import type signing from "./en/signing.json";
import { LOCALES } from "./language.ts";
import type { Speech, Values } from "./speech.ts";

/** Keys of the messages that sentences are written by. */
export type SentenceKey = keyof typeof classes | keyof typeof flags | keyof typeof notes | keyof typeof signing;

/** What a class, a label or a group is called; as it is if it has no name in the language. */
export function className({ say, knows }: Speech<SentenceKey>, name: string): string {
  const key = `class.${name}`;
  return knows(key) ? say(key as SentenceKey) : name;
}

/** A sentence in a language; in English if its code is not known there. */
export function sentenceIn(speech: Speech<SentenceKey>, { code, parameters, text }: Sentence): string {
  if (!speech.knows(code)) return text;
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === "string" || typeof value === "number") values[name] = value;
    else if ("code" in value) values[name] = sentenceIn(speech, value);
    else Object.assign(values, listed(speech, name, value));
    if (name === "class") values.name = className(speech, String(value));
  }
  return speech.say(code as SentenceKey, values);
}

// Classes are written with commas, and as the plural in a sentence; sentences with semicolons.
function listed(speech: Speech<SentenceKey>, name: string, all: readonly (string | Sentence)[]): Values {
  const words = all.map((one) => (typeof one === "string" ? className(speech, one) : sentenceIn(speech, one)));
  if (name !== "classes") return { [name]: words.join("; ") };
  const plurals = all.map((one) => {
    const key = `plural.${String(one)}`;
    return speech.knows(key) ? speech.say(key as SentenceKey) : String(one);
  });
  const list = new Intl.ListFormat(LOCALES[speech.language], { type: "conjunction" }).format(plurals);
  return { names: words.join(", "), list };
}

/** Reads sentences in a language: what is given in English is written as the sentence of `known` that has that text. */
export function readerOf(speech: Speech<SentenceKey>, known: readonly Sentence[] = []): (text: string) => string {
  if (speech.language === "en") return (text) => text;
  const codes = new Map(known.map((one) => [one.text, one]));
  return (text) => {
    const found = codes.get(text);
    return found === undefined ? text : sentenceIn(speech, found);
  };
}
