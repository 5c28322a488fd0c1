import { malformed } from "./message.ts";

/** A moment as HL7 writes it: to the second, in UTC. */
export function hl7Time(at: Date): string {
  return `${at.toISOString().replace(/[-:T]|\..*/g, "")}+0000`;
}

/** A moment of HL7 (TS): a date alone is its beginning; without an offset it is that of this machine's zone. @throws ERR_FORMAT */
export function parseHl7Time(text: string, where: string): Date {
  const found =
    /^(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?(?:\.\d{1,4})?)?([+-]\d{4})?$/.exec(text) ?? bad(text, where);
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const parts = [year!, month - 1, day, hour, minute, second] as const;
  const zone = found[7];
  const isReal = new Date(Date.UTC(...parts)).toISOString().startsWith(isoOf(parts));
  if (!isReal) bad(text, where);
  if (zone === undefined) return new Date(...parts);
  const offset = Number(`${zone[0]}1`) * (60 * Number(zone.slice(1, 3)) + Number(zone.slice(3)));
  return new Date(Date.UTC(...parts) - 60_000 * offset);
}

/** A date of HL7, of which a time is left out, as 1990-01-31. @throws ERR_FORMAT */
export function parseHl7Date(text: string, where: string): string {
  const date = text.slice(0, 8);
  if (!/^\d{8}/.test(text)) bad(text, where);
  parseHl7Time(date, where);
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

function isoOf([year, month, day, hour, minute, second]: readonly [number, number, number, number, number, number]) {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month + 1)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

function bad(text: string, where: string): never {
  throw malformed(
    `${where}: "${text.slice(0, 40)}" is not a date or time`,
    "Write it as YYYYMMDD or YYYYMMDDHHMMSS+ZZZZ.",
  );
}
