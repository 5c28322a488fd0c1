// A FHIR server on loopback that does transactions by the rules of conditional updates; nothing here uses the sources.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { LATE_MS } from "./hl7.ts";
import { requestBody } from "./requestBody.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
type Any = any;

/** What it does with a transaction: all of it, an HTTP status instead, nothing, all of it without an answer or with a late one, or a part. */
export type FhirDoing = "do" | number | "silent" | "lost" | "late" | "half";

/** Such a server. */
export interface FhirServer {
  readonly url: string;
  /** Every bundle that came, and the header by which it came. */
  readonly all: { readonly bundle: Any; readonly authorization: string | undefined }[];
  /** What is kept, by type and identifier. */
  readonly kept: Map<string, Any>;
  doing: (bundle: Any) => FhirDoing;
  close(): Promise<void>;
}

/** Starts one. */
export async function startFhirServer(): Promise<FhirServer> {
  const all: FhirServer["all"] = [];
  const kept: FhirServer["kept"] = new Map();
  const server = createServer(async (request, response) => {
    const text = await requestBody(request);
    if (text === undefined) return;
    const bundle = JSON.parse(text);
    all.push({ bundle, authorization: request.headers.authorization });
    const does = fhir.doing(bundle);
    if (typeof does === "number") return void response.writeHead(does).end("not today");
    if (does === "silent") return;
    const entry = does === "half" ? [{ response: { status: "404" } }] : bundle.entry.map((one: Any) => done(one, kept));
    if (does === "lost") return void request.socket.destroy();
    if (does === "late") await setTimeout(LATE_MS);
    response.writeHead(200, { "content-type": "application/fhir+json" });
    response.end(JSON.stringify({ resourceType: "Bundle", type: "transaction-response", entry }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fhir: FhirServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/r4`,
    ...{ all, kept },
    doing: () => "do",
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return fhir;
}

function done({ resource, request }: Any, kept: Map<string, Any>) {
  const query = request.ifNoneExist ?? request.url.split("?")[1];
  const wanted = decodeURIComponent(query.replace(/^identifier=/, ""));
  const has = resource.identifier.some((one: Any) => `${one.system}|${one.value}` === wanted);
  if (!has) return { response: { status: "412 Precondition Failed" } };
  const key = `${resource.resourceType} ${wanted}`;
  const isNew = !kept.has(key);
  if (isNew || request.method === "PUT") kept.set(key, resource);
  return { response: { status: isNew ? "201 Created" : "200 OK" } };
}
