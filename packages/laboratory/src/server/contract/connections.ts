// Orders of other systems and the connections to them, as they go over the wire.
import { z } from "zod";
import { isSender } from "../../interfaces/mllp/listenMllp.ts";
import { isLoinc } from "../../interfaces/order.ts";
import { caseStatus, moment } from "./cases.ts";

/** An examination that was ordered. */
const service = z.object({ code: z.string(), text: z.string(), system: z.string() });

/** An order of the worklist. */
export const order = z.object({
  id: z.uuid(),
  /** Unique among the orders of its sender. */
  accession: z.string(),
  sender: z.string(),
  placer: z.string(),
  patientId: z.string(),
  assigner: z.string(),
  /** In one line; null if it is not known. */
  patient: z.string().nullable(),
  birthDate: z.string().nullable(),
  sex: z.string(),
  requestedAt: moment.nullable(),
  collectedAt: moment.nullable(),
  priority: z.string(),
  service,
  /** What LOINC calls what was ordered, by the sender's own code or the table of codes; null if it is not known. */
  loinc: z.string().nullable(),
  status: z.enum(["requested", "cancelled"]),
  receivedAt: moment,
  /** The case that was made from it and is not void. */
  case: z.object({ id: z.uuid(), name: z.string(), status: caseStatus }).nullable(),
});

/** An address to listen at or to send to. */
const place = {
  isOn: z.boolean(),
  host: z.string().trim().min(1).max(253),
  port: z.int().min(1).max(65_535),
  /** Whether it speaks TLS. */
  isTls: z.boolean().default(false),
};
/** A name of an application or a facility (HD): no delimiters. */
const name = z
  .string()
  .trim()
  .max(180)
  .regex(/^[^|^~\\&\p{Cc}]*$/u, "must not contain | ^ ~ \\ & or control characters");

/** Connections to other systems. */
export const connections = z.object({
  application: name.min(1),
  facility: name,
  orders: z.object({
    ...place,
    /** Addresses and nets (10.1.0.0/16) whose messages are taken; empty for all. */
    senders: z
      .array(z.string().trim().refine(isSender, "expected an address such as 10.1.2.3, or a net such as 10.1.0.0/16"))
      .max(100)
      .readonly()
      .default([]),
  }),
  results: z.object({
    ...place,
    protocol: z.enum(["hl7", "astm", "fhir"]),
    /** Base address of a FHIR server, for that protocol. */
    url: z.union([z.literal(""), z.url({ protocol: /^https?$/ }).max(500)]).default(""),
    application: name,
    facility: name,
    characterSet: z.enum(["UNICODE UTF-8", "8859/1"]),
    /** How HL7 messages and FHIR give the report to read: by the address of its page or PDF, or the PDF itself. */
    report: z.enum(["page", "pdf", "embedded"]).default("page"),
  }),
  /** Where a signed request goes when something happens to a case. */
  webhook: z
    .object({
      isOn: z.boolean(),
      url: z.union([z.literal(""), z.url({ protocol: /^https?$/ }).max(500)]),
      events: z.array(z.enum(["case.ready", "report.signed", "report.amended", "case.voided"])).readonly(),
    })
    .default({ isOn: false, url: "", events: ["case.ready", "report.signed", "report.amended", "case.voided"] }),
  /** Address of this server, as the receiver's users reach it, for links to reports; empty without links. */
  address: z.union([z.literal(""), z.url({ protocol: /^https?$/ }).max(500)]),
  codes: z
    .array(
      z.object({
        sender: z.string().trim().min(1).max(361),
        code: z.string().trim().min(1).max(200),
        text: z.string().trim().max(200),
        loinc: z.string().trim().refine(isLoinc, "is not a code of LOINC, such as 69738-3"),
      }),
    )
    .max(1000),
  /** What the URIs of other systems' identifiers are in FHIR, by the name of an assigner (PID-3.4) or a sender. */
  systems: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(361),
        uri: z
          .string()
          .trim()
          .max(500)
          .regex(/^(https?:\/\/|urn:)\S+$/, "is not a URI, such as urn:oid:2.999.1"),
      }),
    )
    .max(1000)
    .default([]),
});

/** A secret that is set; left out, it stays, and empty, there is none. */
const secret = z
  .string()
  .max(4000)
  .regex(/^[\x21-\x7e]*$/, "must be ASCII without spaces")
  .optional();

/** New connections, with secrets that change. */
export const connectionsChange = connections.extend({
  secrets: z
    .object({
      results: secret,
      webhook: z
        .string()
        .regex(/^(whsec_[A-Za-z0-9+/]{32,}={0,2})?$/, "must be whsec_ and at least 24 bytes by Base64")
        .max(200)
        .optional(),
    })
    .default({}),
});

/** Connections, and how they are doing. */
export const connectionsNow = connections.extend({
  /** Which secrets are set. */
  hasSecrets: z.object({ results: z.boolean(), webhook: z.boolean() }),
  /** The port on which orders are taken; null if none, then `fault` says why, unless it is off. */
  listening: z.object({ port: z.int().nullable(), fault: z.string().nullable() }),
  /** What of the settings other machines can reach. */
  warnings: z.array(z.string()),
});

/** A result on its way, or there. */
export const delivery = z.object({
  id: z.uuid(),
  case: z.uuid(),
  name: z.string(),
  /** The receiver of results, or the webhook. */
  destination: z.enum(["results", "webhook"]),
  /** Of the report in its case; null if it is about no report. */
  number: z.int().nullable(),
  /** That the report is there, or that it is void; that all cells of the case are classified. */
  kind: z.enum(["report", "void", "ready"]),
  controlId: z.string(),
  state: z.enum(["waiting", "sent", "refused"]),
  tries: z.int(),
  /** Lines of what is sent, the same each time; null before the first try. */
  message: z.array(z.string()).nullable(),
  answer: z.array(z.string()).nullable(),
  /** Why it was not taken, the last time. */
  fault: z.string().nullable(),
  createdAt: moment,
  endedAt: moment.nullable(),
});

/** The message that would be sent for a case. */
export const preview = z.object({
  lines: z.array(z.string()),
  /** What of it will be otherwise. */
  notes: z.array(z.string()),
});

/** What a watched folder did since the server started. */
export const watched = z.object({
  folder: z.string(),
  /** Cells that came from it. */
  taken: z.int(),
  /** The last files that could not be read, and why. */
  rejected: z.array(z.object({ file: z.string(), reason: z.string() })),
  /** What stays in it, and why. */
  waiting: z.array(z.object({ name: z.string(), reason: z.string() })),
});
