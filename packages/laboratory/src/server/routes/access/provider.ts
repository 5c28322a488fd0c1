import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { closeSession } from "../../../store/access/sessions.ts";
import { userOfIdentity } from "../../../store/access/users.ts";
import { COOKIE } from "../../access.ts";
import { API } from "../../contract/routes.ts";
import { loggable } from "../../errors.ts";
import type { IdentityProvider } from "../../guard/identityProvider.ts";
import type { App, Laboratory } from "../../laboratory.ts";
import { startSession } from "./session.ts";

const PATH = `${API}/session/provider`;

/** The cookie of a sign-in under way. Lax, as the browser comes back from another site. */
const BEGUN = "leukogram-provider";

const query = z.object({
  /** Where in the app to go on. */
  back: z
    .string()
    .regex(/^\/[\w/-]{0,300}$/)
    .default("/"),
  /** Whether the provider must ask again who it is, as before a signature. */
  again: z.stringbool().default(false),
});

/** Signing in at the identity provider: there, and back. */
export function addProviderRoutes(app: App, laboratory: Laboratory): void {
  const { store, attempts, limits } = laboratory;
  const config = { access: "all", rateLimit: { max: limits.signIns, timeWindow: 60_000 } } as const;
  const schema = { tags: ["session"] };
  app.get(PATH, { config, schema: { ...schema, querystring: query } }, async (request, reply) => {
    const { back, again: isAgain } = request.query;
    const { address, secret } = await requireProvider(laboratory).begin(callbackOf(request), { isAgain, back });
    reply.setCookie(BEGUN, secret, { ...cookieOf(request), maxAge: 600 });
    return reply.redirect(address);
  });
  app.get(`${PATH}/callback`, { config, schema }, async (request, reply) => {
    const provider = requireProvider(laboratory);
    reply.clearCookie(BEGUN, cookieOf(request));
    const url = new URL(`${callbackOf(request)}${request.url.replace(/^[^?]*/, "")}`);
    const known = await provider.finish(request.cookies[BEGUN] ?? "", url).catch((error) => {
      if (!(error instanceof LeukogramError && error.code === "ERR_SIGN_IN")) throw error;
      request.log.warn({ err: loggable(error) }, "a sign-in at the identity provider was refused");
      return undefined;
    });
    if (known === undefined) return reply.redirect("/#/?refused=provider");
    const { identity, provedAt, back } = known;
    const user = await userOfIdentity(store, identity);
    if (user === undefined) {
      request.log.warn({ identity }, "a sign-in at the identity provider was refused");
      await attempts.refused({ name: "", address: request.ip });
      return reply.redirect("/#/?refused=unknown");
    }
    const before = request.cookies[COOKIE];
    if (before !== undefined) await closeSession(store, before);
    await startSession(laboratory, { user, by: "provider", provedAt }, { request, reply });
    return reply.redirect(`/#${back}`);
  });
}

function requireProvider({ provider }: Laboratory): IdentityProvider {
  if (provider !== undefined) return provider;
  throw new LeukogramError("ERR_NOT_FOUND", "no identity provider is set", { hint: "Start with --oidc-issuer." });
}

// The host is one that the server knows, and the provider knows which addresses may be asked for.
const callbackOf = ({ protocol, host }: FastifyRequest) => `${protocol}://${host}${PATH}/callback`;

const cookieOf = ({ protocol }: FastifyRequest) =>
  ({ path: PATH, httpOnly: true, sameSite: "lax", secure: protocol === "https" }) as const;
