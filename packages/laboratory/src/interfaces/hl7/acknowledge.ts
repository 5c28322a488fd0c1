import { encodingCharacters, type Message, makeHeader, makeSegment, textAt } from "./message.ts";
import { writeMessage } from "./writeMessage.ts";

/**
 * What became of a message (HL7 table 0008): taken; refused for its content, which its sender must change; refused for its kind, or
 * because it can't be taken now.
 */
export type Acknowledgement = "AA" | "AE" | "AR";

/** What is wrong with a message (HL7 table 0357). */
export const CONDITIONS = {
  "101": "Required field missing",
  "102": "Data type error",
  "200": "Unsupported message type",
  "202": "Unsupported processing id",
  "203": "Unsupported version id",
  "205": "Duplicate key identifier",
  "207": "Application internal error",
} as const;

/** Why a message is not taken. */
export interface Refusal {
  readonly code: "AE" | "AR";
  readonly condition: keyof typeof CONDITIONS;
  /** For people. */
  readonly text: string;
}

/** Answers whose type belongs to the message's (HL7 v2.5.1, chapter 4); others are acknowledged by ACK. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  "OML^O21": ["ORL", "O22", "ORL_O22"],
  "ORM^O01": ["ORR", "O02", "ORR_O02"],
};

/** Options of {@link acknowledge}. */
export interface AcknowledgeOptions {
  /** Undefined if the message is taken. */
  readonly refusal: Refusal | undefined;
  /** Of the answer, as hl7Time writes it. */
  readonly at: string;
  /** Of the answer itself. */
  readonly id: string;
}

/** The answer to a message, with its control id, in its delimiters and its character set. */
export function acknowledge(message: Message, { refusal, at, id }: AcknowledgeOptions): Buffer {
  const { delimiters } = message;
  const header = message.segments[0]!;
  const of = (place: number) => header.fields[place - 1] ?? [];
  const event = textAt(header, "9.2");
  const type = (refusal === undefined && ANSWERS[`${textAt(header, "9.1")}^${event}`]) || ["ACK", event, "ACK"];
  const version = textAt(header, "12") || "2.5.1";
  const written = makeHeader({ 7: at, 9: type, 10: id, 11: textAt(header, "11") || "P", 12: version });
  const fields = [...written.fields, ...Array.from({ length: 6 }, () => [])];
  fields[0] = [[[delimiters.field]]];
  fields[1] = [[[encodingCharacters(delimiters)]]];
  [fields[2], fields[3], fields[4], fields[5], fields[17]] = [of(5), of(6), of(3), of(4), of(18)];
  const code: Acknowledgement = refusal?.code ?? "AA";
  const segments = [
    { name: "MSH", fields },
    makeSegment("MSA", { 1: code, 2: textAt(header, "10"), 3: refusal?.text ?? "" }),
  ];
  // Before 2.5 this segment had other fields.
  if (refusal !== undefined && version >= "2.5") {
    const condition = [refusal.condition, CONDITIONS[refusal.condition], "HL70357"];
    segments.push(makeSegment("ERR", { 3: condition, 4: "E", 8: refusal.text }));
  }
  return writeMessage({ delimiters, segments });
}
