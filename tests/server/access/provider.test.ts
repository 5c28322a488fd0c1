// Sign-in by OpenID Connect at a real provider on loopback.
import { randomUUID } from "node:crypto";
import { IdentityProvider } from "@leukogram/laboratory/server/guard/identityProvider";
import { addUser, changeUser } from "@leukogram/laboratory/store/access/users";
import { readEvents } from "@leukogram/laboratory/store/trail";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { CLIENT, ProviderVisit, startProvider, type TestProvider } from "../../support/oidcProvider.ts";
import { PASSWORD } from "./roles.ts";

const REDIRECT = "http://localhost/api/v1/session/provider/callback";

let provider: TestProvider;
let laboratory: TestLaboratory;
let id: string;
beforeAll(async () => {
  provider = await startProvider();
  provider.accept(REDIRECT);
  laboratory = await start("email");
  const wish = () => ({ actor: "local", key: randomUUID(), kind: "user.added", asks: {} });
  id = await addUser(laboratory.store, wish(), { name: "Ada", role: "admin", password: PASSWORD });
  await changeUser(laboratory.store, wish(), { id, identity: "ada@example.org" });
});
afterAll(async () => {
  await laboratory?.close();
  provider?.close();
});

async function start(claim: string) {
  const settings = { issuer: provider.issuer, ...CLIENT, claim, name: "the hospital" };
  const started = await startTestLaboratory({
    limits: { signIns: 100 },
    provider: new IdentityProvider(settings, () => new Date()),
  });
  started.clock.pass(Date.now() - started.clock.now().getTime());
  return started;
}

