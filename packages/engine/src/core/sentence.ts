/** What a sentence speaks of: numbers as they are shown, words, names of classes, other sentences. */
export type SentenceParameters = Readonly<Record<string, string | number | Sentence | readonly (string | Sentence)[]>>;

/** A sentence in English, with its stable code and what it speaks of, by which it is written in other languages. */
export interface Sentence {
  readonly code: string;
  readonly parameters: SentenceParameters;
  readonly text: string;
}

/** A sentence; what it speaks of may be nothing. */
export function sentence(code: string, text: string, parameters: SentenceParameters = {}): Sentence {
  return { code, parameters, text };
}

/** A number with as many digits as are shown. */
export const shownNumber = (value: number, digits: number): number => Number(value.toFixed(digits));
