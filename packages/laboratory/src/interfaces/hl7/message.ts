// An HL7 v2 message as data: segments of fields, fields of repetitions, these of components, these of subcomponents.
import { LeukogramError } from "@leukogram/engine/core/errors";

/** A value without its escapes. `null` is HL7's `""`, which says that there is none; an empty text says nothing. */
export type Value = string | null;

/** Repetitions of a field: each has components, each of these subcomponents. */
export type Field = readonly (readonly (readonly Value[])[])[];

/** A segment; `fields[0]` is its field 1, in MSH the field separator. */
export interface Segment {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** The characters that a message parts itself by, as its MSH-1 and MSH-2 say. */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/** A message; the first segment is its MSH. */
export interface Message {
  readonly delimiters: Delimiters;
  readonly segments: readonly Segment[];
}

/** The delimiters that all senders are advised to use. */
export const DELIMITERS: Delimiters = {
  ...{ field: "|", component: "^", repetition: "~", escape: "\\", subcomponent: "&" },
};

/** MSH-2 of these delimiters. */
export const encodingCharacters = (of: Delimiters): string =>
  of.component + of.repetition + of.escape + of.subcomponent;

/** A value of a segment; undefined if the segment is missing or says nothing there. @param place field.component.subcomponent, such as "5.1"; what is left out is 1 */
export function valueAt(segment: Segment | undefined, place: string): Value | undefined {
  const [field = 1, component = 1, subcomponent = 1] = place.split(".").map(Number);
  const value = segment?.fields[field - 1]?.[0]?.[component - 1]?.[subcomponent - 1];
  return value === "" ? undefined : value;
}

/** The same as text: empty if there is none. */
export function textAt(segment: Segment | undefined, place: string): string {
  return valueAt(segment, place) ?? "";
}

/** The first segment of that name. */
export function segmentOf({ segments }: Pick<Message, "segments">, name: string): Segment | undefined {
  return segments.find((segment) => segment.name === name);
}

/** A field as it is easily written: a value, or a list of components, each a value or a list of subcomponents. */
export type FieldText = Value | readonly (Value | readonly Value[])[];

/** Makes a segment of fields by their numbers. */
export function makeSegment(name: string, texts: Readonly<Record<number, FieldText>>): Segment {
  const last = Math.max(0, ...Object.keys(texts).map(Number));
  const fields = Array.from({ length: last }, (_, i): Field => {
    const text = texts[i + 1] ?? (i + 1 in texts ? null : "");
    const components = Array.isArray(text) ? (text as readonly (Value | readonly Value[])[]) : [text as Value];
    return [components.map((component) => (Array.isArray(component) ? component : [component as Value]))];
  });
  return { name, fields };
}

/** Makes MSH with the usual delimiters. @param texts from MSH-3 on */
export function makeHeader(texts: Readonly<Record<number, FieldText>>): Segment {
  return makeSegment("MSH", { 1: DELIMITERS.field, 2: encodingCharacters(DELIMITERS), ...texts });
}

/** An error of a message that can't be read or written. */
export function malformed(message: string, hint: string): LeukogramError {
  return new LeukogramError("ERR_FORMAT", `HL7 message: ${message}`, { hint });
}