/** Signs in as a browser does; `tamper` changes the address that the provider sends it back to. */
async function signIn(
  login: string,
  { query = "", visit = new ProviderVisit(), had = "", tamper = (back: URL) => back, at = laboratory } = {},
) {
  const begun = await at.ask(`GET session/provider${query}`);
  expect(begun.status).toBe(302);
  const cookie = String(begun.headers["set-cookie"]);
  expect(cookie).toMatch(/^leukogram-provider=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
  const back = tamper(new URL(await visit.signIn(String(begun.headers.location), login)));
  const sent = { cookie: `${cookie.split(";")[0]!}; ${had}` };
  const ended = await at.ask(`GET ${back.pathname}${back.search}`, undefined, sent);
  const cookies = [ended.headers["set-cookie"]].flat().map(String);
  return {
    ...{ back, sent, location: String(ended.headers.location), asked: new URL(String(begun.headers.location)) },
    session: cookies.find((one) => one.startsWith("leukogram=")),
  };
}

async function headersOf(session: string | undefined) {
  const cookie = session!.split(";")[0]!;
  const { body } = await laboratory.ask("GET session", undefined, { cookie });
  return { body, headers: { cookie, "x-csrf-token": body.csrf } };
}

describe("sign-in at the identity provider", () => {
  test("lets in the user that an admin gave the identity, where they were, and asks with PKCE, state and nonce", async () => {
    expect((await laboratory.ask("GET session")).body).toMatchObject({ user: null, provider: "the hospital" });
    const { asked, location, session, back, sent } = await signIn("ada", { query: "?back=/cases/x" });
    const given = Object.fromEntries(asked.searchParams);
    expect(given).toMatchObject({ response_type: "code", code_challenge_method: "S256", redirect_uri: REDIRECT });
    for (const key of ["state", "nonce", "code_challenge"]) expect(given[key]).toMatch(/^[\w-]{43}$/);
    expect(location).toBe("/#/cases/x");
    expect(session).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await headersOf(session)).body).toMatchObject({ user: "Ada", role: "admin", isFromProvider: true });
    expect((await readEvents(laboratory.store)).at(-1)).toMatchObject({
      kind: "session.opened",
      content: { user: id, by: "provider" },
    });
    // The same answer again lets nobody in.
    const again = await laboratory.ask(`GET ${back.pathname}${back.search}`, undefined, sent);
    expect(again.headers.location).toBe("/#/?refused=provider");
  });

  test("lets in no other, makes no user, and says so in the trail", async () => {
    const { location, session } = await signIn("eve");
    expect([location, session]).toEqual(["/#/?refused=unknown", undefined]);
    expect((await readEvents(laboratory.store)).at(-1)).toMatchObject({ kind: "session.refused" });
    const { headers } = await headersOf((await signIn("ada")).session);
    expect((await laboratory.ask("GET users", undefined, headers)).body.users).toHaveLength(1);
    expect((await laboratory.ask(`PATCH users/${id}`, { identity: "xenia@example.org" }, headers)).status).toBe(200);
    expect((await signIn("ada")).location).toBe("/#/?refused=unknown");
    // The provider has never checked her address.
    expect((await signIn("xenia")).location).toBe("/#/?refused=provider");
    await laboratory.ask(`PATCH users/${id}`, { identity: "ada@example.org" }, headers);
  });

  test("refuses what was not begun in this browser, or was changed on its way", async () => {
    const without = (key: string, value: string) => ({ tamper: (back: URL) => set(back, key, value) });
    const set = (back: URL, key: string, value: string) => {
      back.searchParams.set(key, value);
      return back;
    };
    expect((await signIn("ada", without("state", "other"))).location).toBe("/#/?refused=provider");
    expect((await signIn("ada", without("code", "other"))).location).toBe("/#/?refused=provider");
    expect((await signIn("ada", without("iss", "https://other.example"))).location).toBe("/#/?refused=provider");
    const { search } = (await signIn("ada")).back;
    for (const headers of [{}, { cookie: "leukogram-provider=other" }] as Record<string, string>[])
      expect(
        (await laboratory.ask(`GET session/provider/callback${search}`, undefined, headers)).headers.location,
      ).toBe("/#/?refused=provider");
    for (const back of ["//evil.example", "/x?y", "javascript:1"])
      expect((await laboratory.ask(`GET session/provider?back=${encodeURIComponent(back)}`)).status).toBe(400);
  });

  test("proves who signs only if the provider asked within five minutes: what it remembers is no proof", async () => {
    const visit = new ProviderVisit();
    const { headers } = await headersOf((await signIn("ada", { visit })).session);
    const caseId = (await laboratory.ask("POST cases", { name: "x" }, headers)).body.id;
    const sign = async (given: Record<string, string>) =>
      (await laboratory.ask(`POST cases/${caseId}/sign`, { meaning: "seen" }, given)).body.error.message;
    // Past the proof: there is nothing to sign.
    expect(await sign(headers)).toMatch(/No cell is counted/);
    laboratory.clock.pass(6 * 60e3);
    expect(await sign(headers)).toBe("the password is wrong");
    const next = await signIn("ada", { visit, had: headers.cookie, query: "?again=true&back=/cases" });
    expect(next.asked.searchParams.get("prompt")).toBe("login");
    laboratory.clock.pass(-6 * 60e3);
    expect(await sign((await headersOf(next.session)).headers)).toMatch(/No cell is counted/);
    // The session before has ended.
    expect((await laboratory.ask("GET cases", undefined, headers)).status).toBe(401);
  });

  test("says what is missing: no provider, one that is away, a claim that it does not give", async () => {
    const bare = await startTestLaboratory();
    const none = await bare.ask("GET session/provider");
    await bare.close();
    expect([none.status, none.body.error.message]).toEqual([404, "no identity provider is set"]);
    const settings = { issuer: "http://127.0.0.1:9", ...CLIENT, claim: "sub", name: "x" };
    const away = new IdentityProvider(settings, () => new Date());
    await expect(away.begin(REDIRECT, { isAgain: false, back: "/" })).rejects.toThrow(
      "the identity provider http://127.0.0.1:9 does not answer",
    );
    const other = new IdentityProvider({ ...settings, issuer: provider.issuer, claim: "badge" }, () => new Date());
    const finish = async (login: string, one = other) => {
      const { address, secret } = await one.begin(REDIRECT, { isAgain: false, back: "/" });
      return await one.finish(secret, new URL(await new ProviderVisit().signIn(address, login)));
    };
    await expect(finish("ada")).rejects.toThrow(
      "the sign-in at the identity provider was refused: it does not say badge",
    );
    const email = new IdentityProvider({ ...settings, issuer: provider.issuer, claim: "email" }, () => new Date());
    await expect(finish("xenia", email)).rejects.toThrow("it does not say that the e-mail is verified");
    await expect(other.finish("other", new URL(REDIRECT))).rejects.toThrow("it was not begun here, or too long ago");
    const wrong = new IdentityProvider({ ...settings, issuer: provider.issuer, secret: "wrong" }, () => new Date());
    await expect(finish("ada", wrong)).rejects.toThrow("the sign-in at the identity provider was refused");
  });
});
