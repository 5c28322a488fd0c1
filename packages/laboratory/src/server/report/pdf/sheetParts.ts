// What a sheet is made of.
import type { Weight } from "./letters.ts";

/** How a text looks. */
export interface TextStyle {
  /** Points. */
  readonly size?: number;
  readonly weight?: Weight;
  readonly colour?: "ink" | "grey" | "alarm";
  /** Points below it. */
  readonly after?: number;
}

/** A column of a table: its width as a share of all widths. */
export interface Column {
  readonly heading: string;
  readonly width: number;
  readonly isNumber?: boolean;
}

/** What a sheet says of itself. */
export interface SheetOptions {
  readonly title: string;
  readonly author: string;
  /** When what it says was fixed. */
  readonly at: Date;
  /** Lines at the foot of each page, beside its number. */
  readonly foot: readonly string[];
  /** A word across each page; empty without. */
  readonly mark: string;
  /** BCP 47. */
  readonly language: string;
  readonly words: SheetWords;
  /** Of all letters: 1 as their sizes say. */
  readonly scale: number;
}

/** What a sheet says of its own. */
export interface SheetWords {
  readonly pageOf: (page: number, pages: number) => string;
  readonly pictureMissing: string;
  /** Of letters that could not be written, by their codes. */
  readonly letters: (codes: string) => string;
}

/** Parts of a text without an end, between which pages turn. */
export function pieces(text: string): string[] {
  const parts = (line: string) => line.match(/.{1,600}(?=\s|$)|.{1,600}/gu) ?? [""];
  return text.split("\n").flatMap((line) => parts(line).map((part, i) => (i === 0 ? part : part.trimStart())));
}
