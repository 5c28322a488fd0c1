// ORU^R01 of HL7 v2.5.1.
import { isNumeric, type ReportDocument, type Result, type ResultValue } from "../result.ts";
import { hl7Time } from "./hl7Time.ts";
import { DELIMITERS, type FieldText, makeHeader, makeSegment, type Segment } from "./message.ts";
import { writeMessage } from "./writeMessage.ts";

/** What a message says of itself. */
export interface MessageHead {
  /** MSH-10: the same each time that the message is sent. */
  readonly controlId: string;
  readonly at: Date;
  readonly application: string;
  readonly facility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  readonly characterSet: string;
}

/** A result as ORU^R01. @throws ERR_FORMAT if the character set lacks a character of it. */
export function writeResult(result: Result, head: MessageHead): Buffer {
  const { accession, order, notes, values, document } = result;
  const header = makeHeader({
    ...{ 3: head.application, 4: head.facility, 5: head.receivingApplication, 6: head.receivingFacility },
    ...{ 7: hl7Time(head.at), 9: ["ORU", "R01", "ORU_R01"], 10: head.controlId, 11: "P", 12: "2.5.1" },
    18: head.characterSet,
  });
  const segments = [
    ...(order === undefined ? [] : [patientSegment(order)]),
    makeSegment("ORC", { 1: "RE", 2: order?.placer ?? "", 3: accession }),
    requestSegment(result),
    ...notes.map((note, i) => noteSegment(note, i + 1)),
    ...values.flatMap((value, i) => [
      valueSegment(value, i + 1, result),
      ...(value.note === "" ? [] : [noteSegment(value.note, 1)]),
    ]),
    ...(document === undefined ? [] : [documentSegment(document, values.length + 1, result)]),
  ];
  return writeMessage({ delimiters: DELIMITERS, segments: [header, ...segments] });
}

type Of = NonNullable<Result["order"]>;

function patientSegment({ patientId, assigner, family, given, birthDate, sex }: Of): Segment {
  return makeSegment("PID", {
    ...{ 1: "1", 3: [patientId, "", "", assigner], 5: [family, given] },
    ...{ 7: birthDate?.replaceAll("-", "") ?? "", 8: sex },
  });
}

/** A code and its name, and behind them what others call the same. */
function coded(
  own: readonly [string, string, string],
  other: readonly [string, string, string] | undefined,
): FieldText {
  return [...own, ...(other ?? [])];
}

function requestSegment(result: Result): Segment {
  const { accession, order, service, loinc, observedAt, reportedAt, status, performers } = result;
  const isLoinc = service.system === "LN" || loinc === undefined;
  return makeSegment("OBR", {
    ...{ 1: "1", 2: order?.placer ?? "", 3: accession },
    4: coded([service.code, service.text, service.system], isLoinc ? undefined : [loinc, "", "LN"]),
    ...{ 7: hl7Time(observedAt), 22: hl7Time(reportedAt) },
    // What is withdrawn is a correction of what was reported.
    25: status === "W" ? "C" : status,
    32: [[performers[0] ?? ""]],
  });
}

const noteSegment = (text: string, number: number) => makeSegment("NTE", { 1: String(number), 2: "L", 3: text });

function valueSegment({ value, unit, range, flag, ...named }: ResultValue, number: number, result: Result): Segment {
  return makeSegment("OBX", {
    ...{ 1: String(number), 2: isNumeric(value) ? "NM" : "ST", 3: codeOf(named), 5: value },
    ...{ 6: unit === "" ? "" : [unit, unit, "UCUM"], 7: range, 8: flag },
    ...observed(result),
  });
}

function codeOf({ loinc, name, code, local }: Pick<ResultValue, "loinc" | "name" | "code" | "local">): FieldText {
  const theirs = local && ([local.code, local.text, "L"] as const);
  if (loinc !== undefined) return coded([loinc, name, "LN"], theirs);
  return coded(theirs ?? [code, name, "L"], undefined);
}

const observed = ({ status, observedAt, performers, device }: Result): Record<number, FieldText> => ({
  ...{ 11: status, 14: hl7Time(observedAt), 16: performers[0] ?? "", 18: device },
});

// RP: pointer, application, type and subtype; ED: application, type, subtype, encoding, data (tables 0191, 0291, 0299).
function documentSegment(document: ReportDocument, number: number, result: Result): Segment {
  const [type, value] =
    document.kind === "embedded"
      ? ["ED", ["", "AP", "PDF", "Base64", document.base64]]
      : ["RP", [document.address, "", ...(document.format === "PDF" ? ["AP", "PDF"] : ["TEXT", "HTML"])]];
  return makeSegment("OBX", {
    ...{ 1: String(number), 2: type, 3: ["Report", "Signed report", "L"], 5: value },
    ...observed(result),
  });
}
