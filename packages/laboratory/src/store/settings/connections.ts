import { canonicalJson } from "../canonicalJson.ts";
import type { Queries } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { readSetting, writeSetting } from "./settings.ts";

/** How results are sent: HL7 v2 over MLLP, or ASTM E1394 in frames of E1381. */
export type Protocol = "hl7" | "astm";

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
  readonly orders: { readonly isOn: boolean; readonly host: string; readonly port: number };
  /** Where results go. */
  readonly results: {
    readonly isOn: boolean;
    readonly host: string;
    readonly port: number;
    readonly protocol: Protocol;
    readonly application: string;
    readonly facility: string;
    readonly characterSet: "UNICODE UTF-8" | "8859/1";
    /** How HL7 messages give the report to read: by the address of its page or PDF, or the PDF itself. */
    readonly report: "page" | "pdf" | "embedded";
  };
  /** Address of this server, as the receiver's users reach it, for links to reports; empty without links. */
  readonly address: string;
  readonly codes: readonly CodeRow[];
};

/** Those of a laboratory that has set none: nothing listens, and nothing is sent. */
export const DEFAULT_CONNECTIONS: Connections = {
  ...{ application: "LEUKOGRAM", facility: "" },
  orders: { isOn: false, host: "127.0.0.1", port: 2575 },
  results: {
    ...{ isOn: false, host: "127.0.0.1", port: 2576, protocol: "hl7", characterSet: "UNICODE UTF-8" },
    ...{ application: "", facility: "", report: "page" },
  },
  ...{ address: "", codes: [] },
};

/** Where they are written. */
const CONNECTIONS = "connections";

/** The laboratory's connections. */
export async function readConnections(queries: Queries): Promise<Connections> {
  const set = await readSetting<Partial<Connections>>(queries, CONNECTIONS);
  return { ...DEFAULT_CONNECTIONS, ...set, results: { ...DEFAULT_CONNECTIONS.results, ...set?.results } };
}

/** Sets the laboratory's connections; the trail keeps those before. */
export async function changeConnections(store: Store, wish: Wish, connections: Connections): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const before = await readConnections(queries);
    if (canonicalJson(before) === canonicalJson(connections)) return { answer: {} };
    await writeSetting(queries, CONNECTIONS, connections);
    return { content: { connections, before }, answer: {} };
  });
}
