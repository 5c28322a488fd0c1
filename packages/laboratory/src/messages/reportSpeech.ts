// Messages of reports, which the server writes.
import { readFileSync } from "node:fs";
import type { Sentence, SentenceParameters } from "@leukogram/engine/core/sentence";
import type print from "./en/print.json";
import { type Language, LOCALES } from "./language.ts";
import { className, readerOf, type SentenceKey, sentenceIn } from "./sentences.ts";
import { type Speech, speechIn } from "./speech.ts";

/** Keys of messages of reports. */
export type ReportKey = keyof typeof print | SentenceKey;

/** What a report is written in. */
export interface ReportSpeech extends Speech<ReportKey> {
  /** A sentence of the report, of which the report has the English text. */
  readonly said: (text: string) => string;
  readonly className: (name: string) => string;
  /** A moment, ISO 8601, in UTC. */
  readonly moment: (at: string) => string;
  /** A day, ISO 8601. */
  readonly day: (at: string) => string;
}

/** Files of a language that reports need. */
const AREAS = ["print", "classes", "flags", "notes", "signing"];

const speeches = new Map<Language, Speech<ReportKey>>();

function speechOf(language: Language): Speech<ReportKey> {
  const read = (area: string): object =>
    JSON.parse(readFileSync(new URL(`./${language}/${area}.json`, import.meta.url), "utf8"));
  const found = speeches.get(language) ?? speechIn<ReportKey>(language, Object.assign({}, ...AREAS.map(read)));
  speeches.set(language, found);
  return found;
}

/** Writes a report in a language; `known` are its sentences with their codes. */
export function reportSpeech(language: Language, known: readonly Sentence[] = []): ReportSpeech {
  const speech = speechOf(language);
  const dates = (style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(LOCALES[language], { timeZone: "UTC", ...style });
  const isEnglish = language === "en";
  return {
    ...speech,
    said: readerOf(speech, known),
    className: (name) => className(speech, name),
    moment: (at) =>
      isEnglish
        ? at.replace("T", " ").slice(0, 19)
        : dates({ dateStyle: "medium", timeStyle: "medium" }).format(new Date(at)),
    day: (at) => (isEnglish ? at : dates({ dateStyle: "medium" }).format(new Date(at))),
  };
}

/** A sentence of the laboratory's own, by its code. */
export function said(code: ReportKey, parameters: SentenceParameters = {}): Sentence {
  const text = sentenceIn(speechOf("en"), { code, parameters, text: "" });
  return { code, parameters, text };
}
