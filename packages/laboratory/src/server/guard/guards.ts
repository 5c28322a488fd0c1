// What is checked of every request before anybody looks at it.
import { isIP } from "node:net";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest } from "fastify";
import type { App } from "../laboratory.ts";
import { HEADERS } from "./headers.ts";

/** Requests in a minute from one address; a gallery asks for thousands of thumbnails. */
const MOST_REQUESTS = 60_000;

/** Adds headers, limits, and the checks of where a request comes from. `hosts`: names by which the server is known beside its addresses. */
export async function addGuards(app: App, { hosts }: { readonly hosts: readonly string[] }): Promise<void> {
  const known = new Set(["localhost", ...hosts.map((host) => host.toLowerCase())]);
  app.addHook("onRequest", async (request) => {
    requireKnownHost(request, known);
    if (request.method !== "GET" && request.method !== "HEAD") requireOwnOrigin(request);
    if (/%00/i.test(request.url)) throw nul();
  });
  app.addHook("preValidation", async ({ body }) => {
    // No text in the database may hold this character.
    if (
      body !== null &&
      !(body instanceof Uint8Array) &&
      typeof body === "object" &&
      JSON.stringify(body)?.includes("\\u0000")
    )
      throw nul();
  });
  await app.register(helmet, HEADERS);
  await app.register(rateLimit, { max: MOST_REQUESTS, timeWindow: 60_000 });
}

const nul = () => new LeukogramError("ERR_USAGE", "the request contains a NUL character");

// Another site's name may be made to lead here (DNS rebinding): then the browser would call it that site's own.
function requireKnownHost({ hostname }: FastifyRequest, known: ReadonlySet<string>): void {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (known.has(name) || isIP(name) > 0) return;
  throw new LeukogramError("ERR_DENIED", "this host name is not allowed", {
    hint: "Start the server with --allow-host.",
  });
}

function requireOwnOrigin({ headers, host }: FastifyRequest): void {
  const { origin, "sec-fetch-site": site } = headers;
  const isOwn = origin === undefined || hostOf(origin) === host;
  if (isOwn && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new LeukogramError("ERR_DENIED", "the request comes from another site");
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
