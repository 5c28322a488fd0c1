// Numbers in the texts.
const plurals = new Intl.PluralRules("en-GB");

/** Thousands are parted. */
export const number = new Intl.NumberFormat("en-GB");

/** Whether a number takes the singular. */
export const isOne = (count: number) => plurals.select(count) === "one";

/** "1 cell", "2,000 cells". */
export const many = (count: number, one: string, other = `${one}s`) =>
  `${number.format(count)} ${isOne(count) ? one : other}`;

/** 0.123 as "12.3 %". */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Those parts that there are, with commas between them. */
export const joined = (parts: readonly (string | false | undefined)[]) => parts.filter(Boolean).join(", ");
