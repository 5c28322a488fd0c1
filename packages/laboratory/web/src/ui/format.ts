import type { Estimate } from "../api/types.ts";
import { decimal, language, locale, t } from "../language/words.ts";

const exact: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "medium" };
const short: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };

// Making one takes longer than using it.
const made = new Map<string, Intl.DateTimeFormat>();
function datesOf(style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${style.timeStyle}`;
  const found = made.get(key) ?? new Intl.DateTimeFormat(locale(), style);
  made.set(key, found);
  return found;
}

/** 12345 as 12,345. */
export function formatCount(count: number): string {
  return count.toLocaleString(locale());
}

/** 0.123 as 12.3 %. */
export function formatShare(share: number, digits = 1): string {
  return `${decimal(100 * share, digits)} %`;
}

/** Limits of a share, in per cent: 10.1 to 14.9. */
export function formatLimits({ low, high }: Estimate, digits = 1): string {
  return formatSpan(100 * low, 100 * high, digits);
}

/** From one number to another; a dash would read as a sign beside a negative one. */
export function formatSpan(low: number, high: number, digits: number): string {
  const [least, most] = [decimal(low, digits), decimal(high, digits)];
  return low < 0 ? t("app.span", { low: least, high: most }) : `${least}–${most}`;
}

/** A probability as whole per cent, never 100 where it is less than sure. */
export function formatProbability(probability: number): string {
  const percent = Math.round(100 * probability);
  return `${probability < 1 ? Math.min(percent, 99) : percent} %`;
}

/** A moment to the second, for records. */
export function formatExactMoment(moment: string): string {
  return datesOf(exact).format(new Date(moment));
}

/** A moment, in the reader's own time. */
export function formatMoment(moment: string): string {
  return datesOf(short).format(new Date(moment));
}

/** A day, ISO 8601, as the language writes it; in English as it is. */
export function formatDay(day: string): string {
  if (language() === "en") return day;
  return new Date(day).toLocaleDateString(locale(), { dateStyle: "medium", timeZone: "UTC" });
}

/** A moment as a field for date and time takes it, in the reader's own time; empty if there is none. */
export function localMoment(moment: string | null | undefined): string {
  if (moment == null) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - 60_000 * at.getTimezoneOffset()).toISOString().slice(0, 19).replace(/:00$/, "");
}

/** Begins with a capital letter and ends as a sentence does. */
export function asSentence(text: string): string {
  const words = text.trim();
  if (words === "") return "";
  return `${words[0]!.toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? "" : "."}`;
}

/** Seconds as 1 h 20 min, 5 min or 40 s. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
