// The letters of a PDF: what its font can write, and what is said of what it can't.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";

/** Files of the fonts, which the PDF takes the letters that it needs from. */
const FILES = { plain: "DejaVuSansCondensed.ttf", bold: "DejaVuSansCondensed-Bold.ttf" } as const;

/** A font by weight. */
export type Weight = keyof typeof FILES;

let read: Readonly<Record<Weight, Buffer>> | undefined;
let font: Font | undefined;

/** Bytes of the fonts, read once. */
export function fontFiles(): Readonly<Record<Weight, Buffer>> {
  const { resolve } = createRequire(import.meta.url);
  const bytesOf = (name: string) => readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}`));
  read ??= { plain: bytesOf(FILES.plain), bold: bytesOf(FILES.bold) };
  return read;
}

// Others are written from right to left, or join their letters: set letter by letter they would say something else.
const WRITTEN = /^[\n\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]$/u;
const UNSEEN = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]$/u;

/** Writes texts in the letters of the font; each other letter is written as its code, and remembered. */
export class Letters {
  readonly #missing = new Set<string>();
  readonly #told: (codes: string) => string;

  /** @param told what the reader is told of the letters that could not be written */
  constructor(told: (codes: string) => string) {
    this.#told = told;
  }

  /** The text as the PDF can write it: a letter that it can't write becomes ‹U+5F20›. */
  write(text: string): string {
    font ??= create(fontFiles().plain) as Font;
    const [clean, known] = [text.normalize("NFC").replace(/\r\n?/g, "\n").replaceAll("\t", "    "), font];
    return [...clean].map((letter) => (canWrite(letter, known) ? letter : this.#code(letter))).join("");
  }

  #code(letter: string): string {
    const code = `‹U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}›`;
    this.#missing.add(code);
    return code;
  }

  /** What the reader is told of the letters that could not be written; undefined if all were. */
  get note(): string | undefined {
    if (this.#missing.size === 0) return undefined;
    const shown = [...this.#missing].slice(0, 8).join(" ");
    return this.#told(`${shown}${this.#missing.size > 8 ? " …" : ""}`);
  }
}

function canWrite(letter: string, known: Font): boolean {
  if (letter === "\n") return true;
  return WRITTEN.test(letter) && !UNSEEN.test(letter) && known.hasGlyphForCodePoint(letter.codePointAt(0)!);
}
