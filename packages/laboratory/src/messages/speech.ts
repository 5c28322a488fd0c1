// Messages of a language, with its numbers and dates; the same on the server and in the browser.
import { IntlMessageFormat } from "intl-messageformat";
import { type Language, LOCALES } from "./language.ts";

/** What a message speaks of. */
export type Values = Readonly<Record<string, string | number>>;

/** Styles of numbers in messages, such as `{share, number, d1}`: digits after the comma, or as many as there are. */
const NUMBERS = Object.fromEntries([
  ...[0, 1, 2, 3].map((digits) => [`d${digits}`, digitsOf(digits, digits)] as const),
  ["plain", digitsOf(0, 20)] as const,
]);

function digitsOf(minimumFractionDigits: number, maximumFractionDigits: number) {
  return { minimumFractionDigits, maximumFractionDigits, useGrouping: false };
}

/** What is written in one language. */
export interface Speech<Key extends string> {
  readonly language: Language;
  /** A message. @throws if a value of it is missing */
  readonly say: (key: Key, values?: Values) => string;
  /** Whether there is a message, for keys that are made of data. */
  readonly knows: (key: string) => boolean;
  /** A number with so many digits after the comma, rounded as `toFixed` rounds. */
  readonly decimal: (value: number, digits: number) => string;
  /** A number as it is: 7.4, in German 7,4. */
  readonly plain: (value: number) => string;
}

/** Messages, written in their language. */
export function speechIn<Key extends string>(language: Language, messages: Readonly<Record<Key, string>>): Speech<Key> {
  const locale = LOCALES[language];
  const read = new Map<Key, IntlMessageFormat>();
  const formats = new Map<string, Intl.NumberFormat>();
  const formatOf = (style: string) => {
    const found = formats.get(style) ?? new Intl.NumberFormat(locale, NUMBERS[style]);
    formats.set(style, found);
    return found;
  };
  return {
    language,
    knows: (key) => Object.hasOwn(messages, key),
    say: (key, values) => {
      let message = read.get(key);
      if (message === undefined) {
        message = new IntlMessageFormat(messages[key], locale, { number: NUMBERS }, { ignoreTag: true });
        read.set(key, message);
      }
      return String(message.format(values));
    },
    decimal: (value, digits) => formatOf(`d${digits}`).format(Number(value.toFixed(digits))),
    plain: (value) => formatOf("plain").format(value),
  };
}
