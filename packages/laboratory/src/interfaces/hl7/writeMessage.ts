import { characterSet } from "./characterSet.ts";
import { escaped, type TextRules } from "./escapes.ts";
import { type Field, type Message, type Segment, textAt, type Value } from "./message.ts";

/**
 * Writes a message with its delimiters, in the character set that its MSH-18 names; what is empty at the end of a part is left out.
 *
 * @throws ERR_FORMAT if the character set lacks a character.
 */
export function writeMessage({ delimiters, segments }: Message): Buffer {
  const characters = characterSet(textAt(segments[0], "18"));
  const lines = segments.map((segment) => `${writeSegment(segment, { delimiters, characters })}\r`);
  return characters.encode(lines.join(""));
}

function writeSegment({ name, fields }: Segment, rules: TextRules): string {
  const { field } = rules.delimiters;
  if (name !== "MSH") return joined([name, ...fields.map((one) => writeField(one, rules))], field);
  const signs = textAt({ name, fields }, "2");
  return joined([name, signs, ...fields.slice(2).map((one) => writeField(one, rules))], field);
}

function writeField(field: Field, rules: TextRules): string {
  const { repetition, component, subcomponent } = rules.delimiters;
  const write = (value: Value) => (value === null ? '""' : escaped(value, rules));
  return joined(
    field.map((one) =>
      joined(
        one.map((part) => joined(part.map(write), subcomponent)),
        component,
      ),
    ),
    repetition,
  );
}

function joined(parts: readonly string[], by: string): string {
  const last = parts.findLastIndex((part) => part !== "");
  return parts.slice(0, last + 1).join(by);
}
