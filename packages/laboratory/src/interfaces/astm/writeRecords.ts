// Records of ASTM E1394-97 (LIS2-A2): header, patient, order, its comments, results and theirs, end.
import { isNumeric, type Result, type ResultValue } from "../result.ts";

/** What the header says of the message and its sides. */
export interface RecordHead {
  /** H-3: the same each time that the message is sent. */
  readonly controlId: string;
  readonly at: Date;
  readonly application: string;
  readonly facility: string;
  readonly receiver: string;
}

type Part = string | readonly string[];

/** A result as records, each ended by a carriage return; what was withdrawn is a result that can't be done. */
export function writeRecords(result: Result, head: RecordHead): string {
  const { accession, order, service, loinc, status, values, notes } = result;
  // W of HL7 is another thing here: a result of doubtful validity.
  const state = status === "W" ? "X" : status;
  const lists: Readonly<Record<number, Part>>[] = [
    {
      ...{ 1: "H", 3: head.controlId, 5: [head.application, head.facility], 10: head.receiver },
      ...{ 12: "P", 13: "LIS2-A2", 14: localTime(head.at) },
    },
    {
      ...{ 1: "P", 2: "1", 3: order?.patientId ?? "", 6: [order?.family ?? "", order?.given ?? ""] },
      ...{ 8: order?.birthDate?.replaceAll("-", "") ?? "", 9: order?.sex ?? "" },
    },
    {
      ...{ 1: "O", 2: "1", 3: accession, 6: order?.priority ?? "", 23: localTime(result.reportedAt), 26: state },
      5: testOf({ loinc, name: service.text, code: service.system === "LN" ? "" : service.code }),
      8: localTime(result.observedAt),
    },
    ...notes.map((note, i) => comment(note, i + 1)),
    ...values.flatMap((value, i) => [
      { ...resultRecord(value, i + 1), 9: state, ...(status === "W" && { 4: "" }), ...madeBy(result) },
      ...(value.note === "" || status === "W" ? [] : [comment(value.note, 1)]),
    ]),
    { 1: "L", 2: "1", 3: "N" },
  ];
  return lists.map((fields) => `${written(fields)}\r`).join("");
}

const testOf = ({ loinc, name, code }: { loinc: string | undefined; name: string; code: string }): Part => [
  ...[loinc ?? "", name, loinc === undefined ? "" : "LN", code],
];

function resultRecord({ loinc, name, code, local, value, unit, range, flag }: ResultValue, number: number) {
  const test = testOf({ loinc, name, code: local?.code ?? (loinc === undefined ? code : "") });
  return { 1: "R", 2: String(number), 3: test, 4: value, 5: isNumeric(value) ? unit : "", 6: range, 7: flag };
}

const madeBy = ({ performers, reportedAt, device }: Result) => ({
  ...{ 11: performers.slice(0, 2), 13: localTime(reportedAt), 14: device },
});

const comment = (text: string, number: number) => ({ 1: "C", 2: String(number), 3: "L", 4: text, 5: "G" });

function written(fields: Readonly<Record<number, Part>>): string {
  const last = Math.max(...Object.keys(fields).map(Number));
  const parts = Array.from({ length: last }, (_, i) => {
    const part = fields[i + 1] ?? "";
    const components = typeof part === "string" ? [part] : part;
    return components.map(escaped).join("^").replace(/\^+$/, "");
  });
  // The header's second field names the delimiters.
  if (fields[1] === "H") parts[1] = "\\^&";
  return parts.join("|").replace(/\|+$/, "");
}

/** Letters of escape sequences: E1394, 6.6.2. */
const LETTERS: Readonly<Record<string, string>> = { "|": "F", "^": "S", "\\": "R", "&": "E" };

// Frames allow no control characters.
function escaped(text: string): string {
  return text.replace(/\r\n?|[\s\S]/g, (sign) => {
    if (sign in LETTERS) return `&${LETTERS[sign]}&`;
    if (/[\r\n]/.test(sign)) return "&X0D&";
    return sign < " " ? `&X${sign.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}&` : sign;
  });
}

// The standard's times have no zone: they are those of the place.
function localTime(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${date}${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
