// Escape sequences: HL7 v2.5.1, chapter 2.7.
import type { CharacterSet } from "./characterSet.ts";
import { type Delimiters, malformed } from "./message.ts";

/** Which delimiter each letter stands for. */
const LETTERS: Readonly<Record<string, keyof Delimiters>> = {
  ...{ F: "field", S: "component", T: "subcomponent", R: "repetition", E: "escape" },
};

/** How text of a message is read and written. */
export interface TextRules {
  readonly delimiters: Delimiters;
  readonly characters: CharacterSet;
}

/** The text without its escapes. @param where it stands, such as PID-5. @throws ERR_FORMAT if an escape is not known or not ended. */
export function unescaped(
  text: string,
  { delimiters, characters, where }: TextRules & { readonly where: string },
): string {
  // What stands between two escape characters is a sequence: every second part.
  const parts = text.split(delimiters.escape);
  if (parts.length % 2 === 0)
    throw malformed(`${where}: an escape sequence is not ended`, "The sender must write a backslash as \\E\\.");
  return parts.map((part, i) => (i % 2 === 0 ? part : signOf(part, { delimiters, characters, where }))).join("");
}

function signOf(sequence: string, { delimiters, characters, where }: TextRules & { readonly where: string }): string {
  const delimiter = LETTERS[sequence];
  if (delimiter !== undefined) return delimiters[delimiter];
  if (sequence === ".br") return "\n";
  // No text may hold the character NUL.
  if (/^X(?:(?!00)[0-9A-Fa-f]{2})+$/.test(sequence)) return characters.decode(Buffer.from(sequence.slice(1), "hex"));
  throw malformed(
    `${where}: the escape sequence \\${sequence}\\ is not supported`,
    "Supported are \\F\\, \\S\\, \\T\\, \\R\\, \\E\\, \\Xhh\\ and \\.br\\.",
  );
}

/** The text with its escapes; line breaks become `\.br\`, other control characters `\Xhh\`. */
export function escaped(text: string, { delimiters, characters }: TextRules): string {
  const within = (sequence: string) => delimiters.escape + sequence + delimiters.escape;
  const hex = (sign: string) => within(`X${characters.encode(sign).toString("hex").toUpperCase()}`);
  // By itself this text would say that there is no value.
  if (text === '""') return hex(text);
  const letters = new Map(Object.entries(LETTERS).map(([letter, name]) => [delimiters[name], letter]));
  return text.replace(/\r\n?|[\s\S]/g, (sign) => {
    if (letters.has(sign)) return within(letters.get(sign)!);
    if (/[\r\n]/.test(sign)) return within(".br");
    return sign < " " ? hex(sign) : sign;
  });
}
