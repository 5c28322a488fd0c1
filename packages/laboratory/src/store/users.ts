import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, eq, isNull } from "drizzle-orm";
import { sha256 } from "./canonicalJson.ts";
import { tellIfGone } from "./database/database.ts";
import { hashPassword, isPassword } from "./password.ts";
import { sessions, tokens, users } from "./schema.ts";
import { type Asking, newSecret, SESSION_TIME } from "./sessions.ts";
import type { Store } from "./store.ts";
import { type Change, change, type Wish } from "./trail.ts";

/** A user, without the password. */
export type UserRow = Omit<typeof users.$inferSelect, "password">;

/** Role of a user. */
export type UserRole = UserRow["role"];

const columns = {
  ...{ id: users.id, name: users.name, role: users.role },
  ...{ createdAt: users.createdAt, isDisabled: users.isDisabled },
};

/** All users, by name. */
export async function listUsers({ database: { queries } }: Pick<Store, "database">): Promise<UserRow[]> {
  return await queries.select(columns).from(users).orderBy(asc(users.name)).catch(tellIfGone);
}

/** A user. @throws ERR_NOT_FOUND */
export async function requireUser({ database: { queries } }: Pick<Store, "database">, id: string): Promise<UserRow> {
  const [found] = await queries.select(columns).from(users).where(eq(users.id, id)).catch(tellIfGone);
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such user");
  return found;
}

/** Makes a user. The first must be an admin, as from then on nobody is let in by default. @returns the user's id. */
export async function addUser(
  store: Store,
  wish: Wish,
  { name, role, password }: { readonly name: string; readonly role: UserRole; readonly password: string },
): Promise<string> {
  const hash = await hashPassword(password);
  const { id } = await change(store, wish, async ({ queries, at }) => {
    const all = await listUsers({ database: { ...store.database, queries } });
    // Two names that look alike are one.
    if (all.some((other) => folded(other.name) === folded(name)))
      throw new LeukogramError("ERR_CONFLICT", "a user with this name already exists");
    if (RESERVED.has(folded(name))) throw new LeukogramError("ERR_CONFLICT", `the name ${name} is reserved`);
    if (all.length === 0 && role !== "admin")
      throw new LeukogramError("ERR_CONFLICT", "the first user must be an admin", { hint: "Add an admin first." });
    const made = randomUUID();
    await queries.insert(users).values({ id: made, name, role, password: hash, createdAt: at });
    return { content: { user: made, name, role }, answer: { id: made } };
  });
  return id;
}

const folded = (name: string) => name.normalize("NFKC").toLowerCase();

/** What the trail calls those who are no users. */
const RESERVED = new Set(["local", "model", "command line"]);

