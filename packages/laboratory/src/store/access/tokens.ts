import { randomUUID } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { and, asc, eq, isNull } from "drizzle-orm";
import { sha256 } from "../canonicalJson.ts";
import { tellIfGone } from "../database/database.ts";
import type { Store } from "../store.ts";
import { change, type Wish } from "../trail.ts";
import { type Asking, newSecret } from "./sessions.ts";
import { tokens } from "./tables.ts";

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
