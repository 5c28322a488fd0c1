import { randomBytes, randomUUID } from "node:crypto";
import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { sha256 } from "../canonicalJson.ts";
import { type Database, tellIfGone } from "../database/database.ts";
import { ACCESS, type AccessRules, parseAccessRules } from "../settings/access.ts";
import type { Store } from "../store.ts";
import { change } from "../trail.ts";
import { sessions, tokens, users } from "./tables.ts";

/** Who asks, and by what. */
export interface Asking {
  readonly user: string;
  /** null for the local admin. */
  readonly userId: string | null;
  readonly role: (typeof users.$inferSelect)["role"];
  readonly via: "local" | "session" | "token";
  /** Of a session: what changes must carry. */
  readonly csrf: string | null;
  /** Of a session: by what its user signed in, and when they have shown who they are. */
  readonly signedIn?: { readonly via: "password" | "provider"; readonly at: Date } | undefined;
  /** Of a session: minutes without use after which it ends. */
  readonly idleMinutes: number | null;
  /** The role from which on requests of this user are refused until a second factor is set up; null if none is needed. */
  readonly needsCodeFrom: (typeof users.$inferSelect)["role"] | null;
  readonly scopes: readonly (typeof tokens.$inferSelect)["scopes"][number][];
}

/** What everybody is if there are no users. */
export const LOCAL: Asking = {
  user: "local",
  userId: null,
  role: "admin",
  via: "local",
  csrf: null,
  idleMinutes: null,
  needsCodeFrom: null,
  scopes: [],
};

/** Milliseconds that a session lasts. */
export const SESSION_TIME = 12 * 3600e3;

/** Who holds a token or a cookie's secret; null if nobody does. Without users everybody is the local admin. */
export async function whoAsks(
  store: Store,
  { token, cookie }: { readonly token: string | undefined; readonly cookie: string | undefined },
): Promise<Asking | null> {
  if (token !== undefined) return await holderOf(store, token);
  if (!(await hasUsers(store))) return LOCAL;
  return cookie === undefined ? null : await signedIn(store, cookie);
}

// Databases that have users, which may be shut out and never go.
const withUsers = new WeakSet<Database>();

/** Whether there is any user, disabled or not: from the first on, nobody is let in by default. */
export async function hasUsers({ database }: Pick<Store, "database">): Promise<boolean> {
  if (withUsers.has(database)) return true;
  const found = await database.queries.select({ id: users.id }).from(users).limit(1).catch(tellIfGone);
  if (found.length > 0) withUsers.add(database);
  return found.length > 0;
}

// What decides over a user's rights beside the role, with the user's row in one query.
const factors = {
  rules: sql<string | null>`(select value from settings where name = ${ACCESS})`,
  hasCode: sql<boolean>`exists (select 1 from second_factors where user_id = ${users.id} and is_confirmed)`,
};

const needsCodeFrom = (hasCode: boolean, { codesFor }: AccessRules) => (hasCode ? null : codesFor);

/** Milliseconds between notes that a session is used. */
const NOTE_EVERY = 30e3;

async function signedIn({ database: { queries }, now }: Store, secret: string): Promise<Asking | null> {
  const [found] = await queries
    .select({
      ...{ user: users.name, userId: users.id, role: users.role, ...factors },
      ...{ at: sessions.provedAt, activeAt: sessions.activeAt, via: sessions.via },
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.sha256, sha256(secret)), gt(sessions.expiresAt, now()), eq(users.isDisabled, false)))
    .catch(tellIfGone);
  if (found === undefined) return null;
  const { user, userId, role, rules: text, hasCode, at, activeAt, via } = found;
  const rules = parseAccessRules(text);
  const { idleMinutes } = rules;
  if (idleMinutes !== null && now().getTime() - activeAt.getTime() > idleMinutes * 60e3 + NOTE_EVERY) return null;
  return {
    ...{ user, userId, role, via: "session", csrf: csrfOf(secret), idleMinutes, scopes: [] },
    signedIn: { via, at },
    // The provider asks for second factors of its own.
    needsCodeFrom: via === "provider" ? null : needsCodeFrom(hasCode, rules),
  };
}

/** Notes that a session is used. */
export async function noteUse({ database: { queries }, now }: Store, secret: string): Promise<void> {
  const at = now();
  await queries
    .update(sessions)
    .set({ activeAt: at })
    .where(and(eq(sessions.sha256, sha256(secret)), lt(sessions.activeAt, new Date(at.getTime() - NOTE_EVERY))))
    .catch(tellIfGone);
}

async function holderOf(store: Store, secret: string): Promise<Asking | null> {
  const { database, now } = store;
  const { queries } = database;
  const [found] = await queries
    .select({
      id: tokens.id,
      user: users.name,
      userId: tokens.userId,
      role: users.role,
      scopes: tokens.scopes,
      isDisabled: users.isDisabled,
      ...factors,
      lastUsedAt: tokens.lastUsedAt,
    })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.userId))
    .where(and(eq(tokens.sha256, sha256(secret)), gt(tokens.expiresAt, now()), isNull(tokens.revokedAt)))
    .catch(tellIfGone);
  if (found === undefined || found.isDisabled === true) return null;
  // A token of the local admin ends with the first user.
  if (found.userId === null && (await hasUsers(store))) return null;
  const now_ = now();
  if (found.lastUsedAt === null || now_.getTime() - found.lastUsedAt.getTime() > 60e3)
    await queries.update(tokens).set({ lastUsedAt: now_ }).where(eq(tokens.id, found.id)).catch(tellIfGone);
  return {
    user: found.user ?? LOCAL.user,
    userId: found.userId,
    role: found.role ?? LOCAL.role,
    via: "token",
    csrf: null,
    idleMinutes: null,
    needsCodeFrom: found.userId === null ? null : needsCodeFrom(found.hasCode, parseAccessRules(found.rules)),
    scopes: found.scopes,
  };
}

/** A secret of 256 bits, as text. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What a session's changes must carry: it follows from the secret, and does not give it away. */
export function csrfOf(secret: string): string {
  return sha256(`csrf ${secret}`);
}

/** Removes sessions that are over. */
export async function sweepSessions({ database: { queries }, now }: Store): Promise<void> {
  await queries.delete(sessions).where(sql`${sessions.expiresAt} <= ${now()}`);
}

/** By what a user signed in; `by` is for the trail: password, code, recovery code, provider. */
export interface SignedIn {
  readonly user: { readonly id: string; readonly name: string };
  readonly by: "password" | "code" | "recovery code" | "provider";
  /** When that was; now if left out. */
  readonly provedAt?: Date | undefined;
}

/** Opens a session of a user who has shown who they are. @returns its secret, which is kept nowhere. */
export async function openSession(store: Store, { user, by, provedAt }: SignedIn): Promise<string> {
  const secret = newSecret();
  const wish = { actor: user.name, key: randomUUID(), kind: "session.opened", asks: {} };
  await change(store, wish, async ({ queries, at }) => {
    const expiresAt = new Date(at.getTime() + SESSION_TIME);
    const via = by === "provider" ? by : ("password" as const);
    const times = { createdAt: at, activeAt: at, provedAt: provedAt ?? at, expiresAt };
    await queries.insert(sessions).values({ sha256: sha256(secret), userId: user.id, ...times, via });
    return { content: { user: user.id, by }, answer: {} };
  });
  return secret;
}

/** Ends a session. */
export async function closeSession(store: Store, secret: string): Promise<void> {
  await store.database.queries
    .delete(sessions)
    .where(eq(sessions.sha256, sha256(secret)))
    .catch(tellIfGone);
}
