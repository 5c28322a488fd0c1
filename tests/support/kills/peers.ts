// Other systems that take what a laboratory sends, with the troubles of real ones; all say in the same words what came.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Rng } from "@leukogram/engine/core/rng";
import { Webhook } from "standardwebhooks";
import { startAstmHost } from "../astm.ts";
import { startFhirServer } from "../fhirServer.ts";
import { fieldOf, LATE_MS, startReceiver } from "../hl7.ts";
import { requestBody } from "../requestBody.ts";

// biome-ignore lint/suspicious/noExplicitAny: a bundle is read by its places
type Any = any;

/** A message that came as a whole. */
export interface Came {
  /** By which a receiver knows what it has. */
  readonly id: string;
  /** The case and what happened to it: `S-3 C`. */
  readonly about: string;
  readonly text: string;
  /** Whether the receiver has it, whatever it answered. */
  readonly isKept: boolean;
}

/** A system that takes results or events. */
export interface Peer {
  /** Settings of the connection to it, and its secret. */
  readonly settings: object;
  readonly secrets?: object;
  readonly came: readonly Came[];
  /** What it did with messages. */
  readonly done: Readonly<Record<string, number>>;
  /** What was wrong with them, as far as one alone shows it. */
  readonly faults: string[];
  close(): Promise<void>;
}

/** What it does with a message: it takes it, at once, late, or without an answer; it does not, and cuts the connection or says so. */
type Doing = "take" | "late" | "cut" | "lost" | "busy";

/** Chooses what is done with the next message: twice in a row at most it is none that lets the sender try again, as each try waits for longer. */
function chooser(rng: Rng) {
  const done: Record<string, number> = {};
  let bad = 0;
  const next = (): Doing => {
    const chosen = (["take", "take", "take", "late", "cut", "lost", "busy"] as const)[rng.integer(7)]!;
    const isGood = chosen === "take" || chosen === "late" || bad === 2;
    bad = isGood ? 0 : bad + 1;
    const doing = isGood && chosen !== "late" ? "take" : chosen;
    done[doing] = (done[doing] ?? 0) + 1;
    return doing;
  };
  return { next, done };
}

const isKept = (doing: Doing) => doing !== "lost" && doing !== "busy";

/** Ways that results go out. */
export const PEERS = { hl7: startHl7Peer, astm: startAstmPeer, fhir: startFhirPeer } as const;

/** What became of a case, as each protocol writes it. */
const STATES: Readonly<Record<string, string>> = {
  ...{ F: "F", C: "C", W: "W", X: "W" },
  ...{ final: "F", amended: "C", corrected: "C", "entered-in-error": "W" },
  ...{ "case.ready": "ready", "report.signed": "F", "report.amended": "C", "case.voided": "W" },
};

async function startHl7Peer(rng: Rng): Promise<Peer> {
  const { next, done } = chooser(rng);
  const receiver = await startReceiver();
  const came: Came[] = [];
  receiver.doing = (segments) => {
    const doing = next();
    const about = `${fieldOf(segments, "OBR-3")} ${STATES[fieldOf(segments, "OBX-11")!]}`;
    came.push({ id: fieldOf(segments, "MSH-10")!, about, text: segments.join("\r"), isKept: isKept(doing) });
    if (doing === "take") return "AA";
    return doing === "busy" ? (["AR", "wrong id"] as const)[rng.integer(2)]! : doing;
  };
  const settings = { isOn: true, protocol: "hl7", port: receiver.port };
  return { settings, came, done, faults: [], close: receiver.close };
}

async function startAstmPeer(rng: Rng): Promise<Peer> {
  const { next, done } = chooser(rng);
  const host = await startAstmHost();
  const came: Came[] = [];
  let doing: Doing = "take";
  host.doing = (what) => {
    if (what === "ENQ") doing = next();
    if (doing === "busy" && what === "ENQ") return "NAK";
    if (doing === "late" && what.startsWith("O|")) return "late";
    // In the midst of a message, or at its end.
    return doing === "lost" && rng.integer(20) === 0 ? "cut" : "ACK";
  };
  host.ending = (records) => {
    const [header, order] = ["H|", "O|"].map((name) => records.find((one) => one.startsWith(name))!.split("|"));
    const about = `${order![2]} ${STATES[order![25]!]}`;
    came.push({ id: header![2]!, about, text: records.join("\r"), isKept: isKept(doing) });
    return doing === "lost" || doing === "cut" ? doing : "kept";
  };
  const settings = { isOn: true, protocol: "astm", port: host.port };
  return { settings, came, done, faults: host.faults, close: host.close };
}

async function startFhirPeer(rng: Rng): Promise<Peer> {
  const { next, done } = chooser(rng);
  const fhir = await startFhirServer();
  const came: Came[] = [];
  const faults: string[] = [];
  fhir.doing = (bundle) => {
    const doing = next();
    const report = bundle.entry.at(-1).resource;
    const name = bundle.entry.find((one: Any) => one.resource.resourceType === "Specimen").resource.identifier[1].value;
    const has = { id: `${report.identifier[1].value} ${report.status}`, about: `${name} ${STATES[report.status]}` };
    came.push({ ...has, text: JSON.stringify(bundle), isKept: isKept(doing) });
    const cases = new Set(came.filter((one) => one.isKept).map(({ about }) => about.split(" ")[0]));
    const reports = [...fhir.kept.keys()].filter((key) => key.startsWith("DiagnosticReport "));
    if (reports.length > cases.size) faults.push(`${reports.length} reports of ${cases.size} cases`);
    if (doing === "take") return "do";
    if (doing === "busy" || doing === "lost") return [500, 503][rng.integer(2)]!;
    return doing === "cut" ? "lost" : doing;
  };
  const settings = { isOn: true, protocol: "fhir", url: fhir.url };
  return { settings, came, done, faults, close: fhir.close };
}

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

/** A receiver of webhooks, which checks their signatures by another's program. */
export async function startWebhookPeer(rng: Rng): Promise<Peer> {
  const { next, done } = chooser(rng);
  const came: Came[] = [];
  const faults: string[] = [];
  const hook = new Webhook(SECRET);
  const server = createServer(async (request, response) => {
    const text = await requestBody(request);
    if (text === undefined) return;
    try {
      hook.verify(text, request.headers as Record<string, string>);
    } catch (error) {
      faults.push(String(error));
    }
    const { type, data } = JSON.parse(text);
    const doing = next();
    const about = `${data.case.name} ${STATES[type]}`;
    came.push({ id: String(request.headers["webhook-id"]), about, text, isKept: isKept(doing) });
    if (doing === "cut" || doing === "lost") return void request.socket.destroy();
    if (doing === "late") await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    response.writeHead(doing === "busy" ? [500, 503][rng.integer(2)]! : 204).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { settings: { isOn: true, url }, secrets: { webhook: SECRET }, came, done, faults, close };
}
