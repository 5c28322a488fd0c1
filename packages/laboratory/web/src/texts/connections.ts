import type { Connections, Delivery, Order } from "../api/types.ts";
import { many } from "./words.ts";

/** The worklist, and the connections to other systems. */
export const connectionsTexts = {
  worklist: {
    title: "Worklist",
    link: "Worklist",
    what: "Orders that other systems sent. A case that is made from an order has its patient's name and birth date.",
    accession: "Accession number",
    find: "Begins with",
    open: "Open orders",
    all: "All orders",
    show: "Show",
    none: "No orders.",
    patient: "Patient",
    patientOf: ({ patient, birthDate }: Order) =>
      [patient ?? "name not known", birthDate === null ? "" : `born ${birthDate}`].filter(Boolean).join(", "),
    number: ({ patientId, assigner }: Order) => (assigner === "" ? patientId : `${patientId} (${assigner})`),
    ordered: "Ordered",
    service: ({ service, loinc }: Order) =>
      `${service.text || service.code}${loinc === null || loinc === service.code ? "" : `, LOINC ${loinc}`}`,
    requested: "Requested for",
    priority: "Priority",
    priorities: { S: "Urgent (S)", A: "As soon as possible (A)", R: "Routine (R)" } as Record<string, string>,
    sender: "Sender",
    case: "Case",
    make: "Create case",
    makeOf: (accession: string) => `Create case from ${accession}`,
    cancelled: "Cancelled",
  },
  connections: {
    title: "Connections",
    section: "Connections to other systems",
    sectionWhat: "Orders from a laboratory information system, and results to it.",
    open: "Open connections",
    back: "Settings",
    names: "Names in messages",
    application: "This application (MSH-3)",
    facility: "This facility (MSH-4)",
    address: "Address of this server for links",
    addressHint: "As users of the other system reach it, such as https://smears.example. Empty: results have no link.",
    orders: "Orders in",
    ordersWhat: "Takes OML^O21 and ORM^O01 into the worklist. Other messages are refused.",
    takeOrders: "Take orders",
    listening: ({ orders, listening }: Connections) =>
      listening.port !== null
        ? `Listening at ${orders.host}, port ${listening.port}.`
        : (listening.fault ?? "Off: nothing listens."),
    sending: ({ results }: Connections) =>
      !results.isOn
        ? "Off: nothing is sent."
        : results.protocol === "fhir"
          ? `Sent to ${results.url}.`
          : `Sent to ${results.host}, port ${results.port}.`,
    host: "Address",
    hostHint: "127.0.0.1 is reached from this machine alone.",
    port: "Port",
    results: "Results out",
    resultsWhat:
      "Sends a result for each final report, amendment and void case. What is not taken is sent again, with the same control id.",
    sendResults: "Send results",
    protocol: "Protocol",
    protocols: {
      hl7: "HL7 v2.5.1 over MLLP",
      astm: "ASTM E1394 over E1381 (LIS2-A2, LIS01-A2)",
      fhir: "FHIR R4 transactions over HTTP",
    },
    url: "FHIR server",
    urlHint: "Its base URL, such as https://fhir.example/r4. Used by FHIR alone.",
    token: "Bearer token of the FHIR server",
    secretSet: "Set, and not shown. Type another to replace it.",
    secretNone: "None. Kept in the database and its backups, and not in the trail.",
    secretRemove: (label: string) => `Remove: ${label}`,
    webhook: "Webhook",
    webhookWhat: "Tells another program what happens to cases, by a signed request without names of patients.",
    webhookOn: "Send webhooks",
    webhookUrl: "Where to",
    webhookSecret: "Secret to sign by",
    webhookEvents: "Events",
    events: {
      "case.ready": "All cells of a case are classified",
      "report.signed": "A report is signed",
      "report.amended": "A report is amended",
      "case.voided": "A case is void",
    },
    systems: "URIs of identifiers in FHIR",
    systemsHint: "One line each: who gives the numbers; URI. Example: HOSPITAL; urn:oid:2.999.1",
    badSystem: (line: string) => `"${line}" does not have two parts: who gives the numbers; URI.`,
    receiver: "Receiving application (MSH-5)",
    receiverFacility: "Receiving facility (MSH-6)",
    characters: "Character set (MSH-18)",
    report: "Report in HL7 messages and FHIR",
    reportHint: "Links need the address of this server, below.",
    reports: { page: "Link to its page", pdf: "Link to its PDF", embedded: "The PDF itself (Base64)" },
    codes: "Codes of other systems",
    codesWhat:
      "What a sender's own codes are in LOINC. A result carries the receiver's own code beside LOINC; codes that are not listed stay as they came.",
    codesHint: "One line each: sender; its code; its name; LOINC. Example: LIS@HOSPITAL; DIFF; Differential; 69738-3",
    badLine: (line: string) => `"${line}" does not have four parts: sender; code; name; LOINC.`,
    save: "Save",
    saved: "The connections are saved.",
    warnings: "Reached from other machines",
    sent: "Sent results",
    sentList: "Results, latest first",
    sentNone: "No results yet.",
    reload: "Reload",
    result: "Result",
    resultOf: ({ destination, name, number, kind }: Delivery) => {
      const what = { void: `${name}: void`, ready: `${name}: classified`, report: `${name}, report ${number}` }[kind];
      return destination === "webhook" ? `${what} (webhook)` : what;
    },
    controlId: "Control id",
    state: "State",
    states: { waiting: "Waiting", sent: "Taken", refused: "Refused" },
    tries: (tries: number) => many(tries, "try", "tries"),
    when: "Signed",
    message: "Message",
    answer: "Answer",
    again: "Send again",
    againOf: (one: string) => `Send again: ${one}`,
    isAgain: "The result is sent again.",
    simulator: "Simulator",
    simulatorWhat: "Shows the exact message for a case. Nothing is sent.",
    case: "Case",
    show: "Show the message",
    shown: (name: string) => `Message of ${name}`,
  },
};
