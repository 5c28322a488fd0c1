// A laboratory with a user of each role, who is signed in.
import { randomUUID, scryptSync } from "node:crypto";
import { ROLES } from "@leukogram/laboratory/server/contract/work";
import { users as userTable } from "@leukogram/laboratory/store/access/tables";
import { addUser } from "@leukogram/laboratory/store/access/users";
import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";

/** Everybody's. */
export const PASSWORD = "correct horse battery";

/** What {@link startWithRoles} gives. */
export interface WithRoles {
  readonly laboratory: TestLaboratory;
  /** Headers of each role's session, with its CSRF token. */
  readonly as: Record<string, Record<string, string>>;
  /** Signs a user in, and gives the headers of the session. */
  readonly signIn: (name: string) => Promise<Record<string, string>>;
  /** Makes a token of a role's user, for `days`, by default 1. */
  readonly tokenOf: (
    role: string,
    scopes: readonly string[],
    days?: number,
  ) => Promise<{ id: string; headers: Record<string, string> }>;
}

/** Starts a laboratory and signs a user of each role in. */
export async function startWithRoles(): Promise<WithRoles> {
  const laboratory = await startTestLaboratory({ limits: { signIns: 40 } });
  const as: Record<string, Record<string, string>> = {};

  async function signIn(name: string): Promise<Record<string, string>> {
    const { status, headers, body } = await laboratory.ask("POST session", { name, password: PASSWORD });
    expect(status).toBe(200);
    const cookie = String(headers["set-cookie"]);
    expect(cookie).toMatch(/^leukogram=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    return { cookie: cookie.split(";")[0]!, "x-csrf-token": body.csrf };
  }

  async function tokenOf(
    role: string,
    scopes: readonly string[],
    days = 1,
  ): Promise<{ id: string; headers: Record<string, string> }> {
    const { body } = await laboratory.ask("POST tokens", { name: "t", scopes, days }, as[role]);
    return { id: body.id, headers: { authorization: `Bearer ${body.secret}` } };
  }

  for (const role of [...ROLES].reverse()) {
    const wish = { actor: "local", key: randomUUID(), kind: "user.added", asks: {} };
    await addUser(laboratory.store, wish, { name: role, role, password: PASSWORD });
    if (role !== "admin") await keepCheaply(laboratory, role);
    as[role] = await signIn(role);
  }
  return { laboratory, as, signIn, tokenOf };
}

/** Keeps a user's password as an early version would have: the stored text says what a check costs. */
async function keepCheaply({ store }: TestLaboratory, name: string): Promise<void> {
  const [N, r, p, salt] = [2 ** 10, 8, 1, Buffer.from(name)];
  const hash = scryptSync(PASSWORD, salt, 32, { N, r, p });
  const password = ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
  await store.database.queries.update(userTable).set({ password }).where(eq(userTable.name, name));
}
