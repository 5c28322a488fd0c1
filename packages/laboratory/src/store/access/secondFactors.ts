// Second factors: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost.
import { randomBytes } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, eq, lt, sql } from "drizzle-orm";
import { Secret, TOTP } from "otpauth";
import { sha256 } from "../canonicalJson.ts";
import { tellIfGone } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { seal, unseal } from "./sealed.ts";
import { secondFactors } from "./tables.ts";

/** Seconds of a code. */
const PERIOD = 30;

/** How many recovery codes there are. */
const RECOVERY_CODES = 10;

/** Whose second factor. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}

/** Whether a user has a second factor, which signing in asks for. */
export async function hasSecondFactor({ database: { queries } }: Store, userId: string): Promise<boolean> {
  const [found] = await queries
    .select({ id: secondFactors.userId })
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), eq(secondFactors.isConfirmed, true)))
    .catch(tellIfGone);
  return found !== undefined;
}

/** Begins to set up a second factor. It counts once its user has shown a code. @returns the address that an authenticator app takes. */
export async function beginSecondFactor(
  store: Store,
  { id, name }: Owner,
): Promise<{ secret: string; address: string }> {
  const secret = new Secret({ size: 20 }).base32;
  const row = { secret: seal(store.folder, secret), recovery: [], lastStep: -1, isConfirmed: false };
  const written = await store.database.queries
    .insert(secondFactors)
    .values({ userId: id, ...row })
    .onConflictDoUpdate({ target: secondFactors.userId, set: row, setWhere: eq(secondFactors.isConfirmed, false) })
    .returning({ id: secondFactors.userId })
    .catch(tellIfGone);
  if (written.length === 0)
    throw new LeukogramError("ERR_CONFLICT", "a second factor is already set up", { hint: "Remove it first." });
  return { secret, address: totpOf(secret, name).toString() };
}

/**
 * Ends setting up a second factor, by a code of the app.
 *
 * @returns recovery codes, which are kept nowhere else.
 * @throws ERR_DENIED if the code is wrong, ERR_CONFLICT if nothing was begun or it is set up already.
 */
export async function confirmSecondFactor(
  store: Store,
  wish: Wish,
  { owner, code }: { readonly owner: Owner; readonly code: string },
): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  const recovery = codes.map((one) => sha256(one));
  const { first } = await change(store, wish, async ({ queries }) => {
    const [found] = await queries.select().from(secondFactors).where(eq(secondFactors.userId, owner.id));
    if (found === undefined || found.isConfirmed)
      throw new LeukogramError("ERR_CONFLICT", "no second factor is being set up", { hint: "Begin again." });
    const step = stepOf(store, { code, secret: unseal(store.folder, found.secret) });
    if (step === undefined)
      throw new LeukogramError("ERR_DENIED", "the code is wrong", { hint: "Check the clock of the device." });
    const set = { isConfirmed: true, lastStep: step, recovery };
    await queries.update(secondFactors).set(set).where(eq(secondFactors.userId, owner.id));
    return { content: { user: owner.id, name: owner.name }, answer: { first: recovery[0]! } };
  });
  if (first === recovery[0]) return codes;
  throw new LeukogramError("ERR_CONFLICT", "the recovery codes are shown only once", {
    hint: "Remove the second factor and set it up again.",
  });
}

/** Removes a user's second factor. @throws ERR_NOT_FOUND if there is none. */
export async function removeSecondFactor(store: Store, wish: Wish, { id, name }: Owner): Promise<void> {
  await change(store, wish, async ({ queries }) => {
    const removed = await queries.delete(secondFactors).where(eq(secondFactors.userId, id)).returning();
    if (!removed.some(({ isConfirmed }) => isConfirmed))
      throw new LeukogramError("ERR_NOT_FOUND", `${name} has no second factor`);
    return { content: { user: id, name }, answer: {} };
  });
}

/** Uses up a code of the app, or a recovery code; undefined if it is wrong or was used before. */
export async function useCode(
  store: Store,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<"code" | "recovery code" | undefined> {
  const { queries } = store.database;
  const mine = eq(secondFactors.userId, userId);
  const [found] = await queries.select().from(secondFactors).where(mine).catch(tellIfGone);
  if (found === undefined) return undefined;
  // A recovery code does without the key of the folder.
  const hash = sha256(code.replace(/[\s-]/g, "").toUpperCase());
  if (found.recovery.includes(hash)) {
    const used = await queries
      .update(secondFactors)
      .set({ recovery: sql`array_remove(${secondFactors.recovery}, ${hash})` })
      .where(and(mine, sql`${hash} = any(${secondFactors.recovery})`))
      .returning({ id: secondFactors.userId })
      .catch(tellIfGone);
    return used.length > 0 ? "recovery code" : undefined;
  }
  const step = stepOf(store, { code, secret: unseal(store.folder, found.secret) });
  if (step === undefined) return undefined;
  const used = await queries
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(mine, lt(secondFactors.lastStep, step)))
    .returning({ id: secondFactors.userId })
    .catch(tellIfGone);
  return used.length > 0 ? "code" : undefined;
}

// The 30 seconds that a code is for; those before and after are taken too, as clocks differ.
function stepOf(store: Store, { code, secret }: { readonly code: string; readonly secret: string }) {
  const token = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return undefined;
  const timestamp = store.now().getTime();
  const delta = totpOf(secret).validate({ token, timestamp, window: 1 });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD) + delta;
}

const totpOf = (secret: string, label = "") =>
  new TOTP({ issuer: "Leukogram", label, algorithm: "SHA1", digits: 6, period: PERIOD, secret });

// 80 bits, in letters and digits that are not mistaken for each other.
function newRecoveryCode(): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32;
}