/** What changes of a user. */
export interface UserChange {
  readonly role?: UserRole | undefined;
  readonly password?: string | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** Changes a user; sessions and tokens end with a new password or where the user is disabled. One admin stays. */
export async function changeUser(
  store: Store,
  wish: Wish,
  { id, role, password, isDisabled }: UserChange & { readonly id: string },
): Promise<void> {
  await requireUser(store, id); // before a hash is paid for
  const hash = password === undefined ? undefined : await hashPassword(password);
  await change(store, wish, async (given) => {
    const { queries } = given;
    const before = await requireUser({ database: { ...store.database, queries } }, id);
    const set = {
      role: role ?? before.role,
      isDisabled: isDisabled ?? before.isDisabled,
      ...(hash !== undefined && { password: hash }),
    };
    await queries.update(users).set(set).where(eq(users.id, id));
    const admins = await queries
      .select()
      .from(users)
      .where(and(eq(users.role, "admin"), eq(users.isDisabled, false)));
    if (admins.length === 0)
      throw new LeukogramError("ERR_CONFLICT", "this user is the last admin", { hint: "Create another admin first." });
    if (hash !== undefined || set.isDisabled) await endAll(given, id);
    return {
      content: { user: id, name: before.name, role, isDisabled, passwordChanged: hash !== undefined },
      answer: {},
    };
  });
}

async function endAll({ queries, at }: Change, userId: string): Promise<void> {
  await queries.delete(sessions).where(eq(sessions.userId, userId));
  await queries
    .update(tokens)
    .set({ revokedAt: at })
    .where(and(eq(tokens.userId, userId), isNull(tokens.revokedAt)));
}

/** Whether that is the user's password; takes as long where no such user. */
export async function checkPassword(
  { database: { queries } }: Store,
  name: string,
  password: string,
): Promise<UserRow | undefined> {
  const rows = await queries.select().from(users).catch(tellIfGone);
  const found = rows.find((row) => folded(row.name) === folded(name) && !row.isDisabled);
  return (await isPassword(password, found?.password)) ? found : undefined;
}

/** Signs a user in. @returns the session's secret, which is kept nowhere. @throws ERR_SIGN_IN if name or password is wrong. */
export async function openSession(
  store: Store,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<string> {
  const user = await checkPassword(store, name, password);
  if (user === undefined) throw new LeukogramError("ERR_SIGN_IN", "the name or the password is wrong");
  const secret = newSecret();
  const wish = { actor: user.name, key: randomUUID(), kind: "session.opened", asks: {} };
  await change(store, wish, async ({ queries, at }) => {
    const expiresAt = new Date(at.getTime() + SESSION_TIME);
    await queries.insert(sessions).values({ sha256: sha256(secret), userId: user.id, createdAt: at, expiresAt });
    return { content: { user: user.id }, answer: {} };
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

/** A token as it is listed. */
export type TokenRow = Omit<typeof tokens.$inferSelect, "sha256">;

/** The tokens of one user that hold or held, the latest first. */
export async function listTokens({ database: { queries } }: Store, userId: string | null): Promise<TokenRow[]> {
  const rows = await queries
    .select()
    .from(tokens)
    .where(and(userId === null ? isNull(tokens.userId) : eq(tokens.userId, userId), isNull(tokens.revokedAt)))
    .orderBy(asc(tokens.createdAt))
    .catch(tellIfGone);
  return rows.map(({ sha256: _, ...row }) => row);
}

/** What a token is made of. */
export interface NewToken {
  readonly asking: Asking;
  readonly name: string;
  readonly scopes: TokenRow["scopes"];
  readonly days: number;
}

/**
 * Makes a token for the one who asks.
 *
 * @returns its id and secret; the secret is kept nowhere.
 * @throws ERR_CONFLICT at a second try with the same key, as the secret was told already.
 */
export async function addToken(
  store: Store,
  wish: Wish,
  { asking, name, scopes, days }: NewToken,
): Promise<{ id: string; secret: string }> {
  const secret = `leuko_${newSecret()}`;
  const mine = randomUUID();
  const { id } = await change(store, wish, async ({ queries, at }) => {
    const expiresAt = new Date(at.getTime() + days * 86_400e3);
    const kept = { userId: asking.userId, name, scopes: [...new Set(scopes)], createdAt: at, expiresAt };
    await queries.insert(tokens).values({ id: mine, sha256: sha256(secret), ...kept });
    return {
      content: { token: mine, name, scopes: kept.scopes, expiresAt: expiresAt.toISOString() },
      answer: { id: mine },
    };
  });
  if (id === mine) return { id, secret };
  throw new LeukogramError("ERR_CONFLICT", "this token already exists, and its secret is shown only once", {
    hint: "Revoke it and create another.",
  });
}

/** Ends a token of the one who asks. @throws ERR_NOT_FOUND */
export async function revokeToken(
  store: Store,
  wish: Wish,
  { id, userId }: { readonly id: string; readonly userId: string | null },
): Promise<void> {
  await change(store, wish, async ({ queries, at }) => {
    const mine = userId === null ? isNull(tokens.userId) : eq(tokens.userId, userId);
    const [ended] = await queries
      .update(tokens)
      .set({ revokedAt: at })
      .where(and(eq(tokens.id, id), mine))
      .returning();
    if (ended === undefined) throw new LeukogramError("ERR_NOT_FOUND", "no such token");
    return { content: { token: id, name: ended.name }, answer: {} };
  });
}
