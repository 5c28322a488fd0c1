import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { type Asking, SESSION_TIME, whoAsks } from "../../store/sessions.ts";
import { closeSession, openSession } from "../../store/users.ts";
import { VERSION } from "../../version.ts";
import { askingOf, COOKIE } from "../access.ts";
import { signIn } from "../contract/access.ts";
import { API } from "../contract/routes.ts";
import { session } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";

const tags = ["session"];

/** Who asks; signing in and out. */
export function addSessionRoutes(app: App, { store, limits: { signIns } }: Laboratory): void {
  const schema = { tags, response: { 200: session } };
  app.get(`${API}/session`, { config: { access: "all" }, schema }, async (request) =>
    sessionView(await askingOf(store, request)),
  );
  app.post(
    `${API}/session`,
    { config: { access: "all", rateLimit: { max: signIns, timeWindow: 60_000 } }, schema: { ...schema, body: signIn } },
    async (request, reply) => {
      const secret = await openSession(store, request.body);
      setCookie(request, reply, { secret, maxAge: SESSION_TIME / 1000 });
      return sessionView(await whoAsks(store, { token: undefined, cookie: secret }));
    },
  );
  app.delete(`${API}/session`, { config: { access: "all" }, schema }, async (request, reply) => {
    const secret = request.cookies[COOKIE];
    if (secret !== undefined) await closeSession(store, secret);
    setCookie(request, reply, { secret: "", maxAge: 0 });
    return sessionView(null);
  });
}

function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, maxAge }: { readonly secret: string; readonly maxAge: number },
) {
  reply.setCookie(COOKIE, secret, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: request.protocol === "https",
    maxAge,
  });
}

function sessionView(asking: Asking | null): z.infer<typeof session> {
  return {
    user: asking?.user ?? null,
    role: asking?.role ?? null,
    csrf: asking?.csrf ?? null,
    isLocal: asking?.via === "local",
    version: VERSION,
  };
}
