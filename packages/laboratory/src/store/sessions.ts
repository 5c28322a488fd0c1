import { randomBytes } from "node:crypto";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { sha256 } from "./canonicalJson.ts";
import { type Database, tellIfGone } from "./database/database.ts";
import { sessions, tokens, users } from "./schema.ts";
import type { Store } from "./store.ts";

/** Who asks, and by what. */
export interface Asking {
  readonly user: string;
  /** null for the local admin. */
  readonly userId: string | null;
  readonly role: (typeof users.$inferSelect)["role"];
  readonly via: "local" | "session" | "token";
  /** Of a session: what changes must carry. */
  readonly csrf: string | null;
  readonly scopes: readonly (typeof tokens.$inferSelect)["scopes"][number][];
}

/** What everybody is if there are no users. */
export const LOCAL: Asking = { user: "local", userId: null, role: "admin", via: "local", csrf: null, scopes: [] };

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

async function signedIn({ database: { queries }, now }: Store, secret: string): Promise<Asking | null> {
  const [found] = await queries
    .select({ user: users.name, userId: users.id, role: users.role })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.sha256, sha256(secret)), gt(sessions.expiresAt, now()), eq(users.isDisabled, false)))
    .catch(tellIfGone);
  return found === undefined ? null : { ...found, via: "session", csrf: csrfOf(secret), scopes: [] };
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
