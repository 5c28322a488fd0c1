import { encodingCharacters, type Message, makeHeader, makeSegment, type Segment, textAt } from "./message.ts";
import { writeMessage } from "./writeMessage.ts";

/**
 * What became of a message (HL7 table 0008): taken; refused for its content, which its sender must change; refused for its kind, or
 * because it can't be taken now.
 */
export type Acknowledgement = "AA" | "AE" | "AR";

/** Answers whose type belongs to the message's (HL7 v2.5.1, chapter 4); others are acknowledged by ACK. */
const ANSWERS: Readonly<Record<string, string>> = { "OML^O21": "ORL^O22^ORL_O22", "ORM^O01": "ORR^O02^ORR_O02" };

/** Options of {@link acknowledge}. */
export interface AcknowledgeOptions {
  readonly code: Acknowledgement;
  /** What was wrong; for people. */
  readonly text?: string | undefined;
  /** Of the answer, as {@link hl7Time} writes it. */
  readonly at: string;
  /** Of the answer itself. */
  readonly id: string;
}

/** The answer to a message, in its delimiters and its character set. @param header its MSH; undefined if it could not be read */
export function acknowledge(
  { header, delimiters }: { readonly header: Segment; readonly delimiters: Message["delimiters"] },
  { code, text = "", at, id }: AcknowledgeOptions,
): Buffer {
  const of = (place: number) => header.fields[place - 1] ?? [];
  const isTaken = code === "AA";
  const kind = isTaken ? ANSWERS[`${textAt(header, "9.1")}^${textAt(header, "9.2")}`] : undefined;
  const type = kind?.split("^") ?? ["ACK", textAt(header, "9.2"), "ACK"];
  const msh = makeHeader({
    ...{ 7: at, 9: type, 10: id, 11: textAt(header, "11") || "P", 12: textAt(header, "12") || "2.5.1" },
    // What is wrong may quote the message: characters that its set lacks can't come from there.
    18: textAt(header, "18"),
  });
  const fields = [...msh.fields];
  fields[0] = [[[delimiters.field]]];
  fields[1] = [[[encodingCharacters(delimiters)]]];
  for (const [to, from] of [
    [3, 5],
    [4, 6],
    [5, 3],
    [6, 4],
  ] as const)
    fields[to - 1] = of(from);
  const segments = [{ name: "MSH", fields }, makeSegment("MSA", { 1: code, 2: textAt(header, "10"), 3: text })];
  if (!isTaken) segments.push(makeSegment("ERR", { 3: ERRORS[code], 4: "E", 8: text }));
  return writeMessage({ delimiters, segments });
}

/** HL7 table 0357. */
const ERRORS = {
  AE: ["207", "Application internal error", "HL70357"],
  AR: ["200", "Unsupported message type", "HL70357"],
} as const;
