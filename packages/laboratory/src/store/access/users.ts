import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, eq, isNull, ne, sql } from "drizzle-orm";
import { type Queries, tellIfGone } from "../database/database.ts";
import type { Store } from "../store.ts";
import { type Change, change, type Wish } from "../trail.ts";
import { hashPassword, isPassword } from "./password.ts";
import { sessions, tokens, users } from "./tables.ts";

/** A user, without the password. */
export type UserRow = Omit<typeof users.$inferSelect, "password"> & { readonly hasCode: boolean };

/** Role of a user. */
export type UserRole = UserRow["role"];

const columns = {
  ...{ id: users.id, name: users.name, role: users.role },
  ...{ createdAt: users.createdAt, isDisabled: users.isDisabled, identity: users.identity },
  hasCode: sql<boolean>`exists (select 1 from second_factors where user_id = ${users.id} and is_confirmed)`,
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

/** A name as names are compared: two that look alike are one. */
export const folded = (name: string) => name.normalize("NFKC").toLowerCase();

/** What the trail calls those who are no users. */
const RESERVED = new Set(["local", "model", "command line", "sign-in"]);

/** What changes of a user. */
export interface UserChange {
  readonly role?: UserRole | undefined;
  readonly password?: string | undefined;
  readonly isDisabled?: boolean | undefined;
  /** What the identity provider calls them; null takes it back. */
  readonly identity?: string | null | undefined;
}

/** Options of {@link changeUser} beside the change. */
interface ChangedUser extends UserChange {
  readonly id: string;
  /** SHA-256 of the session that goes on: that of a user who changes the own password. */
  readonly keeps?: string | undefined;
}

/** Changes a user; sessions and tokens end with a new password or where the user is disabled. One admin stays. */
export async function changeUser(
  store: Store,
  wish: Wish,
  { id, role, password, isDisabled, identity, keeps }: ChangedUser,
): Promise<void> {
  await requireUser(store, id); // before a hash is paid for
  const hash = password === undefined ? undefined : await hashPassword(password);
  await change(store, wish, async (given) => {
    const { queries } = given;
    const before = await requireUser({ database: { ...store.database, queries } }, id);
    const set = {
      role: role ?? before.role,
      isDisabled: isDisabled ?? before.isDisabled,
      identity: identity === undefined ? before.identity : identity,
      ...(hash !== undefined && { password: hash }),
    };
    if (set.identity !== null) await requireFree(queries, { id, identity: set.identity });
    await queries.update(users).set(set).where(eq(users.id, id));
    const admins = await queries
      .select()
      .from(users)
      .where(and(eq(users.role, "admin"), eq(users.isDisabled, false)));
    if (admins.length === 0)
      throw new LeukogramError("ERR_CONFLICT", "this user is the last admin", { hint: "Create another admin first." });
    if (hash !== undefined || set.isDisabled) await endAll(given, { id, keeps });
    return {
      content: { user: id, name: before.name, role, isDisabled, identity, passwordChanged: hash !== undefined },
      answer: {},
    };
  });
}

async function requireFree(
  queries: Queries,
  { id, identity }: { readonly id: string; readonly identity: string },
): Promise<void> {
  const [other] = await queries
    .select(columns)
    .from(users)
    .where(and(eq(users.identity, identity), ne(users.id, id)));
  if (other !== undefined)
    throw new LeukogramError("ERR_CONFLICT", `this identity belongs to ${other.name}`, {
      hint: "Take it from that user first.",
    });
}

async function endAll(
  { queries, at }: Change,
  { id, keeps = "" }: { readonly id: string; readonly keeps?: string | undefined },
): Promise<void> {
  await queries.delete(sessions).where(and(eq(sessions.userId, id), ne(sessions.sha256, keeps)));
  await queries
    .update(tokens)
    .set({ revokedAt: at })
    .where(and(eq(tokens.userId, id), isNull(tokens.revokedAt)));
}

/** The user that an identity provider means, unless disabled. */
export async function userOfIdentity({ database: { queries } }: Store, identity: string): Promise<UserRow | undefined> {
  const [found] = await queries
    .select(columns)
    .from(users)
    .where(and(eq(users.identity, identity), eq(users.isDisabled, false)))
    .catch(tellIfGone);
  return found;
}

/** Whether that is the user's password; takes as long where no such user. */
export async function checkPassword(
  { database: { queries } }: Store,
  name: string,
  password: string,
): Promise<UserRow | undefined> {
  const rows = await queries
    .select({ ...columns, password: users.password })
    .from(users)
    .catch(tellIfGone);
  const found = rows.find((row) => folded(row.name) === folded(name) && !row.isDisabled);
  if (!(await isPassword(password, found?.password))) return undefined;
  const { password: _, ...user } = found!;
  return user;
}
