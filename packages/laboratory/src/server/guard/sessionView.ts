import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { hasSecondFactor } from "../../store/access/secondFactors.ts";
import type { Asking } from "../../store/access/sessions.ts";
import { VERSION } from "../../version.ts";
import { isLoopback } from "../connections/loopback.ts";
import type { session } from "../contract/work.ts";
import type { Laboratory } from "../laboratory.ts";

/** Who asks, as the page is told; null if nobody is signed in. */
export async function sessionView(
  { store, provider }: Pick<Laboratory, "store" | "provider">,
  request: FastifyRequest,
  asking: Asking | null,
): Promise<z.infer<typeof session>> {
  return {
    user: asking?.user ?? null,
    role: asking?.role ?? null,
    csrf: asking?.csrf ?? null,
    isLocal: asking?.via === "local",
    version: VERSION,
    needsCode: false,
    needsCodeFrom: asking?.needsCodeFrom ?? null,
    hasCode: asking?.userId != null && (await hasSecondFactor(store, asking.userId)),
    isFromProvider: asking?.signedIn?.via === "provider",
    idleMinutes: asking?.idleMinutes ?? null,
    isPlain: request.protocol === "http" && !isLoopback(request.hostname.replace(/^\[|\]$/g, "")),
    provider: provider?.name ?? null,
  };
}
