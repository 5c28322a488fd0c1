// Signing in: failures in the trail and their limits, the idle end of sessions, one's own password, second factors.
import { randomUUID } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Attempts } from "@leukogram/laboratory/server/guard/attempts";
import { users } from "@leukogram/laboratory/store/access/tables";
import { readEvents } from "@leukogram/laboratory/store/trail";
import { eq } from "drizzle-orm";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLaboratory } from "../../support/laboratory.ts";
import { PASSWORD, startWithRoles, type WithRoles } from "./roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
let signIn: WithRoles["signIn"];
let tokenOf: WithRoles["tokenOf"];
beforeAll(async () => {
  ({ laboratory, as, signIn, tokenOf } = await startWithRoles());
});
afterAll(() => laboratory.close());

const tryAs = async (name: string, password: string, remoteAddress = "10.0.0.1", code?: string) => {
  const response = await laboratory.app.inject({
    ...{ method: "POST", url: "/api/v1/session", headers: { host: "localhost" }, remoteAddress },
    payload: { name, password, ...(code !== undefined && { code }) },
  });
  return { status: response.statusCode, body: response.json(), cookie: String(response.headers["set-cookie"]) };
};
const eventsOf = async (kind: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  (await readEvents(laboratory.store)).filter((event) => event.kind === kind).map(({ content }) => content as any);

describe("failed sign-ins", () => {
  test("are in the trail: the first at once, those that follow as a sum, and no mistyped name", async () => {
    const id = (await laboratory.ask("GET users", undefined, as.admin)).body.users.find(
      (user: { name: string }) => user.name === "viewer",
    ).id;
    for (const name of ["viewer", "Viewer", "viewer", "my password", "other secret"]) await tryAs(name, "wrong");
    const first = { user: id, name: "viewer", address: "10.0.0.1", tries: 1 };
    const unknown = { user: null, name: null, address: "10.0.0.1", tries: 1 };
    expect(await eventsOf("session.refused")).toEqual([{ refused: [first] }, { refused: [unknown] }]);
    laboratory.clock.pass(10 * 60e3);
    await tryAs("viewer", "wrong");
    expect((await eventsOf("session.refused")).slice(2)).toEqual([
      { refused: [{ ...first, tries: 2 }, unknown] },
      { refused: [first] },
    ]);
    expect((await laboratory.ask("GET trail/verify", undefined, as.admin)).body.isWhole).toBe(true);
  });

  test("of many addresses are few events", async () => {
    const before = (await eventsOf("session.refused")).length;
    const attempts = new Attempts(laboratory.store, 10);
    for (let i = 0; i < 120; i++)
      await attempts.try({ name: `nobody ${i}`, address: `10.1.0.${i}` }, async () => undefined);
    const others = { user: null, name: null, address: null, tries: 1 };
    const written = (await eventsOf("session.refused")).slice(before);
    // Fifty addresses, and one for all others.
    expect([written.length, written.at(-1)]).toEqual([51, { refused: [others] }]);
    await attempts.close();
    expect((await eventsOf("session.refused")).at(-1)).toEqual({ refused: [{ ...others, tries: 69 }] });
  });

  test("are limited for each name, from all addresses together, with the right password too", async () => {
    laboratory.clock.pass(15 * 60e3);
    const tries = await Promise.all(Array.from({ length: 14 }, (_, i) => tryAs("reviewer", "wrong", `10.2.0.${i}`)));
    expect(tries.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
    const right = await tryAs("reviewer", PASSWORD, "10.2.0.99");
    expect([right.status, right.body.error.message]).toEqual([
      429,
      "too many failed tries for this name: try again in 15 minutes",
    ]);
    // Who signed in from an address before is not shut out there.
    expect((await tryAs("reviewer", PASSWORD, "127.0.0.1")).status).toBe(200);
    expect((await tryAs("viewer", PASSWORD, "10.2.0.1")).status).toBe(200);
    laboratory.clock.pass(15 * 60e3);
    expect((await tryAs("reviewer", PASSWORD, "10.2.0.99")).status).toBe(200);
  });

  test("at signatures count too", async () => {
    as.admin = await signIn("admin");
    const { id } = (await laboratory.ask("POST cases", { name: "x" }, as.admin)).body;
    const wish = { meaning: "seen", password: "wrong" };
    as.signer = await signIn("signer");
    const tries = [];
    for (let i = 0; i < 11; i++) tries.push((await laboratory.ask(`POST cases/${id}/sign`, wish, as.signer)).status);
    expect(tries).toEqual([...Array(10).fill(403), 429]);
    laboratory.clock.pass(15 * 60e3);
  });
});

test("a session ends after the time without use that an admin sets, and reading the list by itself is no use", async () => {
  const { ask, clock } = laboratory;
  as.admin = await signIn("admin");
  const set = { idleMinutes: 10, codesFor: null };
  expect((await ask("PUT access", set, as.admin)).body).toEqual(set);
  as.signer = await signIn("signer");
  expect((await ask("PUT access", set, as.signer)).status).toBe(403);
  const mine = await signIn("reviewer");
  expect((await ask("GET session", undefined, mine)).body).toMatchObject({ user: "reviewer", idleMinutes: 10 });
  const { id } = (await ask("POST cases", { name: "x" }, mine)).body;
  for (let minutes = 0; minutes < 20; minutes += 5) {
    clock.pass(5 * 60e3);
    expect((await ask("PUT session", {}, mine)).status).toBe(200);
  }
  clock.pass(9 * 60e3);
  expect((await ask(`PATCH cases/${id}`, { comment: "used" }, mine)).status).toBe(200);
  for (let minutes = 0; minutes < 10; minutes += 2) {
    clock.pass(2 * 60e3);
    await ask(`PUT cases/${id}/readers/${randomUUID()}`, undefined, mine);
    expect((await ask("GET cases", undefined, mine)).status).toBe(200);
  }
  clock.pass(60e3);
  expect((await ask("GET cases", undefined, mine)).status).toBe(401);
  as.admin = await signIn("admin");
  await ask("PUT access", { idleMinutes: null, codesFor: null }, as.admin);
  clock.pass(11 * 3600e3);
  expect((await ask("GET session", undefined, as.admin)).body).toMatchObject({ user: "admin", idleMinutes: null });
  expect((await eventsOf("access.changed"))[0]).toMatchObject({ before: { idleMinutes: 30 }, rules: set });
});

test("users change their own password by the one before; other sessions and tokens end", async () => {
  const { ask } = laboratory;
  const [here, there] = [await signIn("viewer"), await signIn("viewer")];
  as.viewer = here;
  const token = await tokenOf("viewer", ["read"]);
  const next = "another horse battery";
  const wrong = await ask("PUT session/password", { current: "wrong", password: next }, here);
  expect([wrong.status, wrong.body.error]).toMatchObject([
    403,
    { message: "the password is wrong", hint: "A new password needs your password." },
  ]);
  expect((await ask("PUT session/password", { current: PASSWORD, password: "short" }, here)).status).toBe(400);
  expect((await ask("PUT session/password", { current: PASSWORD, password: next }, here)).status).toBe(200);
  const seen = async (headers: Record<string, string>) => (await ask("GET cases", undefined, headers)).status;
  expect([await seen(here), await seen(there), await seen(token.headers)]).toEqual([200, 401, 401]);
  expect((await tryAs("viewer", PASSWORD)).status).toBe(401);
  expect((await tryAs("viewer", next)).status).toBe(200);
  expect((await eventsOf("user.changed")).at(-1)).toMatchObject({ name: "viewer", passwordChanged: true });
});

test("an identity of the provider belongs to one user, and the local admin has no password", async () => {
  const { ask } = laboratory;
  const { users: all } = (await ask("GET users", undefined, as.admin)).body;
  const idOf = (name: string) => all.find((user: { name: string }) => user.name === name).id;
  const set = (name: string, identity: string | null) => ask(`PATCH users/${idOf(name)}`, { identity }, as.admin);
  expect((await set("viewer", "v@example.org")).body).toMatchObject({ identity: "v@example.org" });
  expect((await set("reviewer", "v@example.org")).body.error.message).toBe("this identity belongs to viewer");
  expect((await set("viewer", null)).body).toMatchObject({ identity: null });
  expect((await set("reviewer", "v@example.org")).status).toBe(200);
  const local = await startTestLaboratory();
  const { status, body } = await local.ask("PUT session/password", { current: "", password: PASSWORD });
  await local.close();
  expect([status, body.error.message]).toEqual([409, "the local admin has no password"]);
});

describe("second factors", () => {
  const codeOf = (secret: string) =>
    new TOTP({ secret, digits: 6, period: 30 }).generate({ timestamp: laboratory.clock.now().getTime() });
  let secret: string;
  let recovery: string[];

  test("are set up with a code, and then signing in asks for one, each once", async () => {
    const { ask, clock } = laboratory;
    as.signer = await signIn("signer");
    const begun = await ask("POST session/code", { password: PASSWORD }, as.signer);
    ({ secret } = begun.body);
    expect(begun.body.address).toMatch(/^otpauth:\/\/totp\/Leukogram:signer\?issuer=Leukogram&secret=[A-Z2-7]{32}&/);
    // It does not count before its user has shown that it works.
    expect((await tryAs("signer", PASSWORD)).status).toBe(200);
    const wrong = await ask("PUT session/code", { code: "000000" }, as.signer);
    expect([wrong.status, wrong.body.error.message]).toEqual([403, "the code is wrong"]);
    const key = { "idempotency-key": randomUUID() };
    const set = await ask("PUT session/code", { code: codeOf(secret) }, { ...as.signer, ...key });
    recovery = set.body.codes;
    expect([recovery.length, new Set(recovery).size]).toEqual([10, 10]);
    const again = await ask("PUT session/code", { code: codeOf(secret) }, { ...as.signer, ...key });
    expect(again.body.error.message).toBe("the recovery codes are shown only once");
    expect((await ask("POST session/code", { password: PASSWORD }, as.signer)).body.error.message).toBe(
      "a second factor is already set up",
    );

    const half = await tryAs("signer", PASSWORD);
    expect([half.status, half.body.needsCode, half.body.user, half.cookie]).toEqual([200, true, null, "undefined"]);
    // The code of setting up was used by that.
    expect((await tryAs("signer", PASSWORD, "10.0.0.1", codeOf(secret))).status).toBe(401);
    clock.pass(30e3);
    const code = codeOf(secret);
    expect((await tryAs("signer", "wrong", "10.0.0.1", code)).status).toBe(401);
    const both = await Promise.all([1, 2].map(() => tryAs("signer", PASSWORD, "10.0.0.1", code)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await eventsOf("session.opened")).at(-1)).toMatchObject({ by: "code" });
    const far = [-60e3, 60e3].map((milliseconds) =>
      new TOTP({ secret }).generate({ timestamp: clock.now().getTime() + milliseconds }),
    );
    for (const one of far) expect((await tryAs("signer", PASSWORD, "10.0.0.1", one)).status).toBe(401);
  });

  test("a recovery code signs in once", async () => {
    const [first] = recovery as [string];
    const typed = `${first.slice(0, 4)} ${first.slice(4).toLowerCase()}`;
    expect((await tryAs("signer", PASSWORD, "10.0.0.2", typed)).status).toBe(200);
    expect((await tryAs("signer", PASSWORD, "10.0.0.2", first)).status).toBe(401);
    expect((await eventsOf("session.opened")).at(-1)).toMatchObject({ by: "recovery code" });
  });

  test("neither secret nor recovery codes are in the database, and without the folder's key no code is right", async () => {
    const { queries } = laboratory.store.database;
    const { rows } = (await queries.execute(
      "select row_to_json(t)::text as line from second_factors t union all select row_to_json(t)::text from answers t union all select row_to_json(t)::text from events t",
    )) as unknown as { rows: { line: string }[] };
    const all = rows.map(({ line }) => line).join("\n");
    for (const one of [secret, ...recovery]) expect(all).not.toContain(one);
    const key = join(laboratory.store.folder, "secret.key");
    copyFileSync(key, `${key}.old`);
    rmSync(key);
    laboratory.clock.pass(60e3);
    const lost = await tryAs("signer", PASSWORD, "10.0.0.3", codeOf(secret));
    expect([lost.status, lost.body.error.message]).toEqual([
      422,
      "the second factor can't be read: secret.key of the data folder is another",
    ]);
    copyFileSync(`${key}.old`, key);
    expect((await tryAs("signer", PASSWORD, "10.0.0.3", codeOf(secret))).status).toBe(200);
  });

  test("can be demanded of a role: until then its rights are refused to sessions and tokens", async () => {
    const { ask } = laboratory;
    as.admin = await signIn("admin");
    const token = await tokenOf("admin", ["admin", "read"]);
    await ask("PUT access", { idleMinutes: null, codesFor: "signer" }, as.admin);
    for (const headers of [as.admin, token.headers]) {
      const { status, body } = await ask("GET users", undefined, headers);
      expect([status, body.error.message]).toEqual([403, "this requires a second factor"]);
    }
    expect((await ask("GET cases", undefined, as.admin)).status).toBe(200);
    expect((await ask("GET session", undefined, as.admin)).body).toMatchObject({ needsCodeFrom: "signer" });
    const { body } = await ask("POST session/code", { password: PASSWORD }, as.admin);
    await ask("PUT session/code", { code: codeOf(body.secret) }, as.admin);
    expect((await ask("GET users", undefined, as.admin)).status).toBe(200);
  });

  test("are removed by their user with the password, and by an admin", async () => {
    const { ask, clock } = laboratory;
    expect((await ask("DELETE session/code", { password: "wrong" }, as.admin)).status).toBe(403);
    const { users: all } = (await ask("GET users", undefined, as.admin)).body;
    const { id } = all.find(({ name }: { name: string }) => name === "signer");
    expect(all.filter(({ hasCode }: { hasCode: boolean }) => hasCode)).toHaveLength(2);
    expect((await ask(`DELETE users/${id}/code`, undefined, as.admin)).body).toMatchObject({ hasCode: false });
    expect((await ask(`DELETE users/${id}/code`, undefined, as.admin)).body.error.message).toBe(
      "signer has no second factor",
    );
    clock.pass(30e3);
    expect((await tryAs("signer", PASSWORD)).status).toBe(200);
    expect((await ask("DELETE session/code", { password: PASSWORD }, as.admin)).status).toBe(200);
    expect((await eventsOf("code.removed")).map(({ name }) => name)).toEqual(["signer", "admin"]);
    await laboratory.store.database.queries.update(users).set({ isDisabled: true }).where(eq(users.id, id));
    expect((await tryAs("signer", PASSWORD)).status).toBe(401);
  });
});
