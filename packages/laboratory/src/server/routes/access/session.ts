import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { useCode } from "../../../store/access/secondFactors.ts";
import {
  closeSession,
  noteUse,
  openSession,
  SESSION_TIME,
  type SignedIn,
  whoAsks,
} from "../../../store/access/sessions.ts";
import { checkPassword } from "../../../store/access/users.ts";
import { askedBy, askingOf, COOKIE, OWN } from "../../access.ts";
import { signIn } from "../../contract/access.ts";
import { API } from "../../contract/routes.ts";
import { session } from "../../contract/work.ts";
import { sessionView } from "../../guard/sessionView.ts";
import type { App, Laboratory } from "../../laboratory.ts";

const tags = ["session"];

/** Who asks; signing in and out. */
export function addSessionRoutes(app: App, laboratory: Laboratory): void {
  const { store, limits } = laboratory;
  const schema = { tags, response: { 200: session } };
  app.get(`${API}/session`, { config: { access: "all" }, schema }, async (request) =>
    sessionView(laboratory, request, await askingOf(store, request)),
  );
  app.post(
    `${API}/session`,
    {
      config: { access: "all", rateLimit: { max: limits.signIns, timeWindow: 60_000 } },
      schema: { ...schema, body: signIn },
    },
    async (request, reply) => {
      const attempt = { name: request.body.name, address: request.ip };
      const shown = await laboratory.attempts.try(attempt, () => show(laboratory, request.body));
      if (shown === undefined)
        throw new LeukogramError(
          "ERR_SIGN_IN",
          request.body.code === undefined
            ? "the name or the password is wrong"
            : "the name, the password or the code is wrong, or the code was used before",
        );
      if (shown === "needs code") return { ...(await sessionView(laboratory, request, null)), needsCode: true };
      laboratory.attempts.succeeded(attempt);
      const secret = await startSession(laboratory, shown, { request, reply });
      return sessionView(laboratory, request, await whoAsks(store, { token: undefined, cookie: secret }));
    },
  );
  app.put(`${API}/session`, { config: { access: OWN }, schema }, async (request) => {
    const secret = request.cookies[COOKIE];
    if (secret !== undefined) await noteUse(store, secret);
    return sessionView(laboratory, request, askedBy(request));
  });
  app.delete(`${API}/session`, { config: { access: "all" }, schema }, async (request, reply) => {
    const secret = request.cookies[COOKIE];
    if (secret !== undefined) await closeSession(store, secret);
    setCookie(request, reply, { secret: "", maxAge: 0 });
    return sessionView(laboratory, request, null);
  });
}

// Whether name, password and code are right; a right password alone asks for the code of one who has a second factor.
async function show(
  { store }: Laboratory,
  { name, password, code }: z.infer<typeof signIn>,
): Promise<SignedIn | "needs code" | undefined> {
  const user = await checkPassword(store, name, password);
  if (user === undefined) return undefined;
  if (!user.hasCode) return { user, by: "password" };
  if (code === undefined) return "needs code";
  const by = await useCode(store, { userId: user.id, code });
  return by && { user, by };
}

/** Opens a session and gives it to the browser. @returns its secret */
export async function startSession(
  { store }: Pick<Laboratory, "store">,
  signedIn: SignedIn,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<string> {
  const secret = await openSession(store, signedIn);
  setCookie(request, reply, { secret, maxAge: SESSION_TIME / 1000 });
  return secret;
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
