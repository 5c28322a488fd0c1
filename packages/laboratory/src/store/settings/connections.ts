import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** How results are sent: HL7 v2 over MLLP, ASTM E1394 in frames of E1381, or FHIR R4 over HTTP. */
export type Protocol = "hl7" | "astm" | "fhir";

/** Events that a webhook can receive. */
export const WEBHOOK_EVENTS = ["case.ready", "report.signed", "report.amended", "case.voided"] as const;
/** One of them. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** A code that another system has for what LOINC calls otherwise. */
export type CodeRow = {
  /** Whose code it is, as worklist and messages name senders: LIS@HOSPITAL. */
  readonly sender: string;
  readonly code: string;
  readonly text: string;
  readonly loinc: string;
};

/** Other systems that the laboratory works with. */
export type Connections = {
  /** What this system is called in messages. */
  readonly application: string;
  readonly facility: string;
  /** Where orders are taken. */
  readonly orders: {
    readonly isOn: boolean;
    readonly host: string;
    readonly port: number;
    /** Whether it speaks TLS, by the files of the server. */
    readonly isTls: boolean;
    /** Addresses and nets whose messages are taken; empty for all. */
    readonly senders: readonly string[];
  };
  /** Where results go. */
  readonly results: {
    readonly isOn: boolean;
    readonly host: string;
    readonly port: number;
    readonly isTls: boolean;
    readonly protocol: Protocol;
    readonly application: string;
    readonly facility: string;
    readonly characterSet: "UNICODE UTF-8" | "8859/1";
    /** Base address of a FHIR server; empty unless the protocol is FHIR. */
    readonly url: string;
    /** How HL7 messages and FHIR give the report to read: by the address of its page or PDF, or the PDF itself. */
    readonly report: "page" | "pdf" | "embedded";
  };
  /** Where a signed request goes when something happens to a case. */
  readonly webhook: { readonly isOn: boolean; readonly url: string; readonly events: readonly WebhookEvent[] };
  /** Address of this server, as the receiver's users reach it, for links to reports; empty without links. */
  readonly address: string;
  readonly codes: readonly CodeRow[];
  /** What the URIs of other systems' identifiers are in FHIR, by the name of an assigner or a sender. */
  readonly systems: readonly { readonly name: string; readonly uri: string }[];
};

/** Those of a laboratory that has set none: nothing listens, and nothing is sent. */
export const DEFAULT_CONNECTIONS: Connections = {
  ...{ application: "LEUKOGRAM", facility: "" },
  orders: { isOn: false, host: "127.0.0.1", port: 2575, isTls: false, senders: [] },
  results: {
    ...{ isOn: false, host: "127.0.0.1", port: 2576, isTls: false, protocol: "hl7", characterSet: "UNICODE UTF-8" },
    ...{ application: "", facility: "", report: "page", url: "" },
  },
  webhook: { isOn: false, url: "", events: WEBHOOK_EVENTS },
  ...{ address: "", codes: [], systems: [] },
};

/** Where they are written. */
const CONNECTIONS = "connections";

/** The laboratory's connections. */
export async function readConnections(queries: Queries): Promise<Connections> {
  const set = await readSetting<Partial<Connections>>(queries, CONNECTIONS);
  const { orders, results } = DEFAULT_CONNECTIONS;
  // What was set by an earlier version lacks what came later.
  return {
    ...{ ...DEFAULT_CONNECTIONS, ...set },
    orders: { ...orders, ...set?.orders },
    results: { ...results, ...set?.results },
  };
}

/** What is shown to other systems, and to nobody else: it is in the database and its backups, and not in the trail. */
export type Secrets = {
  /** Of the FHIR server, a bearer token. */
  readonly results: string;
  /** Of the webhook: what its requests are signed by, in the form of Standard Webhooks. */
  readonly webhook: string;
};

/** Secrets of a laboratory that has none. */
const NO_SECRETS: Secrets = { results: "", webhook: "" };
const SECRETS = "connections.secrets";

/** The secrets of the connections. */
export async function readSecrets(queries: Queries): Promise<Secrets> {
  return { ...NO_SECRETS, ...(await readSetting<Partial<Secrets>>(queries, SECRETS)) };
}

/** Sets the laboratory's connections; the trail keeps those before, and which secrets changed. @param secrets those that change */
export async function changeConnections(
  store: Store,
  wish: Wish,
  connections: Connections,
  secrets: Partial<Secrets> = {},
): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const [before, known] = [await readConnections(queries), await readSecrets(queries)];
    const changed = (Object.keys(secrets) as (keyof Secrets)[]).filter((name) => secrets[name] !== known[name]);
    if (canonicalJson(before) === canonicalJson(connections) && changed.length === 0) return { answer: {} };
    await writeSetting(queries, CONNECTIONS, connections);
    if (changed.length > 0) await writeSetting(queries, SECRETS, { ...known, ...secrets });
    return { content: { connections, before, ...(changed.length > 0 && { secrets: changed }) }, answer: {} };
  });
}

/** Takes and sends no more messages, as in a copy of a server that still runs. @returns whether any were taken or sent. */
export async function turnConnectionsOff(store: Store, wish: Wish): Promise<boolean> {
  const before = await readConnections(store.database.queries);
  const { orders, results, webhook } = before;
  if (!orders.isOn && !results.isOn && !webhook.isOn) return false;
  const off = {
    orders: { ...orders, isOn: false },
    results: { ...results, isOn: false },
    webhook: { ...webhook, isOn: false },
  };
  await changeConnections(store, wish, { ...before, ...off });
  return true;
}
