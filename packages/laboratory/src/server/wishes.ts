import type { FastifyRequest } from "fastify";
import type { Json } from "../store/canonicalJson.ts";
import type { Wish } from "../store/trail.ts";
import { askedBy } from "./access.ts";

/** What a request wants, for the trail; `asks` must hold no secret. */
export function wishOf(request: FastifyRequest, { kind, asks }: { readonly kind: string; readonly asks: Json }): Wish {
  return { actor: askedBy(request).user, key: String(request.headers["idempotency-key"]), kind, asks };
}
