import type { Order } from "../order.ts";
import { parseHl7Date, parseHl7Time } from "./hl7Time.ts";
import { type Message, malformed, type Segment, segmentOf, textAt } from "./message.ts";

/** What a message asks for one order: that it be done, or not any more. */
export type OrderRequest = {
  readonly kind: "request" | "cancel";
  readonly order: Order;
};

/** HL7 table 0119: new, changed, replaced; cancelled and discontinued. */
const KINDS: Readonly<Record<string, OrderRequest["kind"]>> = {
  ...{ NW: "request", XO: "request", RP: "request" },
  ...{ CA: "cancel", OC: "cancel", DC: "cancel", OD: "cancel" },
};

/** Characters of an accession number, which names the case, and of a patient's name. */
const LONGEST_NUMBER = 200;
const LONGEST_NAME = 400;

/** The name of a message's sender, as orders and the table of codes have it: application, and facility if it says one. */
export function senderOf({ segments }: Pick<Message, "segments">): string {
  return [textAt(segments[0], "3"), textAt(segments[0], "4")].filter((part) => part !== "").join("@");
}

/**
 * The orders of an OML^O21 or ORM^O01, one for each accession number: that of OBR-3 (or ORC-3), else the specimen's (SPM-2), else the
 * placer's order number (OBR-2 or ORC-2).
 *
 * @throws ERR_FORMAT saying which field is missing or wrong.
 */
export function parseOrders(message: Message): OrderRequest[] {
  const patients = message.segments.filter(({ name }) => name === "PID");
  if (patients.length !== 1)
    throw malformed(`it has ${patients.length} PID segments`, "Send the orders of one patient in a message.");
  const patient = patientOf(patients[0]!);
  const sender = senderOf(message);
  if (sender === "") throw malformed("MSH-3 is empty", "Name the sending application in MSH-3.");
  const requests = groupsOf(message).map((group) => requestOf(group, { sender, ...patient }));
  if (requests.length === 0) throw malformed("it has no OBR segment", "Send an ORC and an OBR for each order.");
  // Several examinations of one specimen are one line of the worklist: the first.
  return requests.filter(
    ({ order }, i) => requests.findIndex((other) => other.order.accession === order.accession) === i,
  );
}

type Patient = Pick<Order, "patientId" | "assigner" | "family" | "given" | "birthDate" | "sex">;

function patientOf(pid: Segment): Patient {
  const patientId = textAt(pid, "3");
  if (patientId === "") throw malformed("PID-3 is empty", "Send the patient's number in PID-3.");
  const birth = textAt(pid, "7");
  const [family, given] = [textAt(pid, "5"), [textAt(pid, "5.2"), textAt(pid, "5.3")].filter(Boolean).join(" ")];
  if (family.length + given.length > LONGEST_NAME)
    throw malformed(`PID-5 has more than ${LONGEST_NAME} characters`, "Send a shorter name.");
  return {
    patientId,
    assigner: textAt(pid, "3.4"),
    ...{ family, given },
    birthDate: birth === "" ? null : parseHl7Date(birth, "PID-7"),
    sex: textAt(pid, "8"),
  };
}

interface Group {
  readonly orc: Segment;
  readonly obr: Segment;
  /** What follows, up to the next order. */
  readonly segments: Segment[];
}

function groupsOf({ segments }: Message): Group[] {
  const groups: Group[] = [];
  let orc: Segment | undefined;
  let before: Segment[] = [];
  for (const segment of segments) {
    if (segment.name === "ORC") [orc, before] = [segment, []];
    else if (segment.name === "OBR") {
      if (orc === undefined) throw malformed("an OBR has no ORC before it", "Send an ORC before each OBR.");
      groups.push({ orc, obr: segment, segments: before });
      before = [];
    } else if (orc !== undefined) (groups.at(-1)?.orc === orc ? groups.at(-1)!.segments : before).push(segment);
  }
  return groups;
}

function requestOf({ orc, obr, segments }: Group, patient: Patient & Pick<Order, "sender">): OrderRequest {
  const control = textAt(orc, "1");
  const kind = KINDS[control];
  if (kind === undefined)
    throw malformed(
      `ORC-1: the order control "${control}" is not supported`,
      `Supported are ${Object.keys(KINDS).join(", ")}.`,
    );
  const [timing, specimen] = [segmentOf({ segments }, "TQ1"), segmentOf({ segments }, "SPM")];
  const first = (...texts: readonly string[]) => texts.find((text) => text !== "") ?? "";
  const placer = first(textAt(obr, "2"), textAt(orc, "2"));
  const accession = first(textAt(obr, "3"), textAt(orc, "3"), textAt(specimen, "2"), placer);
  if (accession === "")
    throw malformed("an order has no accession number", "Send it in OBR-3, SPM-2 or OBR-2 (or in ORC-3, ORC-2).");
  if (accession.length > LONGEST_NUMBER)
    throw malformed(`an accession number has more than ${LONGEST_NUMBER} characters`, "Send a shorter number.");
  const service = { code: textAt(obr, "4"), text: textAt(obr, "4.2"), system: textAt(obr, "4.3") };
  if (service.code === "" && service.text === "") throw malformed("OBR-4 is empty", "Send what is ordered in OBR-4.");
  return {
    kind,
    order: {
      ...patient,
      ...{ accession, placer, service },
      requestedAt: firstTime([timing, "7", "TQ1-7"], [obr, "6", "OBR-6"], [obr, "27.4", "OBR-27"], [orc, "9", "ORC-9"]),
      collectedAt: firstTime([specimen, "17", "SPM-17"], [obr, "7", "OBR-7"]),
      priority: first(textAt(timing, "9"), textAt(obr, "27.6"), textAt(orc, "7.6"), textAt(obr, "5")),
    },
  };
}

function firstTime(...places: readonly (readonly [Segment | undefined, string, string])[]): string | null {
  const found = places.find(([segment, place]) => textAt(segment, place) !== "");
  return found === undefined ? null : parseHl7Time(textAt(found[0], found[1]), found[2]).toISOString();
}
