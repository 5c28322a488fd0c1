// The app's texts, in the language that the reader chose.
import type { Sentence } from "@leukogram/engine/core/sentence";
import { LANGUAGES, type Language, LOCALES, languageOf } from "@leukogram/laboratory/messages/language";
import { className, readerOf } from "@leukogram/laboratory/messages/sentences";
import { type Speech, speechIn, type Values } from "@leukogram/laboratory/messages/speech";
import type { Messages } from "./en.ts";

/** A text of the app. */
export type Key = keyof Messages;

// Each is a file of its own, of which a browser loads one.
const FILES: Readonly<Record<Language, () => Promise<{ readonly messages: Messages }>>> = {
  en: () => import("./en.ts"),
  de: () => import("./de.ts"),
  es: () => import("./es.ts"),
};

const PLACE = "leukogram.language";

let speech: Speech<Key>;
const listeners = new Set<() => void>();

/** The language that was chosen on this computer, else the browser's. */
export function storedLanguage(): Language {
  const found = localStorage.getItem(PLACE);
  return LANGUAGES.find((language) => language === found) ?? languageOf(navigator.languages);
}

/** Loads a language, and writes the app in it; before the first page, and when the reader chooses another. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await FILES[language]();
  speech = speechIn(language, messages);
  for (const listener of listeners) listener();
}

/** Speaks it from now on, and on the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  localStorage.setItem(PLACE, language);
}

/** Follows the language: for `useSyncExternalStore`. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language in which the app is written. */
export const language = (): Language => speech.language;

/** How it writes numbers and dates: BCP 47. */
export const locale = (): string => LOCALES[speech.language];

/** A text. */
export const t = (key: Key, values?: Values): string => speech.say(key, values);

/** A number with so many digits after the comma, and as it is. */
export const decimal = (value: number, digits: number): string => speech.decimal(value, digits);
export const plain = (value: number): string => speech.plain(value);

/** What a label or a class is called: a label of the laboratory's own as it is written. */
export const labelName = (label: string): string => textOf(`label.${label}`, className(speech, label));

/** A text whose key is made of data; what else is to be said if there is none. */
export const textOf = (key: string, other: string): string => (speech.knows(key) ? t(key as Key) : other);

/** A sentence as the server and the library give it, whose parameters are only seen by their codes. */
export interface CodedSentence extends Omit<Sentence, "parameters"> {
  readonly parameters: object;
}

/** Reads sentences in English as pages print them, in the reader's language; `known` are the same with their codes. */
export function reader(known: readonly CodedSentence[]): (text: string) => string {
  const read = readerOf(speech, known as readonly Sentence[]);
  return (text) => read(text).replaceAll("10^9/L", "10⁹/L");
}
