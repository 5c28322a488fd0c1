import { characterSet } from "./characterSet.ts";
import { type TextRules, unescaped } from "./escapes.ts";
import { type Delimiters, type Field, type Message, malformed, type Segment, type Value } from "./message.ts";

/**
 * Reads a message: its delimiters are those of its own MSH, its character set that of its MSH-18.
 *
 * @throws ERR_FORMAT saying where it is not as the standard says.
 */
export function parseMessage(bytes: Uint8Array): Message {
  // The header can be read before its character set is known: it is named in ASCII.
  const raw = Buffer.from(bytes).toString("latin1");
  const delimiters = delimitersOf(raw);
  const header = raw.split("\r", 1)[0]!.split(delimiters.field);
  const characters = characterSet((header[17] ?? "").split(delimiters.repetition, 1)[0]!.trim());
  const text = characters.decode(bytes);
  const control = [...text].find((sign) => sign < " " && sign !== "\r" && sign !== "\t");
  if (control !== undefined)
    throw malformed(
      `it contains the control character 0x${control.charCodeAt(0).toString(16).padStart(2, "0")}`,
      "Each segment must end with a carriage return (0x0d) alone.",
    );
  const lines = text.split("\r");
  if (lines.at(-1) === "") lines.pop();
  return {
    delimiters,
    segments: lines.map((line, i) => parseSegment(line, { number: i + 1, delimiters, characters })),
  };
}

/**
 * The header of a message, for its answer if the rest can't be read; in a character set that is not supported, its names are read as 8859/1.
 *
 * @throws ERR_FORMAT if it is not a header.
 */
export function parseHeader(bytes: Uint8Array): Message {
  const line = Buffer.from(bytes).toString("latin1").split("\r", 1)[0]!;
  try {
    return parseMessage(Buffer.from(line, "latin1"));
  } catch {
    const { field } = delimitersOf(line);
    const fields = [...line.split(field), ...Array.from({ length: 18 }, () => "")];
    fields[17] = "8859/1";
    return parseMessage(Buffer.from(fields.join(field), "latin1"));
  }
}

function delimitersOf(raw: string): Delimiters {
  if (!raw.startsWith("MSH"))
    throw malformed("it does not begin with MSH", "Send HL7 v2 in its pipe-and-hat encoding.");
  const field = raw[3] ?? "";
  // Version 2.7 has a fifth, for truncation.
  const signs = raw.slice(4).split(field, 1)[0]!;
  const all = new Set(field + signs);
  if (!/^[!-/:-@[-`{-~]{5,6}$/.test(field + signs) || all.size !== 1 + signs.length)
    throw malformed("MSH-1 and MSH-2 do not name its delimiters", "Send MSH|^~\\&|.");
  return { field, component: signs[0]!, repetition: signs[1]!, escape: signs[2]!, subcomponent: signs[3]! };
}

function parseSegment(line: string, { number, ...rules }: TextRules & { readonly number: number }): Segment {
  const { delimiters } = rules;
  const [name, ...rest] = line.split(delimiters.field) as [string, ...string[]];
  if (!/^[A-Z][A-Z0-9]{2}$/.test(name) || (name === "MSH") !== (number === 1))
    throw malformed(
      `segment ${number} is named "${name.slice(0, 20)}"`,
      "Names have three capitals or digits, and MSH comes first and once.",
    );
  const fields = rest.map((text, i) => {
    const at = i + (name === "MSH" ? 2 : 1);
    return at === 2 && name === "MSH" ? literal(text) : parseField(text, { ...rules, where: `${name}-${at}` });
  });
  return { name, fields: name === "MSH" ? [literal(delimiters.field), ...fields] : fields };
}

const literal = (text: string): Field => [[[text]]];

function parseField(text: string, rules: TextRules & { readonly where: string }): Field {
  const { repetition, component, subcomponent } = rules.delimiters;
  const read = (raw: string): Value => (raw === '""' ? null : unescaped(raw, rules));
  return text.split(repetition).map((one) => one.split(component).map((part) => part.split(subcomponent).map(read)));
}
